package io.petrichor.tnetstring.jackson;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;

import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.TNetstringConversionException;
import io.petrichor.tnetstring.TNetstringDecoder;
import io.petrichor.tnetstring.TNetstringException;
import io.petrichor.tnetstring.TNetstringLimits;
import io.petrichor.tnetstring.TNetstringReader;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Base64Variant;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.Version;
import tools.jackson.core.base.ParserMinimalBase;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.sym.BinaryNameMatcher;
import tools.jackson.core.sym.PropertyNameMatcher;
import tools.jackson.core.util.SimpleStreamReadContext;

/**
 * Turns checked values into tokens. A string is a {@code VALUE_STRING} if it is UTF-8,
 * else an embedded {@code byte[]}; its raw bytes can be had either way.
 */
final class TNetstringParser extends ParserMinimalBase {

	private static final byte[] NOTHING = {};

	private final @Nullable TNetstringDecoder decoder;

	private final TNetstringLimits limits;

	private final @Nullable InputStream in;

	private final @Nullable Object source;

	private byte[] bytes = NOTHING;

	/** Where the next value begins. */
	private int position;

	private int end;

	/** What was read before the value that is read now. */
	private long consumed;

	private TNetstringReader reader = new TNetstringReader(TNetstring.NULL);

	/** Whether the reader stands before a value that was not given out yet. */
	private boolean loaded;

	private int size;

	private SimpleStreamReadContext context = SimpleStreamReadContext.createRootContext(null);

	private int depth;

	private @Nullable String text;

	private byte @Nullable [] binary;

	TNetstringParser(ObjectReadContext context, IOContext ioContext, int features, TNetstring value) {
		super(context, ioContext, features);
		this.decoder = null;
		this.limits = TNetstringLimits.DEFAULTS;
		this.in = null;
		this.source = value;
		load(value);
		_streamReadConstraints.validateDocumentLength(value.size());
	}

	TNetstringParser(ObjectReadContext context, IOContext ioContext, int features, TNetstringLimits limits,
			byte[] bytes, int offset, int length) {
		super(context, ioContext, features);
		_streamReadConstraints.validateDocumentLength(length);
		this.decoder = new TNetstringDecoder(limits);
		this.limits = limits;
		this.in = null;
		this.source = bytes;
		this.bytes = bytes;
		this.position = offset;
		this.end = offset + length;
	}

	TNetstringParser(ObjectReadContext context, IOContext ioContext, int features, TNetstringLimits limits,
			InputStream in) {
		super(context, ioContext, features);
		this.decoder = new TNetstringDecoder(limits);
		this.limits = limits;
		this.source = in;
		this.in = in;
	}

	@Override
	public @Nullable JsonToken nextToken() {
		if (_currToken == JsonToken.PROPERTY_NAME) {
			this.reader.next();
			return valueToken();
		}
		if (this.depth > 0) {
			if (!this.reader.next()) {
				return endToken();
			}
			if (this.context.inObject()) {
				nameToken(readName());
				return _currToken;
			}
			this.context.valueRead();
			return valueToken();
		}
		if (!this.loaded && !loadNext()) {
			return _updateTokenToNull();
		}
		this.loaded = false;
		this.reader.next();
		this.context.valueRead();
		return valueToken();
	}

	@Override
	public @Nullable String nextName() {
		return (nextToken() == JsonToken.PROPERTY_NAME) ? currentName() : null;
	}

	@Override
	public int nextNameMatch(PropertyNameMatcher matcher) {
		if (_currToken == JsonToken.PROPERTY_NAME || !this.context.inObject()) {
			nextToken();
			return PropertyNameMatcher.MATCH_ODD_TOKEN;
		}
		if (!this.reader.next()) {
			endToken();
			return PropertyNameMatcher.MATCH_END_OBJECT;
		}
		if (matcher instanceof BinaryNameMatcher) {
			int match = matchQuads(matcher);
			if (match >= 0) {
				String name = matcher.nameLookup()[match];
				// Quads do not see leading NULs: only a name of this length is the same.
				if (name.length() == this.reader.length()) {
					nameToken(name);
					return match;
				}
			}
		}
		String name = readName();
		nameToken(name);
		return matcher.matchName(name);
	}

