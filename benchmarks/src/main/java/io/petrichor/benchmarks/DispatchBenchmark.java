package io.petrichor.benchmarks;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.Principal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.netty.util.concurrent.ImmediateEventExecutor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.petrichor.handler.Bodies;
import io.petrichor.handler.Dispatcher;
import io.petrichor.handler.HandlerDiscovery;
import io.petrichor.handler.HandlerRegistry;
import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.Replies;
import io.petrichor.handler.RequestLane;
import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.handler.RequestListener;
import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * From a pair that was read to the pair that is to be written: find the route, bind two
 * parameters, call the method, make a reply of what it returned, and keep the account of
 * the connection. Neither the socket nor the decoder nor the encoder is in it.
 * <p>
 * {@code java -cp 'benchmarks/target/classes:benchmarks/target/lib/*' org.openjdk.jmh.Main DispatchBenchmark -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DispatchBenchmark {

	private static final int BODY = 16;

	/** Which handler. */
	@Param({ "bytes", "orders.7.bytes", "text", "nowhere" })
	public String to;

	private AnnotationConfigApplicationContext context;

	private RequestLane lane;

	private Message request;

	private final LastReply replies = new LastReply();

	private long now;

	/**
	 * Find the handlers as an application does, and see that they answer.
	 */
	@Setup
	public void setUp() {
		this.context = new AnnotationConfigApplicationContext(Handlers.class);
		HandlerRegistry registry = new HandlerRegistry();
		new HandlerDiscovery(this.context.getBeanFactory(), registry, Bodies.create()).afterSingletonsInstantiated();
		Dispatcher dispatcher = new Dispatcher(registry, PetrichorHandlerExecutor.of(Runnable::run), Duration.ofDays(1),
				RequestListener.NONE);
		this.lane = dispatcher.lane(new PlainPeer(), ImmediateEventExecutor.INSTANCE, this.replies, () -> {
		});
		Map<String, Object> header = new LinkedHashMap<>();
		header.put("to", this.to);
		header.put("tenant", "acme");
		// As it comes from the wire.
		this.request = new Message(Header.of(TNetstring.parse(Header.of(header).encoded().toByteArray())),
				TNetstring.of(new byte[BODY]));
		this.now = System.nanoTime();
		int expected = this.to.equals("nowhere") ? "25:no handler for this route,".length() : "16:,".length() + BODY;
		if (dispatch().size() != expected) {
			throw new IllegalStateException(this.replies.header + " " + this.replies.body);
		}
	}

	/**
	 * End the application.
	 */
	@TearDown
	public void tearDown() {
		this.context.close();
	}

	/**
	 * One request.
	 * @return the body of its reply
	 */
	@Benchmark
	public TNetstring dispatch() {
		this.lane.accept(this.request, this.now);
		return this.replies.body;
	}

	static class Handlers {

		@PetrichorHandler(route = "bytes", blocking = false)
		byte[] bytes(@io.petrichor.handler.Header("tenant") String tenant, byte[] body) {
			return tenant.isEmpty() ? new byte[0] : body;
		}

		@PetrichorHandler(route = "orders.{id}.bytes", blocking = false)
		byte[] variable(@io.petrichor.handler.Header("tenant") String tenant, byte[] body) {
			return tenant.isEmpty() ? new byte[0] : body;
		}

		@PetrichorHandler(route = "text", blocking = false)
		String text(@io.petrichor.handler.Header("tenant") String tenant, String body) {
			return tenant.isEmpty() ? "" : body;
		}

	}

	private static final class LastReply implements Replies {

		private Header header;

		private TNetstring body;

		@Override
		public void write(Header header, TNetstring body) {
			this.header = header;
			this.body = body;
		}

		@Override
		public void flush() {
		}

		@Override
		public void fail(Throwable cause) {
			throw new IllegalStateException(cause);
		}

	}

	private static final class PlainPeer implements PetrichorConnection {

		private final Map<String, Object> attributes = new ConcurrentHashMap<>();

		@Override
		public String id() {
			return "1";
		}

		@Override
		public Header header() {
			return Header.EMPTY;
		}

		@Override
		public Principal principal() {
			return null;
		}

		@Override
		public Capabilities capabilities() {
			return Capabilities.NONE;
		}

		@Override
		public SocketAddress remoteAddress() {
			return InetSocketAddress.createUnresolved("localhost", 0);
		}

		@Override
		public Map<String, Object> attributes() {
			return this.attributes;
		}

		@Override
		public boolean isOpen() {
			return true;
		}

		@Override
		public void close() {
		}

	}

}
