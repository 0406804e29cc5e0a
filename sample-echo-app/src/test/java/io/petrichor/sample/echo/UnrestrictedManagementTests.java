package io.petrichor.sample.echo;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;

import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClient.State;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the management port lets an operator do once the application allows it.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "petrichor.server.port=0", "management.endpoint.petrichor.access=unrestricted" })
class UnrestrictedManagementTests {

	private final HttpClient http = HttpClient.newHttpClient();

	@Value("${local.petrichor.server.port}")
	private int port;

	@Value("${local.server.port}")
	private int management;

	@Autowired
	private PetrichorClient.Builder clients;

	@Test
	void operatorTapsAndClosesOneConnectionAndThenDrainsTheServer() throws Exception {
		try (PetrichorClient client = this.clients.address("127.0.0.1:" + this.port)
			.user("ann")
			.noReconnect()
			.build()) {
			client.connect();
			String page = send("GET", "?page=0&size=1", 200);
			assertThat(page).contains("\"connectionCount\":1").contains("\"user\":\"ann\"");
			assertThat(send("GET", "?page=1&size=1", 200)).contains("\"connections\":[]");
			Matcher id = Pattern.compile("\"id\":\"(\\w+)\"").matcher(page);
			assertThat(id.find()).isTrue();
			String connection = "/" + id.group(1);
			send("POST", connection, 200);
			client.request().body("secret").retrieve(String.class);
			assertThat(send("GET", connection, 200)).contains("text of 6").doesNotContain("secret");
			assertThat(send("DELETE", connection, 200)).contains("\"disconnected\":true");
			await().until(() -> client.connection().state() == State.IDLE);
			send("DELETE", "/nobody", 204);
		}
		assertThat(send("DELETE", "", 200)).contains("\"draining\"");
		await().untilAsserted(() -> assertThat(send("GET", "", 200)).contains("\"listening\":false"));
		assertThat(status("/actuator/health/readiness")).isEqualTo(503);
	}

	private String send(String method, String path, int status) throws Exception {
		HttpRequest.BodyPublisher body = method.equals("POST") ? HttpRequest.BodyPublishers.ofString("{\"tap\": 5}")
				: HttpRequest.BodyPublishers.noBody();
		HttpResponse<String> response = this.http.send(HttpRequest.newBuilder(uri("/actuator/petrichor" + path))
			.header("Content-Type", "application/json")
			.method(method, body)
			.build(), HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).as(method + " " + path + ": " + response.body()).isEqualTo(status);
		return response.body();
	}

	private int status(String path) throws Exception {
		return this.http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.discarding())
			.statusCode();
	}

	private URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.management + path);
	}

}
