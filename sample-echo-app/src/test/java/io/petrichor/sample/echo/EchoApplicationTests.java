package io.petrichor.sample.echo;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(properties = "petrichor.server.port=0")
@ExtendWith(OutputCaptureExtension.class)
class EchoApplicationTests {

	@Value("${local.petrichor.server.port}")
	private String port;

	@Test
	void whenLineIsTypedByHandThenWelcomeAndEchoCanBeRead() throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(this.port))) {
			socket.getOutputStream().write("13:4:user,3:zed,}0:,0:}5:hello,".getBytes(StandardCharsets.US_ASCII));
			socket.shutdownOutput();
			assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
				.contains("7:allowed,4:true!}7:WELCOME,")
				.endsWith("0:}5:hello,");
		}
	}

	@Test
	void whenLazyClientTypesThenItReadsItsLinesAndServerLogsThem(CapturedOutput output) throws Exception {
		assertThat(client("hello\n\nthere\n", this.port)).isEqualTo("CONNECTED WELCOME\n> hello\n> \n> there\n> ");
		assertThat(output).containsPattern("RECEIVED zed [0-9a-f]{32} .*hello");
	}

	@Test
	void whenServerDeniesThenLazyClientSaysWhyAndEnds() throws Exception {
		assertThat(clientOf("18:7:allowed,5:false!}7:not you,")).isEqualTo("YOU WERE DENIED not you\n");
	}

	@Test
	void whenServerClosesThenLazyClientEnds() throws Exception {
		assertThat(clientOf("0:}2:hi,")).isEqualTo("CONNECTED hi\n> ");
	}

	/** What the client prints when a server answers its first pair so, and closes. */
	private static String clientOf(String answer) throws Exception {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			CompletableFuture<Void> served = CompletableFuture.runAsync(() -> answer(server, answer));
			String printed = client("hello\n", String.valueOf(server.getLocalPort()));
			served.join();
			return printed;
		}
	}

	private static void answer(ServerSocket server, String answer) {
		try (Socket socket = server.accept()) {
			InputStream in = socket.getInputStream();
			socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
			socket.shutdownOutput();
			in.readAllBytes();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String client(String typed, String port) throws Exception {
		ByteArrayOutputStream printed = new ByteArrayOutputStream();
		LazyClient.run(new String[] { "127.0.0.1", port, "zed" },
				new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
				new PrintStream(printed, true, StandardCharsets.UTF_8));
		return printed.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
	}

}
