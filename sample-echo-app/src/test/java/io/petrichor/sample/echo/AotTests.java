package io.petrichor.sample.echo;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import io.petrichor.client.PetrichorClient;
import io.petrichor.sample.calling.CallingApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application after Spring's processing ahead of time, as a native image has it: the
 * beans by generated code, on a JVM.
 */
class AotTests {

	private static final Pattern PORT = Pattern.compile("Petrichor server listens on \\S+ port (\\d+)");

	@TempDir
	private Path folder;

	@Test
	void whenApplicationIsProcessedAheadOfTimeThenItStartsAndEchoes() throws Exception {
		process(EchoApplication.class);
		compile();
		assertThat(hints()).contains("io.petrichor.sample.echo.Echo").contains("\"echo\"");
		Process application = start(EchoApplication.class);
		try {
			StringBuilder log = new StringBuilder();
			int port = awaitPort(application, log);
			assertThat(log).contains("Starting AOT-processed EchoApplication");
			assertThat(talk(port)).contains("7:allowed,4:true!}").endsWith("0:}5:hello,");
		}
		finally {
			application.destroyForcibly();
		}
	}

	@Test
	void whenProcessedApplicationHasNamedClientThenItCallsWhereThePropertiesOfItsStartSay() throws Exception {
		process(CallingApplication.class, "-Dpetrichor.clients.stock.address=127.0.0.1:1",
				"-Dpetrichor.clients.stock.eager=true");
		compile();
		try (ConfigurableApplicationContext stock = SpringApplication.run(EchoApplication.class,
				"--petrichor.server.port=0", "--server.port=0")) {
			Process application = start(CallingApplication.class, "--petrichor.clients.stock.address=127.0.0.1:"
					+ stock.getEnvironment().getProperty("local.petrichor.server.port"));
			try {
				int port = awaitPort(application, new StringBuilder());
				try (PetrichorClient client = PetrichorClient.builder().address("127.0.0.1:" + port).build()) {
					assertThat(client.to("ask").body("how many?").retrieve(String.class)).isEqualTo("how many?");
				}
			}
			finally {
				application.destroyForcibly();
			}
		}
	}

	private void process(Class<?> application, String... properties) throws IOException, InterruptedException {
		Process processor = java(System.getProperty("java.class.path"),
				List.of("org.springframework.boot.SpringApplicationAotProcessor", application.getName(),
						path("sources"), path("resources"), path("classes"), "io.petrichor", "sample-echo-app"),
				properties);
		String output = new String(processor.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(processor.waitFor()).as(output).isZero();
	}

	private void compile() throws IOException {
		List<String> arguments = new ArrayList<>(List.of("-nowarn", "-proc:none", "-parameters", "-d", path("classes"),
				"-cp", path("classes") + File.pathSeparator + System.getProperty("java.class.path")));
		try (Stream<Path> files = Files.walk(this.folder.resolve("sources"))) {
			files.filter((file) -> file.toString().endsWith(".java")).map(Path::toString).forEach(arguments::add);
		}
		assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
			.isZero();
	}

	private String hints() throws IOException {
		return Files.readString(this.folder
			.resolve("resources/META-INF/native-image/io.petrichor/sample-echo-app/reachability-metadata.json"));
	}

	private Process start(Class<?> application, String... properties) throws IOException {
		String classPath = String.join(File.pathSeparator, path("classes"), path("resources"),
				System.getProperty("java.class.path"));
		List<String> arguments = new ArrayList<>(
				List.of(application.getName(), "--petrichor.server.port=0", "--server.port=0"));
		arguments.addAll(List.of(properties));
		return java(classPath, arguments, "-Dspring.aot.enabled=true");
	}

	private static Process java(String classPath, List<String> arguments, String... options) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
						"-XX:TieredStopAtLevel=1", "-cp", classPath));
		command.addAll(List.of(options));
		command.addAll(arguments);
		return new ProcessBuilder(command).redirectErrorStream(true).start();
	}

	private static int awaitPort(Process application, StringBuilder log) throws IOException {
		for (String line; (line = application.inputReader(StandardCharsets.UTF_8).readLine()) != null;) {
			log.append(line).append('\n');
			Matcher listening = PORT.matcher(line);
			if (listening.find()) {
				return Integer.parseInt(listening.group(1));
			}
		}
		throw new AssertionError("The application did not start:\n" + log);
	}

	private static String talk(int port) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(10));
			socket.getOutputStream().write("13:4:user,3:zed,}0:,0:}5:hello,".getBytes(StandardCharsets.US_ASCII));
			socket.shutdownOutput();
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
		}
	}

	private String path(String name) {
		return this.folder.resolve(name).toString();
	}

}