	/** Compares four bytes at a time, without making a String. */
	private int matchQuads(PropertyNameMatcher matcher) {
		TNetstringReader name = this.reader;
		int length = name.length();
		if (length <= 4) {
			return (length > 0) ? matcher.matchByQuad(name.keyBytes(0, length))
					: PropertyNameMatcher.MATCH_UNKNOWN_NAME;
		}
		if (length <= 8) {
			return matcher.matchByQuad(name.keyBytes(0, 4), name.keyBytes(4, length));
		}
		if (length <= 12) {
			return matcher.matchByQuad(name.keyBytes(0, 4), name.keyBytes(4, 8), name.keyBytes(8, length));
		}
		if (length > 64) {
			return PropertyNameMatcher.MATCH_UNKNOWN_NAME;
		}
		int[] quads = new int[(length + 3) / 4];
		for (int i = 0; i < quads.length; i++) {
			quads[i] = name.keyBytes(4 * i, Math.min(4 * i + 4, length));
		}
		return matcher.matchByQuad(quads, quads.length);
	}

	private String readName() {
		_streamReadConstraints.validateNameLength(this.reader.length());
		try {
			return this.reader.key();
		}
		catch (TNetstringConversionException ex) {
			throw new StreamReadException(this, "A key that is not UTF-8", currentTokenLocation(), ex);
		}
	}

	private void nameToken(String name) {
		this.context.setCurrentName(name);
		_updateToken(JsonToken.PROPERTY_NAME);
	}

	private @Nullable JsonToken valueToken() {
		if (this.text != null) {
			this.text = null;
		}
		if (this.binary != null) {
			this.binary = null;
		}
		TNetstringReader value = this.reader;
		return switch (value.code()) {
			case ',' -> {
				_streamReadConstraints.validateStringLength(value.length());
				yield _updateToken((value.isText()) ? JsonToken.VALUE_STRING : JsonToken.VALUE_EMBEDDED_OBJECT);
			}
			case '#' -> {
				_streamReadConstraints.validateIntegerLength(value.length());
				yield _updateToken(JsonToken.VALUE_NUMBER_INT);
			}
			case '^' -> {
				_streamReadConstraints.validateFPLength(value.length());
				yield _updateToken(JsonToken.VALUE_NUMBER_FLOAT);
			}
			case '!' -> _updateToken((value.booleanValue()) ? JsonToken.VALUE_TRUE : JsonToken.VALUE_FALSE);
			case '}' -> {
				enter();
				this.context = this.context.createChildObjectContext(-1, -1);
				yield _updateToken(JsonToken.START_OBJECT);
			}
			case ']' -> {
				enter();
				this.context = this.context.createChildArrayContext(-1, -1);
				yield _updateToken(JsonToken.START_ARRAY);
			}
			default -> _updateToken(JsonToken.VALUE_NULL);
		};
	}

	private void enter() {
		_streamReadConstraints.validateNestingDepth(++this.depth);
		this.reader.enter();
	}

	private @Nullable JsonToken endToken() {
		boolean object = this.context.inObject();
		this.reader.leave();
		this.depth--;
		this.context = this.context.clearAndGetParent();
		return _updateToken((object) ? JsonToken.END_OBJECT : JsonToken.END_ARRAY);
	}

	@Override
	public TNetstringParser skipChildren() {
		if (_currToken == JsonToken.START_OBJECT || _currToken == JsonToken.START_ARRAY) {
			endToken();
		}
		return this;
	}

	/**
	 * The value whose token was read now, whole and as it came.
	 */
	TNetstring encoded() {
		skipChildren();
		TNetstring value = this.reader.value();
		// What came as an array may be changed by its owner.
		return (this.decoder != null && this.in == null) ? TNetstring.parse(value.toByteArray(), this.limits) : value;
	}

	private void load(TNetstring value) {
		this.reader = new TNetstringReader(value);
		this.size = value.size();
		this.loaded = true;
	}

