package io.petrichor.sample.echo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.petrichor.client.PetrichorClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the management port shows.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = { "petrichor.server.port=0" })
@AutoConfigureMetrics
@ExtendWith(OutputCaptureExtension.class)
class ManagementTests {

	private final HttpClient http = HttpClient.newHttpClient();

	@Value("${local.petrichor.server.port}")
	private int port;

	@Value("${local.server.port}")
	private int management;

	@Autowired
	private PetrichorClient.Builder clients;

	@Test
	void healthSaysThatTheServerListens() throws Exception {
		assertThat(get("/actuator/health")).contains("\"petrichorClient\":{")
			.contains("\"petrichorServer\":{\"details\":{")
			.contains("\"port\":" + this.port);
		assertThat(get("/actuator/health/readiness")).contains("UP");
	}

	@Test
	void endpointShowsHandlersLimitsAndConnections() throws Exception {
		try (Socket peer = talk()) {
			assertThat(peer.isConnected()).isTrue();
			assertThat(get("/actuator/petrichor")).contains("Echo.echo(")
				.contains("\"maxConnections\":8192")
				.contains("\"user\":\"zed\"");
		}
	}

	@Test
	void endpointDoesNotWriteUnlessTheApplicationSaysSo() throws Exception {
		HttpResponse<String> response = this.http.send(request("/actuator/petrichor").DELETE().build(),
				HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(405);
	}

	@Test
	void theDashboardAsksOnlyForWhatThereIs() throws Exception {
		talk().close();
		try (PetrichorClient client = this.clients.address("127.0.0.1:" + this.port).build()) {
			assertThat(client.request().body("hello").retrieve(String.class)).isEqualTo("hello");
		}
		await().untilAsserted(
				() -> assertThat(get("/actuator/prometheus")).contains("petrichor_client_calls_seconds_count"));
		String scrape = get("/actuator/prometheus");
		Set<String> there = Pattern.compile("^(petrichor_\\w+)", Pattern.MULTILINE)
			.matcher(scrape)
			.results()
			.map((match) -> match.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
		Set<String> labels = Pattern.compile("[{,](\\w+)=\"")
			.matcher(scrape)
			.results()
			.map((match) -> match.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
		String dashboard = Files.readString(dashboard());
		Set<String> asked = Pattern.compile("petrichor_\\w+")
			.matcher(dashboard)
			.results()
			.map((match) -> match.group())
			.collect(Collectors.toCollection(TreeSet::new));
		Set<String> groups = Pattern.compile("by \\(([a-z, ]+)\\)")
			.matcher(dashboard)
			.results()
			.flatMap((match) -> Pattern.compile(", ").splitAsStream(match.group(1)))
			.collect(Collectors.toCollection(TreeSet::new));
		// The longest of late, where the application asks for a distribution.
		there.addAll(Set.of("petrichor_server_requests_seconds_max", "petrichor_client_calls_seconds_max"));
		assertThat(asked).hasSizeGreaterThan(24).isSubsetOf(there);
		assertThat(groups).isNotEmpty().isSubsetOf(labels);
	}

	@Test
	void whenPeerPutsLineBreaksIntoItsNameThenLogHasOneLine(CapturedOutput output) throws Exception {
		try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			peer.getOutputStream()
				.write("21:4:user,10:a\nRECEIVED,}0:,0:}5:forge,".getBytes(StandardCharsets.US_ASCII));
			peer.shutdownOutput();
			peer.getInputStream().readAllBytes();
		}
		assertThat(output).contains("RECEIVED a\\u000aRECEIVED - {} \"forge\"").doesNotContain("a\nRECEIVED");
	}

	private Socket talk() throws IOException {
		Socket peer = new Socket(InetAddress.getLoopbackAddress(), this.port);
		peer.getOutputStream().write("13:4:user,3:zed,}0:,0:}5:hello,".getBytes(StandardCharsets.US_ASCII));
		StringBuilder replies = new StringBuilder();
		while (!replies.toString().endsWith("0:}5:hello,")) {
			replies.append((char) peer.getInputStream().read());
		}
		return peer;
	}

	private String get(String path) throws Exception {
		HttpResponse<String> response = this.http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).as(path).isEqualTo(200);
		return response.body();
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.management + path));
	}

	private static Path dashboard() {
		Path path = Path.of("").toAbsolutePath();
		while (!Files.exists(path.resolve("mvnw"))) {
			path = path.getParent();
		}
		return path.resolve("docs/petrichor-server-dashboard.json");
	}

}
