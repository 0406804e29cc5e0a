package io.petrichor.server;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class NettyPreinitializerTests {

	@Test
	void whenApplicationStartsThenSpringBootFindsIt() {
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(BackgroundPreinitializer.class))
			.hasAtLeastOneElementOfType(NettyPreinitializer.class);
	}

	@Test
	void whenDoneThenItsEventLoopEnds() throws Exception {
		Thread[] begun = new Thread[1];
		new NettyPreinitializer((loop) -> begun[0] = new Thread(loop)).preinitialize();
		await().untilAsserted(() -> assertThat(begun[0].isAlive()).isFalse());
	}

}
