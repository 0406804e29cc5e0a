package io.petrichor.sample.echo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;

import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorConnectionException;
import io.petrichor.client.PetrichorDeniedException;

/**
 * Sends each line it reads as a request, and prints the reply.
 */
final class LazyClient {

	private LazyClient() {
	}

	static void main(String[] args) throws IOException {
		if (args.length != 3) {
			System.err.println("usage: client HOST PORT USER");
			System.exit(2);
		}
		run(args, System.in, System.out);
	}

	static void run(String[] args, InputStream in, PrintStream out) throws IOException {
		PetrichorClient.Builder builder = PetrichorClient.builder()
			.address(args[0] + ":" + args[1])
			.user(args[2])
			.noReconnect();
		try (PetrichorClient client = builder.build()) {
			client.connect();
			out.println("CONNECTED " + client.connection().welcome().value());
			talk(client, new BufferedReader(new InputStreamReader(in, Charset.defaultCharset())), out);
		}
		catch (PetrichorDeniedException ex) {
			out.println("YOU WERE DENIED " + ex.reason());
		}
	}

	private static void talk(PetrichorClient client, BufferedReader lines, PrintStream out) throws IOException {
		while (true) {
			out.print("> ");
			out.flush();
			String line = lines.readLine();
			if (line == null || client.connection().state() != PetrichorClient.State.CONNECTED) {
				return;
			}
			try {
				out.println(client.request().body(line).retrieve(Object.class));
			}
			catch (PetrichorConnectionException ex) {
				return;
			}
		}
	}

}
