package io.petrichor.sample.echo;

import java.util.Arrays;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The seed's echo server, or with {@code client HOST PORT USER} its lazy client.
 */
@SpringBootApplication
public class EchoApplication {

	public static void main(String[] args) throws Exception {
		if (args.length > 0 && args[0].equals("client")) {
			LazyClient.main(Arrays.copyOfRange(args, 1, args.length));
		}
		else {
			SpringApplication.run(EchoApplication.class, args);
		}
	}

}
