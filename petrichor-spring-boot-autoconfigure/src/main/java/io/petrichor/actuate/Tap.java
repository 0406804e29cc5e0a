package io.petrichor.actuate;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.PairTap;
import io.petrichor.tnetstring.TNetstring;

/**
 * Keeps the last messages of a connection in readable form. Thread-safe.
 */
final class Tap implements PairTap {

	private final int size;

	private final boolean showValues;

	private final Deque<Line> lines = new ArrayDeque<>();

	Tap(int size, boolean showValues) {
		this.size = size;
		this.showValues = showValues;
	}

	@Override
	public void received(Header header, TNetstring body) {
		add("in", header, body);
	}

	@Override
	public void sent(Header header, TNetstring body) {
		add("out", header, body);
	}

	synchronized List<Line> lines() {
		return List.copyOf(this.lines);
	}

	private synchronized void add(String direction, Header header, TNetstring body) {
		if (this.lines.size() == this.size) {
			this.lines.remove();
		}
		this.lines.add(new Line(Instant.now(), direction, readable(header.encoded()), readable(body)));
	}

	private String readable(TNetstring value) {
		return this.showValues ? value.toString() : Redaction.of(value);
	}

	/**
	 * A message.
	 *
	 * @param time when it passed
	 * @param direction {@code in} or {@code out}
	 * @param header the header
	 * @param body the body
	 */
	public record Line(Instant time, String direction, String header, String body) {
	}

}
