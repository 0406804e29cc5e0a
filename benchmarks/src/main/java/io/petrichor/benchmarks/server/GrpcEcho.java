package io.petrichor.benchmarks.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

/**
 * gRPC in Spring Boot: one unary method, whose messages are bytes as they come. That
 * leaves out protobuf, which would only add to it.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class GrpcEcho {

	public static void main(String[] args) {
		ApplicationContext context = SpringApplication.run(GrpcEcho.class, args);
		System.out.println(context.getBean(GrpcServerLifecycle.class).getPort());
	}

	@Bean
	BindableService echo() {
		Bytes bytes = new Bytes();
		MethodDescriptor<byte[], byte[]> method = MethodDescriptor.newBuilder(bytes, bytes)
			.setType(MethodDescriptor.MethodType.UNARY)
			.setFullMethodName("Bench/Echo")
			.build();
		return () -> ServerServiceDefinition.builder("Bench")
			.addMethod(method, ServerCalls.asyncUnaryCall((request, response) -> {
				response.onNext(request);
				response.onCompleted();
			}))
			.build();
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
