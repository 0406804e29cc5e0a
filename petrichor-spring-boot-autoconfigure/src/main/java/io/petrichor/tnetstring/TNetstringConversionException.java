package io.petrichor.tnetstring;

/**
 * A valid TNetstring that cannot be given as the Java type asked for: another type, a
 * number out of range, text that is not UTF-8. The message never holds the content.
 *
 * @since 0.1.0
 */
public class TNetstringConversionException extends RuntimeException {

	/**
	 * A conversion that failed.
	 * @param message the reason, without content
	 */
	public TNetstringConversionException(String message) {
		super(message);
	}

}
