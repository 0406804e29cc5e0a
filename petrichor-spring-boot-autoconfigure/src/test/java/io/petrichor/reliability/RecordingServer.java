package io.petrichor.reliability;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

import io.petrichor.autoconfigure.PetrichorServerAutoConfiguration;
import io.petrichor.handler.PetrichorHandler;

/**
 * A server in a process of its own, to be killed: writes the body of each request into a
 * file before it answers, so that what it did outlives it.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration(PetrichorServerAutoConfiguration.class)
class RecordingServer {

	public static void main(String[] arguments) {
		SpringApplication.run(RecordingServer.class, arguments);
	}

	@Bean
	Recorder recorder(Environment environment) throws IOException {
		return new Recorder(FileChannel.open(Path.of(environment.getRequiredProperty("record")),
				StandardOpenOption.CREATE, StandardOpenOption.APPEND));
	}

	static class Recorder {

		private final FileChannel file;

		Recorder(FileChannel file) {
			this.file = file;
		}

		@PetrichorHandler
		synchronized String record(String body) throws IOException {
			this.file.write(ByteBuffer.wrap((body + "\n").getBytes(StandardCharsets.UTF_8)));
			return body;
		}

	}

}