	private boolean loadNext() {
		this.consumed += this.size;
		this.size = 0;
		if (this.in != null && !readFrame(this.in)) {
			return false;
		}
		if (this.decoder == null || this.position == this.end) {
			return false;
		}
		try {
			this.decoder.reset();
			load(this.decoder.decodeFirst(this.bytes, this.position, this.end - this.position));
			this.position += this.size;
			return true;
		}
		catch (TNetstringException ex) {
			throw failure(ex);
		}
	}

	/** Reads one value, or as much of it as shows that it is none. */
	private boolean readFrame(InputStream in) {
		try {
			byte[] head = new byte[11];
			int length = 0;
			int size = 0;
			while (length < head.length) {
				int read = in.read();
				if (read < 0) {
					break;
				}
				head[length++] = (byte) read;
				if (read < '0' || read > '9' || length > 9) {
					break;
				}
				size = size * 10 + (read - '0');
			}
			boolean frame = length > 0 && head[length - 1] == ':' && size < this.limits.maxSize();
			byte[] body = (frame) ? in.readNBytes(size + 1) : NOTHING;
			this.bytes = Arrays.copyOf(head, length + body.length);
			System.arraycopy(body, 0, this.bytes, length, body.length);
			this.position = 0;
			this.end = this.bytes.length;
			_streamReadConstraints.validateDocumentLength(this.consumed + this.end);
			return length > 0;
		}
		catch (IOException ex) {
			throw _wrapIOFailure(ex);
		}
	}

	private JacksonException failure(TNetstringException ex) {
		TokenStreamLocation location = location(this.consumed + ex.offset());
		return switch (ex.kind()) {
			case INCOMPLETE -> new UnexpectedEndOfInputException(this, null, ex.getMessage());
			case TOO_BIG -> new StreamConstraintsException(ex.getMessage(), location);
			case MALFORMED -> new StreamReadException(this, ex.getMessage(), location, ex);
		};
	}

	@Override
	public @Nullable String currentName() {
		if (_currToken == JsonToken.START_OBJECT || _currToken == JsonToken.START_ARRAY) {
			return this.context.getParent().currentName();
		}
		return this.context.currentName();
	}

	@Override
	public @Nullable String getString() {
		if (this.text != null) {
			return this.text;
		}
		if (_currToken == null) {
			return null;
		}
		return switch (_currToken) {
			case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> this.text = this.reader.knownText();
			case PROPERTY_NAME -> currentName();
			case VALUE_EMBEDDED_OBJECT ->
				throw new StreamReadException(this, "A string that is not UTF-8", currentTokenLocation());
			default -> _currToken.asString();
		};
	}

	@Override
	public boolean hasStringCharacters() {
		return false;
	}

	@Override
	public char @Nullable [] getStringCharacters() {
		String string = getString();
		return (string != null) ? string.toCharArray() : null;
	}

	@Override
	public int getStringLength() {
		String string = getString();
		return (string != null) ? string.length() : 0;
	}

	@Override
	public int getStringOffset() {
		return 0;
	}

	@Override
	public @Nullable String getValueAsString() {
		return getValueAsString(null);
	}

	@Override
	public @Nullable String getValueAsString(@Nullable String defaultValue) {
		if (_currToken == JsonToken.VALUE_STRING || _currToken == JsonToken.PROPERTY_NAME
				|| (_currToken != null && _currToken.isScalarValue() && _currToken != JsonToken.VALUE_NULL
						&& _currToken != JsonToken.VALUE_EMBEDDED_OBJECT)) {
			return getString();
		}
		return defaultValue;
	}

	@Override
	public byte[] getBinaryValue(Base64Variant variant) {
		if (_currToken == JsonToken.VALUE_STRING || _currToken == JsonToken.VALUE_EMBEDDED_OBJECT) {
			byte[] value = this.binary;
			if (value == null) {
				value = this.reader.copyBytes();
				this.binary = value;
			}
			return value;
		}
		throw new StreamReadException(this, "Expected a string but this is " + _currToken, currentTokenLocation());
	}

	@Override
	public @Nullable Object getEmbeddedObject() {
		return (_currToken == JsonToken.VALUE_EMBEDDED_OBJECT) ? getBinaryValue(Base64Variants.MIME) : null;
	}

