package io.petrichor.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What is measured: a server with its arguments, and how to talk to it.
 */
enum Subject {

	/** Bare Netty. */
	FLOOR("bare Netty", "FloorServer", List.of()),

	/** Bare Netty with a hop to a thread for each read. */
	FLOOR_HOP("bare Netty, one hop", "FloorServer", List.of("hop")),

	/** Bare Netty with TLS. */
	FLOOR_TLS("bare Netty, TLS", "FloorServer", List.of("tls")),

	/** A handler on the event loop. */
	LOOP("Petrichor, on the loop", "PetrichorEcho", List.of("--benchmark.blocking=false")),

	/** A handler on the handler executor, as is the default. */
	EXECUTOR("Petrichor, executor", "PetrichorEcho", List.of("--benchmark.blocking=true")),

	/** A handler on the event loop, and no meters. */
	LOOP_UNMETERED("Petrichor, on the loop, no meters", "PetrichorEcho",
			List.of("--benchmark.blocking=false", "--petrichor.server.metrics.enabled=false")),

	/** A handler on the handler executor, and no meters. */
	EXECUTOR_UNMETERED("Petrichor, executor, no meters", "PetrichorEcho",
			List.of("--benchmark.blocking=true", "--petrichor.server.metrics.enabled=false")),

	/** A handler whose parameter and result are records. */
	RECORD("Petrichor, record", "PetrichorEcho", List.of("--benchmark.blocking=false", "--benchmark.record=true")),

	/** A handler on the event loop behind TLS. */
	LOOP_TLS("Petrichor, on the loop, TLS", "PetrichorEcho",
			List.of("--benchmark.blocking=false", "--petrichor.server.ssl.bundle=benchmark",
					"--spring.ssl.bundle.jks.benchmark.keystore.location=file:${benchmark.keystore}",
					"--spring.ssl.bundle.jks.benchmark.keystore.password=${benchmark.keystore.password}",
					"--spring.ssl.bundle.jks.benchmark.keystore.type=PKCS12")),

	/** JeroMQ. */
	JEROMQ("JeroMQ ROUTER", "JeroMqServer", List.of()),

	/** RSocket. */
	RSOCKET("Spring RSocket", "RSocketEcho", List.of("--spring.rsocket.server.port=0")),

	/** gRPC. */
	GRPC("gRPC in Spring Boot", "GrpcEcho", List.of("--spring.grpc.server.port=0")),

	/** Spring Integration. */
	INTEGRATION("Spring Integration TCP", "IntegrationEcho", List.of());

	private static final String TOOLS = "jmh|msgpack|cbor|quic";

	private static final String SPRING_NETWORKS = "rsocket|grpc|protobuf|integration|perfmark|spring-messaging|"
			+ TOOLS;

	private final String title;

	private final String server;

	private final List<String> arguments;

	Subject(String title, String server, List<String> arguments) {
		this.title = title;
		this.server = server;
		this.arguments = arguments;
	}

	String title() {
		return this.title;
	}

	String server() {
		return this.server;
	}

	List<String> arguments() {
		return this.arguments;
	}

	boolean tls() {
		return this == FLOOR_TLS || this == LOOP_TLS;
	}

	/** How much longer than others its server takes to be compiled. */
	int patience() {
		return switch (this) {
			case RSOCKET, GRPC, INTEGRATION -> 4;
			case FLOOR_TLS, LOOP_TLS -> 2;
			default -> 1;
		};
	}

	/** Names of jars that an application of this kind would not have. */
	String foreignJars() {
		return switch (this) {
			case RSOCKET -> "grpc|protobuf|integration|petrichor-|jeromq|" + TOOLS;
			case GRPC -> "rsocket|integration|petrichor-|jeromq|" + TOOLS;
			case INTEGRATION -> "rsocket|grpc|protobuf|petrichor-|jeromq|" + TOOLS;
			default -> SPRING_NETWORKS;
		};
	}

	Wire wire(int size) {
		return switch (this) {
			case JEROMQ -> FixedWire.zeromq(size);
			case RSOCKET -> new RSocketWire(size);
			case GRPC -> new GrpcWire("/Bench/Echo", size);
			case INTEGRATION -> FixedWire.lengthPrefixed(size);
			case RECORD -> FixedWire.echo("13:2:to,5:order,}", ORDER);
			default -> FixedWire.echo("0:}", body(size));
		};
	}

	/** A string whose data has that size. */
	static byte[] body(int size) {
		return FixedWire.join((size + ":").getBytes(StandardCharsets.US_ASCII), new byte[size], new byte[] { ',' });
	}

	/** Five fields, 64 bytes or so more than their names. */
	private static final byte[] ORDER = FixedWire.ascii(
			"101:2:id,8:A-102938,8:customer,12:Harriet Voss,6:amount,6:129900#4:paid,4:true!4:tags,15:4:blue,5:large,]}");

}
