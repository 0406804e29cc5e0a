package io.petrichor.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

import io.petrichor.protocol.PairLimits;
import io.petrichor.tnetstring.TNetstringLimits;

/**
 * What pairs of a peer may cost, once it was let in or has let us in.
 *
 * @since 0.1.0
 */
public class PetrichorMessageProperties {

	/**
	 * Most bytes of a header, from 1 to 999999999.
	 */
	private DataSize maxHeaderSize = DataSize.ofKilobytes(8);

	/**
	 * Most bytes of a body, from 1 to 999999999.
	 */
	private DataSize maxBodySize = DataSize.ofMegabytes(1);

	/**
	 * Most levels of lists and dictionaries within each other, at least 1: a header is
	 * one.
	 */
	private int maxDepth = 128;

	/**
	 * Most values in a pair, header and body together, at least 2: a key and its value.
	 */
	private int maxElements = 16384;

	/**
	 * Most characters of a number, at least 1.
	 */
	private int maxNumberLength = 1000;

	/**
	 * Time from the first byte of a pair to its last, at least a millisecond. If a
	 * duration suffix is not specified, seconds will be used.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration timeout = Duration.ofSeconds(30);

	public DataSize getMaxHeaderSize() {
		return this.maxHeaderSize;
	}

	public void setMaxHeaderSize(DataSize maxHeaderSize) {
		this.maxHeaderSize = Range.SIZE.check("message.max-header-size", maxHeaderSize);
	}

	public DataSize getMaxBodySize() {
		return this.maxBodySize;
	}

	public void setMaxBodySize(DataSize maxBodySize) {
		this.maxBodySize = Range.SIZE.check("message.max-body-size", maxBodySize);
	}

	public int getMaxDepth() {
		return this.maxDepth;
	}

	public void setMaxDepth(int maxDepth) {
		this.maxDepth = Range.COUNT.check("message.max-depth", maxDepth);
	}

	public int getMaxElements() {
		return this.maxElements;
	}

	public void setMaxElements(int maxElements) {
		this.maxElements = Range.ELEMENTS.check("message.max-elements", maxElements);
	}

	public int getMaxNumberLength() {
		return this.maxNumberLength;
	}

	public void setMaxNumberLength(int maxNumberLength) {
		this.maxNumberLength = Range.COUNT.check("message.max-number-length", maxNumberLength);
	}

	public Duration getTimeout() {
		return this.timeout;
	}

	public void setTimeout(Duration timeout) {
		this.timeout = Range.TIME.check("message.timeout", timeout);
	}

	PairLimits limits() {
		int bodySize = bytes(this.maxBodySize);
		return new PairLimits(bytes(this.maxHeaderSize), bodySize,
				TNetstringLimits.DEFAULTS.withMaxSize(onTheWire(bodySize))
					.withMaxDepth(this.maxDepth)
					.withMaxElements(this.maxElements)
					.withMaxDigits(this.maxNumberLength));
	}

	static int bytes(DataSize size) {
		return Math.toIntExact(size.toBytes());
	}

	/** With nine digits, a colon and a type around it. */
	static int onTheWire(int size) {
		return size + 11;
	}

}
