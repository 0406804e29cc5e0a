package io.petrichor.benchmarks;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's own client, without protobuf, and without a hop to another thread for replies.
 */
final class GrpcCaller implements Caller {

	private static final MethodDescriptor<byte[], byte[]> ECHO = MethodDescriptor.newBuilder(new Bytes(), new Bytes())
		.setType(MethodDescriptor.MethodType.UNARY)
		.setFullMethodName("Bench/Echo")
		.build();

	private final ManagedChannel channel;

	GrpcCaller(int port) {
		this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().directExecutor().build();
	}

	@Override
	public int call(byte[] body) {
		return ClientCalls.blockingUnaryCall(this.channel, ECHO, CallOptions.DEFAULT, body).length;
	}

	@Override
	public void call(byte[] body, Consumer<@Nullable Throwable> done) {
		ClientCalls.asyncUnaryCall(this.channel.newCall(ECHO, CallOptions.DEFAULT), body, new StreamObserver<>() {

			@Override
			public void onNext(byte[] reply) {
			}

			@Override
			public void onError(Throwable failure) {
				done.accept(failure);
			}

			@Override
			public void onCompleted() {
				done.accept(null);
			}

		});
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
	}

	/** Bytes as they are. */
	private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

		@Override
		public InputStream stream(byte[] value) {
			return new ByteArrayInputStream(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try {
				return stream.readAllBytes();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
