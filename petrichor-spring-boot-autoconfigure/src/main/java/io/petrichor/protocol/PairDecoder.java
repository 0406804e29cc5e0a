package io.petrichor.protocol;

import java.util.Arrays;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.TNetstringConversionException;
import io.petrichor.tnetstring.TNetstringDecoder;
import io.petrichor.tnetstring.TNetstringException;

/**
 * Reads pairs from the bytes of one connection, in whatever pieces they come. No byte is
 * looked at twice for framing, memory grows with what has arrived and never with what was
 * announced, and after the first error nothing is read any more. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class PairDecoder {

	private static final int MAX_DIGITS = 9;

	private static final int FIRST_ALLOCATION = 1024;

	/** How much more memory is taken at the most than has arrived. */
	private static final int GROWTH = 4;

	/** The header of most requests and replies, <code>0:}</code>, read as one. */
	static final int EMPTY_HEADER = 0x303a7d;

	private static final int EMPTY_HEADER_LENGTH = 3;

	private final TNetstringDecoder values;

	private PairLimits limits;

	private @Nullable Header header;

	/** Digits of SIZE seen so far; of the current value. */
	private int digits;

	private int size;

	/** All bytes of the current value on the wire, once its SIZE is known; else 0. */
	private int total;

	private byte @Nullable [] partial;

	private int filled;

	private boolean dead;

	/**
	 * Create a decoder.
	 * @param limits what a pair may cost
	 */
	public PairDecoder(PairLimits limits) {
		this.limits = limits;
		this.values = new TNetstringDecoder(limits.values());
	}

	/**
	 * Other limits from the next pair on.
	 * @param limits the limits
	 */
	public void limits(PairLimits limits) {
		this.limits = limits;
		this.values.limits(limits.values());
	}

	/**
	 * Take the next pair.
	 * @param in what has arrived; what belongs to the pair is read from it
	 * @return the pair, or null if its end has not arrived yet
	 * @throws ProtocolException once, when the bytes cannot be a pair within the limits;
	 * from then on everything is skipped
	 */
	public @Nullable Message decode(ByteBuf in) {
		if (this.dead) {
			in.skipBytes(in.readableBytes());
			return null;
		}
		try {
			if (this.header == null && this.digits == 0 && in.readableBytes() >= EMPTY_HEADER_LENGTH
					&& in.getMedium(in.readerIndex()) == EMPTY_HEADER) {
				in.skipBytes(EMPTY_HEADER_LENGTH);
				this.header = Header.EMPTY;
			}
			if (this.header == null) {
				TNetstring encoded = next(in, this.limits.maxHeaderSize(), "header");
				if (encoded == null) {
					return null;
				}
				this.header = Header.of(encoded);
			}
			TNetstring body = next(in, this.limits.maxBodySize(), "body");
			if (body == null) {
				return null;
			}
			Message message = new Message(this.header, body);
			this.header = null;
			this.values.reset();
			return message;
		}
		catch (ProtocolException ex) {
			throw die(ex);
		}
		catch (TNetstringException ex) {
			ErrorCode code = (ex.kind() == TNetstringException.Kind.TOO_BIG) ? ErrorCode.TOO_BIG
					: ErrorCode.BAD_REQUEST;
			throw die(new ProtocolException(code, ((this.header == null) ? "header: " : "body: ") + ex.getMessage()));
		}
		catch (TNetstringConversionException ex) {
			throw die(new ProtocolException(ErrorCode.BAD_REQUEST, "header: " + ex.getMessage()));
		}
	}

	/**
	 * Whether a pair has begun and not ended. At the end of the stream this means a torn
	 * pair.
	 * @return true between the first byte of a pair and its last
	 */
	public boolean isPartial() {
		return !this.dead && (this.header != null || this.digits > 0);
	}

	/**
	 * Whether an error has ended the reading.
	 * @return true after the first {@link ProtocolException}
	 */
	public boolean isDead() {
		return this.dead;
	}

	/**
	 * The memory held for a pair that has begun. May be asked for from any thread, which
	 * then may see an older state.
	 * @return bytes
	 */
	public int buffered() {
		byte[] partial = this.partial;
		return (partial != null) ? partial.length : 0;
	}

	/**
	 * Read nothing any more, and keep nothing.
	 */
	public void close() {
		this.dead = true;
		this.partial = null;
		this.header = null;
	}

	private ProtocolException die(ProtocolException reason) {
		close();
		return reason;
	}

	private @Nullable TNetstring next(ByteBuf in, int limit, String part) {
		if (this.total == 0 && !readSize(in, limit, part)) {
			return null;
		}
		byte[] bytes = this.partial;
		if (bytes == null) {
			bytes = new byte[capacity(this.digits + 1 + in.readableBytes())];
			writeSize(bytes);
			this.filled = this.digits + 1;
		}
		int wanted = Math.min(in.readableBytes(), this.total - this.filled);
		if (this.filled + wanted > bytes.length) {
			bytes = Arrays.copyOf(bytes, capacity(this.filled + wanted));
		}
		in.readBytes(bytes, this.filled, wanted);
		this.filled += wanted;
		if (this.filled < this.total) {
			this.partial = bytes;
			return null;
		}
		int length = this.total;
		this.partial = null;
		this.total = 0;
		this.size = 0;
		this.digits = 0;
		return this.values.decode(bytes, 0, length);
	}

	private int capacity(int arrived) {
		return (arrived >= this.total / GROWTH) ? this.total
				: Math.min(this.total, Math.max(FIRST_ALLOCATION, GROWTH * arrived));
	}

	private boolean readSize(ByteBuf in, int limit, String part) {
		while (in.isReadable()) {
			byte next = in.readByte();
			if (next == ':' && this.digits > 0) {
				this.total = this.digits + 1 + this.size + 1;
				return true;
			}
			if (next < '0' || next > '9') {
				throw new ProtocolException(ErrorCode.BAD_REQUEST,
						"the size of a " + part + " must be digits and a colon");
			}
			if (++this.digits > MAX_DIGITS) {
				throw new ProtocolException(ErrorCode.BAD_REQUEST,
						"the size of a " + part + " has more than nine digits");
			}
			this.size = this.size * 10 + (next - '0');
			if (this.size > limit) {
				throw new ProtocolException(ErrorCode.TOO_BIG,
						"a " + part + " may have " + limit + " bytes at the most");
			}
		}
		return false;
	}

	/** The digits as they came: with as many leading zeros as it takes. */
	private void writeSize(byte[] bytes) {
		int rest = this.size;
		for (int i = this.digits - 1; i >= 0; i--) {
			bytes[i] = (byte) ('0' + rest % 10);
			rest /= 10;
		}
		bytes[this.digits] = ':';
	}

}
