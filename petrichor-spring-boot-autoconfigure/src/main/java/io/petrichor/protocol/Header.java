package io.petrichor.protocol;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.TNetstringType;

/**
 * The first half of a pair: a dictionary with text keys. Immutable, keeps the order of
 * its keys, and goes out byte for byte as it came in.
 *
 * @since 0.1.0
 */
public final class Header {

	/**
	 * The header without keys, as most requests of plain peers have it.
	 */
	public static final Header EMPTY = new Header(TNetstring.EMPTY_DICTIONARY, Collections.emptyMap());

	private final TNetstring encoded;

	private final Map<String, @Nullable Object> values;

	private Header(TNetstring encoded, Map<String, @Nullable Object> values) {
		this.encoded = encoded;
		this.values = values;
	}

	/**
	 * A header from its encoded form.
	 * @param encoded a dictionary
	 * @return the header
	 * @throws ProtocolException if it is not a dictionary
	 */
	public static Header of(TNetstring encoded) {
		if (encoded.type() != TNetstringType.DICTIONARY) {
			throw new ProtocolException(ErrorCode.BAD_REQUEST, "a header must be a dictionary");
		}
		if (encoded.size() == TNetstring.EMPTY_DICTIONARY.size()) {
			return EMPTY;
		}
		return new Header(encoded, encoded.asMap());
	}

	/**
	 * A header from keys and values.
	 * @param values strings, integers, booleans, and lists or maps of these
	 * @return the header
	 */
	public static Header of(Map<String, ? extends @Nullable Object> values) {
		if (values.isEmpty()) {
			return EMPTY;
		}
		TNetstring encoded = TNetstring.of(values);
		return new Header(encoded, encoded.asMap());
	}

	/**
	 * A header with one key.
	 * @param key the key
	 * @param value a string, integer or boolean, or a list or map of these
	 * @return the header
	 */
	public static Header of(String key, @Nullable Object value) {
		return of(Collections.singletonMap(key, value));
	}

	/**
	 * This header with one key added or replaced.
	 * @param key the key
	 * @param value its value
	 * @return a new header
	 */
	public Header with(String key, @Nullable Object value) {
		Map<String, @Nullable Object> changed = new LinkedHashMap<>(this.values);
		changed.put(key, value);
		return of(changed);
	}

	/**
	 * Whether the header has no keys.
	 * @return true if it is empty
	 */
	public boolean isEmpty() {
		return this.values.isEmpty();
	}

	/**
	 * Whether the header has the key, also with null as its value.
	 * @param key the key
	 * @return true if it is there
	 */
	public boolean has(String key) {
		return this.values.containsKey(key);
	}

	/**
	 * The value of a key as the tree has it.
	 * @param key the key
	 * @return the value, or null if there is none
	 */
	public @Nullable Object get(String key) {
		return this.values.get(key);
	}

	/**
	 * The value of a key if it is text.
	 * @param key the key
	 * @return the text, or null if there is none or it is of another type
	 */
	public @Nullable String text(String key) {
		return (get(key) instanceof String text) ? text : null;
	}

	/**
	 * The value of a key if it is an integer of at most 64 bits.
	 * @param key the key
	 * @return the number, or null if there is none or it is of another type
	 */
	public @Nullable Long integer(String key) {
		return (get(key) instanceof Long number) ? number : null;
	}

	/**
	 * Whether the value of a key is the boolean true.
	 * @param key the key
	 * @return false for everything else
	 */
	public boolean flag(String key) {
		return Boolean.TRUE.equals(get(key));
	}

	/**
	 * All keys with their values, in the order of the wire.
	 * @return an unmodifiable map
	 */
	public Map<String, @Nullable Object> asMap() {
		return this.values;
	}

	/**
	 * The header as it stands on the wire.
	 * @return a dictionary
	 */
	public TNetstring encoded() {
		return this.encoded;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return (this == other) || ((other instanceof Header header) && this.encoded.equals(header.encoded));
	}

	@Override
	public int hashCode() {
		return this.encoded.hashCode();
	}

	@Override
	public String toString() {
		return this.encoded.toString();
	}

}
