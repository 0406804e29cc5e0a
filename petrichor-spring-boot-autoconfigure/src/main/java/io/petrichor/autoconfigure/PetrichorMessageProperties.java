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
	 * Most bytes of a header.
	 */
	private DataSize maxHeaderSize = DataSize.ofKilobytes(8);

	/**
	 * Most bytes of a body.
	 */
	private DataSize maxBodySize = DataSize.ofMegabytes(1);

	/**
	 * Most levels of lists and dictionaries within each other.
	 */
	private int maxDepth = 128;

	/**
	 * Most values in a pair, header and body together.
	 */
	private int maxElements = 16384;

	/**
	 * Most characters of a number.
	 */
	private int maxNumberLength = 1000;

	/**
	 * Time from the first byte of a pair to its last. If a duration suffix is not
	 * specified, seconds will be used.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration timeout = Duration.ofSeconds(30);

	public DataSize getMaxHeaderSize() {
		return this.maxHeaderSize;
	}

	public void setMaxHeaderSize(DataSize maxHeaderSize) {
		this.maxHeaderSize = maxHeaderSize;
	}

	public DataSize getMaxBodySize() {
		return this.maxBodySize;
	}

	public void setMaxBodySize(DataSize maxBodySize) {
		this.maxBodySize = maxBodySize;
	}

	public int getMaxDepth() {
		return this.maxDepth;
	}

	public void setMaxDepth(int maxDepth) {
		this.maxDepth = maxDepth;
	}

	public int getMaxElements() {
		return this.maxElements;
	}

	public void setMaxElements(int maxElements) {
		this.maxElements = maxElements;
	}

	public int getMaxNumberLength() {
		return this.maxNumberLength;
	}

	public void setMaxNumberLength(int maxNumberLength) {
		this.maxNumberLength = maxNumberLength;
	}

	public Duration getTimeout() {
		return this.timeout;
	}

	public void setTimeout(Duration timeout) {
		this.timeout = timeout;
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
