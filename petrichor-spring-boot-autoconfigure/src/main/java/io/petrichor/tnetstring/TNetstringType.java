package io.petrichor.tnetstring;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The seven types of a TNetstring, each with the byte that ends its encoding.
 *
 * @since 0.1.0
 */
public enum TNetstringType {

	/** A string of bytes, {@code ,}. */
	BYTES(','),

	/** An integer of any length, {@code #}. */
	INTEGER('#'),

	/** A finite double, {@code ^}. */
	FLOAT('^'),

	/** {@code true} or {@code false}, {@code !}. */
	BOOLEAN('!'),

	/** Nothing, {@code ~}. */
	NULL('~'),

	/** Strings, each with a value, <code>}</code>. */
	DICTIONARY('}'),

	/** Values in a row, {@code ]}. */
	LIST(']');

	private static final @Nullable TNetstringType[] BY_CODE = new @Nullable TNetstringType[128];

	static {
		for (TNetstringType type : values()) {
			BY_CODE[type.code] = type;
		}
	}

	private final byte code;

	TNetstringType(char code) {
		this.code = (byte) code;
	}

	/**
	 * The byte that ends a value of this type.
	 * @return the type byte, an ASCII character
	 */
	public byte code() {
		return this.code;
	}

	/**
	 * The type that a byte stands for.
	 * @param code the last byte of an encoded value
	 * @return the type, or {@code null} if the byte is none
	 */
	public static @Nullable TNetstringType of(byte code) {
		return (code >= 0) ? BY_CODE[code] : null;
	}

	/** The type of a value that was checked. */
	static TNetstringType known(byte code) {
		return Objects.requireNonNull(BY_CODE[code]);
	}

}
