package io.petrichor.handler;

import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.sun.management.ThreadMXBean;
import io.netty.util.concurrent.ImmediateEventExecutor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What it costs to bring a request to its handler and its reply back, in bytes: no clock,
 * so that a busy machine does not matter.
 */
class DispatchCostTests {

	private static final int TIMES = 50_000;

	@ParameterizedTest
	@CsvSource({ "bytes, 200", "text, 232", "orders.7.bytes, 300", "nowhere, 200" })
	void whenRequestIsDispatchedThenItTakesFewBytes(String to, int most) {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Handlers.class)) {
			RequestLane lane = lane(context, List.of());
			Message request = request(to);
			dispatch(lane, request);
			assertThat(dispatch(lane, request)).isLessThanOrEqualTo(most);
		}
	}

	/** The bytes for each of many. */
	private static long dispatch(RequestLane lane, Message request) {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long thread = Thread.currentThread().getId();
		long now = System.nanoTime();
		long before = threads.getThreadAllocatedBytes(thread);
		for (int i = 0; i < TIMES; i++) {
			lane.accept(request, now);
		}
		return (threads.getThreadAllocatedBytes(thread) - before) / TIMES;
	}

	private static Message request(String to) {
		io.petrichor.protocol.Header header = io.petrichor.protocol.Header.of(Map.of("to", to, "tenant", "acme"));
		return new Message(header, TNetstring.of(new byte[16]));
	}

	private static RequestLane lane(AnnotationConfigApplicationContext context, List<RequestListener> listeners) {
		HandlerRegistry registry = new HandlerRegistry();
		new HandlerDiscovery(context.getBeanFactory(), registry, Bodies.create()).afterSingletonsInstantiated();
		return new Dispatcher(registry, PetrichorHandlerExecutor.of(Runnable::run), Duration.ofDays(1),
				RequestListener.of(listeners))
			.lane(new Peer(), ImmediateEventExecutor.INSTANCE, new Nowhere(), () -> {
			});
	}

	static class Handlers {

		@PetrichorHandler(route = "bytes", blocking = false)
		byte[] bytes(@Header("tenant") String tenant, byte[] body) {
			return body;
		}

		@PetrichorHandler(route = "orders.{id}.bytes", blocking = false)
		byte[] variable(@Header("tenant") String tenant, byte[] body) {
			return body;
		}

		@PetrichorHandler(route = "text", blocking = false)
		String text(@Header("tenant") String tenant, String body) {
			return body;
		}

	}

	private static final class Nowhere implements Replies {

		@Override
		public void write(io.petrichor.protocol.Header header, TNetstring body) {
		}

		@Override
		public void flush() {
		}

		@Override
		public void fail(Throwable cause) {
			throw new IllegalStateException(cause);
		}

	}

	private static final class Peer implements PetrichorConnection {

		private final Map<String, Object> attributes = new ConcurrentHashMap<>();

		@Override
		public String id() {
			return "1";
		}

		@Override
		public io.petrichor.protocol.Header header() {
			return io.petrichor.protocol.Header.EMPTY;
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
