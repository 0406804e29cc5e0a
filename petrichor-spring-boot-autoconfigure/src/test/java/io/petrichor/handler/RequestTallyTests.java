package io.petrichor.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.util.concurrent.DefaultEventExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class RequestTallyTests {

	private static final int TIMES = 200_000;

	private final DefaultEventExecutor loop = new DefaultEventExecutor();

	private final Route route = new Route("orders", (request) -> request.body(), false);

	@AfterEach
	void end() {
		this.loop.shutdownGracefully().syncUninterruptibly();
	}

	@Test
	void whenLoopAndOtherThreadsAddAtOnceThenNoneIsLostAndNoneCountsTwice() throws Exception {
		AtomicLong requests = new AtomicLong();
		RequestTally tally = new RequestTally(new RequestListener() {

			@Override
			public void ended(String route, Outcome outcome, int number, long nanos, long longest) {
				requests.addAndGet(number);
			}

		}, this.loop);
		CountDownLatch ended = new CountDownLatch(2);
		for (int i = 0; i < 2; i++) {
			new Thread(() -> {
				add(tally);
				ended.countDown();
			}).start();
		}
		for (int i = 0; i < 10; i++) {
			this.loop.submit(() -> {
				add(tally);
				tally.flush();
			});
		}
		ended.await();
		this.loop.submit(tally::flush).sync();
		assertThat(requests).hasValue(12L * TIMES);
	}

	private void add(RequestTally tally) {
		long now = System.nanoTime();
		for (int i = 0; i < TIMES; i++) {
			tally.add(this.route, Outcome.SUCCESS, now);
		}
	}

	@Test
	void whenOutcomesAlternateThenEachIsToldAsItWas() throws Exception {
		List<String> told = new ArrayList<>();
		RequestTally tally = new RequestTally(new RequestListener() {

			@Override
			public void ended(String route, Outcome outcome, int number, long nanos, long longest) {
				assertThat(longest).isBetween(1_000L, nanos);
				told.add(route + " " + outcome.tag() + " " + number);
			}

		}, this.loop);
		this.loop.submit(() -> {
			long before = System.nanoTime() - 1_000;
			tally.add(this.route, Outcome.SUCCESS, before);
			tally.add(this.route, Outcome.SUCCESS, before);
			tally.add(this.route, Outcome.BUSY, before);
			tally.flush();
			tally.flush();
		}).sync();
		tally.add(this.route, Outcome.TIMEOUT, System.nanoTime() - 1_000);
		this.loop.submit(tally::flush).sync();
		assertThat(told).containsExactly("orders success 2", "orders busy 1", "orders timeout 1");
	}

}
