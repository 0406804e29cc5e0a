package io.petrichor.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many files this process may open, sockets among them. As Linux tells it: the JDK's
 * management beans tell it elsewhere, too, but their start takes longer than that of an
 * event loop.
 */
final class OpenFiles {

	private static final Path LIMITS = Path.of("/proc/self/limits");

	private static final String LIMIT = "Max open files";

	private OpenFiles() {
	}

	/** As many as can be, if nobody says. */
	static long limit() {
		try {
			return Files.exists(LIMITS) ? limit(Files.readString(LIMITS)) : Long.MAX_VALUE;
		}
		catch (IOException ex) {
			return Long.MAX_VALUE;
		}
	}

	/** The first number of its line, which is the one that holds. */
	static long limit(String limits) {
		for (String line : limits.split("\n")) {
			if (line.startsWith(LIMIT)) {
				String soft = line.substring(LIMIT.length()).strip().split("\\s+")[0];
				return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
			}
		}
		return Long.MAX_VALUE;
	}

}
