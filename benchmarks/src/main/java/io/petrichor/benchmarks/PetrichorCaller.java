package io.petrichor.benchmarks;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.petrichor.client.PetrichorClient;

/**
 * Our client.
 */
final class PetrichorCaller implements Caller {

	private final PetrichorClient client;

	PetrichorCaller(int port) {
		this.client = PetrichorClient.builder().address("127.0.0.1:" + port).user("bench").build();
		this.client.connect();
	}

	@Override
	public int call(byte[] body) {
		byte[] reply = this.client.request().body(body).retrieve(byte[].class);
		return (reply != null) ? reply.length : -1;
	}

	@Override
	public void call(byte[] body, Consumer<@Nullable Throwable> done) {
		this.client.request()
			.body(body)
			.retrieveAsync(byte[].class)
			.whenComplete((reply, failure) -> done.accept(failure));
	}

	@Override
	public void close() {
		this.client.close();
	}

}
