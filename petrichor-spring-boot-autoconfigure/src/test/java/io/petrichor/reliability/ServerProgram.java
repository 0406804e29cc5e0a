package io.petrichor.reliability;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.context.annotation.Bean;

import io.petrichor.autoconfigure.PetrichorServerAutoConfiguration;
import io.petrichor.handler.Outcome;
import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.Request;
import io.petrichor.handler.RequestListener;
import io.petrichor.handler.RequestObservation;
import io.petrichor.server.CloseReason;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.ServerListener;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.tnetstring.TNetstring;

/**
 * The application that {@link ServerProcess} runs: lets everybody in but {@code eve}, and
 * counts.
 */
class ServerProgram {

	public static void main(String[] arguments) {
		if (Boolean.getBoolean("reliability.blockhound")) {
			BlockingCallTests.watch();
		}
		SpringApplication.run(new Class<?>[] { SslAutoConfiguration.class, PetrichorServerAutoConfiguration.class,
				ServerProgram.class, Handlers.class, Counts.class }, arguments);
	}

	@Bean
	PetrichorAuthenticator authenticator() {
		return (handshake) -> "eve".equals(handshake.user()) ? Decision.deny() : Decision.allow(handshake::user);
	}

	static class Counts implements RequestListener, ServerListener, DisposableBean {

		private final AtomicLong accepted = new AtomicLong();

		private final AtomicLong ended = new AtomicLong();

		private final Map<CloseReason, AtomicLong> closed = new ConcurrentHashMap<>();

		@Override
		public @Nullable RequestObservation accepted(Request request) {
			this.accepted.incrementAndGet();
			return null;
		}

		@Override
		public void ended(String route, Outcome outcome, int requests, long nanos, long longest) {
			this.ended.addAndGet(requests);
		}

		@Override
		public void connectionClosed(CloseReason reason) {
			this.closed.computeIfAbsent(reason, (first) -> new AtomicLong()).incrementAndGet();
		}

		@Override
		public void destroy() {
			System.out.printf("at the end: accepted=%d ended=%d%n", this.accepted.get(), this.ended.get());
		}

	}

	static class Handlers {

		private final Counts counts;

		private final ObjectProvider<PetrichorServer> server;

		Handlers(Counts counts, ObjectProvider<PetrichorServer> server) {
			this.counts = counts;
			this.server = server;
		}

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

		@PetrichorHandler(value = "checked", blocking = false)
		String checked(String body) {
			return LoadTests.checked(body);
		}

		@PetrichorHandler("checked.slowly")
		String checkedSlowly(String body) throws InterruptedException {
			sleep(1);
			return LoadTests.checked(body);
		}

		@PetrichorHandler(value = "block.the.loop", blocking = false)
		long blockTheLoop() throws InterruptedException {
			return sleep(10);
		}

		@PetrichorHandler("sleep")
		long sleep(long millis) throws InterruptedException {
			new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
			return millis;
		}

		@PetrichorHandler("never")
		Mono<String> never() {
			return Mono.never();
		}

		@PetrichorHandler("big")
		byte[] big(int size) {
			return new byte[size];
		}

		@PetrichorHandler("stream")
		Flux<byte[]> stream(int size) {
			return Flux.<byte[]>generate((sink) -> sink.next(new byte[size]));
		}

		@PetrichorHandler(value = "push.back", blocking = false)
		void pushBack(PetrichorConnection connection) {
			connection.send("pushed", null);
		}

		@PetrichorHandler("fail")
		void fail(String how) throws Exception {
			switch (how) {
				case "error" -> throw new AssertionError("on purpose");
				case "memory" -> throw new OutOfMemoryError("on purpose");
				case "stack" -> fail(how);
				default -> throw new Exception("on purpose");
			}
		}

		@PetrichorHandler("stats")
		Map<String, Object> stats() {
			System.gc();
			System.gc();
			PetrichorServer server = this.server.getObject();
			Map<String, Object> stats = new LinkedHashMap<>();
			stats.put("heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
			stats.put("direct", PlatformDependent.usedDirectMemory());
			stats.put("threads", ManagementFactory.getThreadMXBean().getThreadCount());
			if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
				stats.put("files", system.getOpenFileDescriptorCount());
				stats.put("cpu", system.getProcessCpuTime() / 1_000_000);
			}
			stats.put("connections", server.connectionCount());
			stats.put("buffered", server.buffered());
			stats.put("accepted", this.counts.accepted.get());
			stats.put("ended", this.counts.ended.get());
			this.counts.closed.forEach((reason, count) -> stats.put(reason.name(), count.get()));
			return stats;
		}

	}

}
