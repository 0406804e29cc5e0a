package io.petrichor.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What a peer is ready to receive, as the key {@code can} of its handshake says. A peer
 * without the key is a plain peer: one reply for each request, in order, and nothing
 * else.
 *
 * @param plain whether the peer said nothing at all
 * @param re how many requests it takes in parallel, 0 if it does not match replies by
 * number
 * @param more whether it takes streams, and so cancels
 * @param oneway whether it takes requests that want no reply
 * @param push whether it takes requests from the side that accepted the connection
 * @param ping whether it answers heartbeats
 * @param bye whether it understands a goodbye
 * @param max the largest pair it reads in bytes, 0 if it did not say
 * @since 0.1.0
 */
public record Capabilities(boolean plain, int re, boolean more, boolean oneway, boolean push, boolean ping, boolean bye,
		long max) {

	/**
	 * A plain peer, such as the seed's.
	 */
	public static final Capabilities NONE = new Capabilities(true, 0, false, false, false, false, false, 0);

	/**
	 * The capabilities in a handshake's header.
	 * @param header the header of the first pair
	 * @return the capabilities, {@link #NONE} for a plain peer
	 */
	public static Capabilities from(Header header) {
		if (!(header.get(HeaderKeys.CAN) instanceof Map<?, ?> can)) {
			return NONE;
		}
		return new Capabilities(false, (int) number(can.get(HeaderKeys.RE), Integer.MAX_VALUE),
				is(can.get(HeaderKeys.MORE)), is(can.get(HeaderKeys.ONEWAY)), is(can.get("push")),
				is(can.get(HeaderKeys.PING)), is(can.get(HeaderKeys.BYE)), number(can.get("max"), Long.MAX_VALUE));
	}

	/**
	 * The value of the key {@code can}.
	 * @return a map that a header can hold
	 */
	public Map<String, Object> asMap() {
		Map<String, Object> can = new LinkedHashMap<>();
		can.put(HeaderKeys.RE, this.re);
		can.put(HeaderKeys.MORE, this.more);
		can.put(HeaderKeys.ONEWAY, this.oneway);
		can.put("push", this.push);
		can.put(HeaderKeys.PING, this.ping);
		can.put(HeaderKeys.BYE, this.bye);
		if (this.max > 0) {
			can.put("max", this.max);
		}
		can.values().removeIf((value) -> value.equals(false) || value.equals(0));
		return can;
	}

	private static boolean is(@Nullable Object value) {
		return Boolean.TRUE.equals(value);
	}

	private static long number(@Nullable Object value, long most) {
		return (value instanceof Long number) ? Math.min(Math.max(number, 0), most) : 0;
	}

}