	@Override
	public @Nullable NumberType getNumberType() {
		if (_currToken == JsonToken.VALUE_NUMBER_FLOAT) {
			return NumberType.DOUBLE;
		}
		if (_currToken != JsonToken.VALUE_NUMBER_INT) {
			return null;
		}
		if (!this.reader.isLong()) {
			return NumberType.BIG_INTEGER;
		}
		long value = this.reader.longValue();
		return (value == (int) value) ? NumberType.INT : NumberType.LONG;
	}

	@Override
	public Number getNumberValue() {
		if (isFloat()) {
			return getDoubleValue();
		}
		if (!this.reader.isLong()) {
			return this.reader.bigIntegerValue();
		}
		long value = this.reader.longValue();
		if (value == (int) value) {
			return (int) value;
		}
		return value;
	}

	@Override
	public Number getNumberValueExact() {
		return (isFloat()) ? getDecimalValue() : getNumberValue();
	}

	@Override
	public int getIntValue() {
		if (isFloat()) {
			double value = this.reader.doubleValue();
			if (!(value > Integer.MIN_VALUE - 1.0 && value < Integer.MAX_VALUE + 1.0)) {
				_reportOverflowInt();
			}
			return (int) value;
		}
		if (!this.reader.isLong()) {
			_reportOverflowInt();
		}
		long value = this.reader.longValue();
		if (value != (int) value) {
			_reportOverflowInt();
		}
		return (int) value;
	}

	@Override
	public long getLongValue() {
		if (isFloat()) {
			double value = this.reader.doubleValue();
			if (!(value >= Long.MIN_VALUE && value < 0x1p63)) {
				_reportOverflowLong();
			}
			return (long) value;
		}
		if (!this.reader.isLong()) {
			_reportOverflowLong();
		}
		return this.reader.longValue();
	}

	@Override
	public BigInteger getBigIntegerValue() {
		return (isFloat()) ? getDecimalValue().toBigInteger() : this.reader.bigIntegerValue();
	}

	@Override
	public float getFloatValue() {
		return (float) getDoubleValue();
	}

	@Override
	public double getDoubleValue() {
		isFloat();
		return this.reader.doubleValue();
	}

	@Override
	public BigDecimal getDecimalValue() {
		isFloat();
		try {
			return this.reader.bigDecimalValue();
		}
		catch (TNetstringConversionException ex) {
			throw _constructInputCoercion(ex.getMessage(), _currToken, BigDecimal.class);
		}
	}

	@Override
	public boolean isNaN() {
		return false;
	}

	/** Whether the number read now is a float, and not an integer. */
	private boolean isFloat() {
		if (_currToken == JsonToken.VALUE_NUMBER_FLOAT) {
			return true;
		}
		if (_currToken == JsonToken.VALUE_NUMBER_INT) {
			return false;
		}
		throw _constructNotNumericType(_currToken, NR_UNKNOWN);
	}

	@Override
	public TokenStreamContext streamReadContext() {
		return this.context;
	}

	@Override
	public @Nullable Object currentValue() {
		return this.context.currentValue();
	}

	@Override
	public void assignCurrentValue(@Nullable Object value) {
		this.context.assignCurrentValue(value);
	}

	@Override
	public @Nullable Object streamReadInputSource() {
		return this.source;
	}

	@Override
	public TokenStreamLocation currentTokenLocation() {
		return location(this.consumed + this.reader.offset());
	}

	@Override
	public TokenStreamLocation currentLocation() {
		return location(this.consumed + this.reader.nextOffset());
	}

	private TokenStreamLocation location(long offset) {
		return new TokenStreamLocation(_ioContext.contentReference(), offset, -1, -1, -1);
	}

	@Override
	public Version version() {
		return TNetstringFactory.VERSION;
	}

	@Override
	protected void _closeInput() throws IOException {
		if (this.in != null && (_ioContext.isResourceManaged() || isEnabled(StreamReadFeature.AUTO_CLOSE_SOURCE))) {
			this.in.close();
		}
	}

	@Override
	protected void _releaseBuffers() {
		this.bytes = NOTHING;
	}

	@Override
	protected void _handleEOF() {
		// A container never ends early: values are checked whole.
	}

}
