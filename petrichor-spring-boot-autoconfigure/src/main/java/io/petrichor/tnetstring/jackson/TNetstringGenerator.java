package io.petrichor.tnetstring.jackson;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;

import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.TNetstringType;
import io.petrichor.tnetstring.TNetstringWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Base64Variant;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.SerializableString;
import tools.jackson.core.StreamWriteCapability;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.Version;
import tools.jackson.core.base.GeneratorBase;
import tools.jackson.core.exc.StreamWriteException;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.json.DupDetector;
import tools.jackson.core.util.JacksonFeatureSet;
import tools.jackson.core.util.SimpleStreamWriteContext;

/**
 * Turns tokens into values. A value reaches the stream when it is whole, or not at all.
 */
final class TNetstringGenerator extends GeneratorBase {

	private final TNetstringWriter writer;

	private final @Nullable OutputStream out;

	private SimpleStreamWriteContext context;

	/** Whether a value is written to its end, but not yet given out. */
	private boolean whole;

	/** Whether a name was written, but not yet its value. */
	private boolean valueDue;

	TNetstringGenerator(ObjectWriteContext context, IOContext ioContext, int features, TNetstringWriter writer,
			@Nullable OutputStream out) {
		super(context, ioContext, features);
		this.writer = writer;
		this.out = out;
		this.context = SimpleStreamWriteContext
			.createRootContext(StreamWriteFeature.STRICT_DUPLICATE_DETECTION.enabledIn(features)
					? DupDetector.rootDetector(this) : null);
	}

	void verifyWhole() {
		if (!this.whole) {
			throw new StreamWriteException(this, "No whole value was written");
		}
	}

	@Override
	public JsonGenerator writeStartArray() {
		return writeStartArray(null);
	}

	@Override
	public JsonGenerator writeStartArray(@Nullable Object currentValue) {
		_verifyValueWrite("start an array");
		start();
		this.context = this.context.createChildArrayContext(currentValue);
		return this;
	}

	@Override
	public JsonGenerator writeEndArray() {
		if (!this.context.inArray()) {
			throw failure("Current context not Array but " + this.context.typeDesc());
		}
		return end(TNetstringType.LIST);
	}

	@Override
	public JsonGenerator writeStartObject() {
		return writeStartObject(null);
	}

	@Override
	public JsonGenerator writeStartObject(@Nullable Object currentValue) {
		_verifyValueWrite("start an object");
		start();
		this.context = this.context.createChildObjectContext(currentValue);
		return this;
	}

	@Override
	public JsonGenerator writeEndObject() {
		if (!this.context.inObject() || this.valueDue) {
			throw failure("Current context not Object but " + this.context.typeDesc());
		}
		return end(TNetstringType.DICTIONARY);
	}

	private void start() {
		_streamWriteConstraints.validateNestingDepth(this.context.getNestingDepth() + 1);
		try {
			this.writer.start();
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
	}

	private JsonGenerator end(TNetstringType type) {
		try {
			this.writer.end(type);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		this.context = this.context.clearAndGetParent();
		return written();
	}

	@Override
	public JsonGenerator writeName(String name) {
		verifyNameWrite(name);
		try {
			this.writer.writeKey(name);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		return this;
	}

	@Override
	public JsonGenerator writeName(SerializableString name) {
		verifyNameWrite(name.getValue());
		try {
			this.writer.writeKey(name.asUnquotedUTF8());
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		return this;
	}

	private void verifyNameWrite(String name) {
		if (!this.context.writeName(name)) {
			throw failure("Cannot write a property name, expecting a value");
		}
		this.valueDue = true;
	}

	@Override
	public JsonGenerator writePropertyId(long id) {
		return writeName(Long.toString(id));
	}

	@Override
	public JsonGenerator writeString(@Nullable String text) {
		if (text == null) {
			return writeNull();
		}
		_verifyValueWrite(WRITE_STRING);
		try {
			this.writer.writeText(text);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		return written();
	}

	@Override
	public JsonGenerator writeString(char[] text, int offset, int length) {
		return writeString(new String(text, offset, length));
	}

	@Override
	public JsonGenerator writeString(SerializableString text) {
		return writeUtf8(text.asUnquotedUTF8(), 0, text.asUnquotedUTF8().length);
	}

	@Override
	public JsonGenerator writeString(Reader reader, int length) {
		StringWriter text = new StringWriter();
		try {
			reader.transferTo(text);
		}
		catch (IOException ex) {
			throw _wrapIOFailure(ex);
		}
		String all = text.toString();
		return writeString((length >= 0 && length < all.length()) ? all.substring(0, length) : all);
	}

	@Override
	public JsonGenerator writeRawUTF8String(byte[] text, int offset, int length) {
		return _reportUnsupportedOperation();
	}

	@Override
	public JsonGenerator writeUTF8String(byte[] text, int offset, int length) {
		return writeUtf8(text, offset, length);
	}

	private JsonGenerator writeUtf8(byte[] bytes, int offset, int length) {
		_verifyValueWrite(WRITE_STRING);
		try {
			this.writer.writeBytes(bytes, offset, length);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		return written();
	}

	@Override
	public JsonGenerator writeBinary(Base64Variant variant, byte[] data, int offset, int length) {
		return writeUtf8(data, offset, length);
	}

	@Override
	public int writeBinary(Base64Variant variant, InputStream data, int length) {
		try {
			byte[] bytes = (length >= 0) ? data.readNBytes(length) : data.readAllBytes();
			if (bytes.length < length) {
				throw failure("Too few bytes available: " + bytes.length + " of " + length);
			}
			writeUtf8(bytes, 0, bytes.length);
			return bytes.length;
		}
		catch (IOException ex) {
			throw _wrapIOFailure(ex);
		}
	}

	/** Write a value that is encoded already, byte for byte. */
	void writeEncoded(TNetstring value) {
		_verifyValueWrite("write value");
		try {
			this.writer.writeEncoded(value);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		written();
	}

	@Override
	public JsonGenerator writeNumber(short value) {
		return writeNumber((long) value);
	}

	@Override
	public JsonGenerator writeNumber(int value) {
		return writeNumber((long) value);
	}

	@Override
	public JsonGenerator writeNumber(long value) {
		_verifyValueWrite(WRITE_NUMBER);
		try {
			this.writer.writeLong(value);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		return written();
	}

	@Override
	public JsonGenerator writeNumber(@Nullable BigInteger value) {
		if (value == null) {
			return writeNull();
		}
		_verifyValueWrite(WRITE_NUMBER);
		try {
			this.writer.writeBigInteger(value);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		return written();
	}

	@Override
	public JsonGenerator writeNumber(double value) {
		_verifyValueWrite(WRITE_NUMBER);
		try {
			this.writer.writeDouble(value);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		return written();
	}

	@Override
	public JsonGenerator writeNumber(float value) {
		_verifyValueWrite(WRITE_NUMBER);
		try {
			this.writer.writeFloat(value);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		return written();
	}

	@Override
	public JsonGenerator writeNumber(@Nullable BigDecimal value) {
		if (value == null) {
			return writeNull();
		}
		_verifyValueWrite(WRITE_NUMBER);
		try {
			this.writer.writeBigDecimal(value);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		return written();
	}

	@Override
	public JsonGenerator writeNumber(@Nullable String digits) {
		if (digits == null) {
			return writeNull();
		}
		try {
			BigDecimal value = new BigDecimal(digits);
			return (value.scale() == 0) ? writeNumber(value.unscaledValue()) : writeNumber(value);
		}
		catch (NumberFormatException ex) {
			throw failure("Not a number");
		}
	}

	@Override
	public JsonGenerator writeBoolean(boolean value) {
		_verifyValueWrite(WRITE_BOOLEAN);
		try {
			this.writer.writeBoolean(value);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		return written();
	}

	@Override
	public JsonGenerator writeNull() {
		_verifyValueWrite(WRITE_NULL);
		try {
			this.writer.writeNull();
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
		return written();
	}

	@Override
	public JsonGenerator writeRaw(String text) {
		return _reportUnsupportedOperation();
	}

	@Override
	public JsonGenerator writeRaw(String text, int offset, int length) {
		return _reportUnsupportedOperation();
	}

	@Override
	public JsonGenerator writeRaw(char[] text, int offset, int length) {
		return _reportUnsupportedOperation();
	}

	@Override
	public JsonGenerator writeRaw(char c) {
		return _reportUnsupportedOperation();
	}

	@Override
	public JsonGenerator writeRawValue(String text) {
		return _reportUnsupportedOperation();
	}

	@Override
	public JsonGenerator writeRawValue(String text, int offset, int length) {
		return _reportUnsupportedOperation();
	}

	@Override
	public JsonGenerator writeRawValue(char[] text, int offset, int length) {
		return _reportUnsupportedOperation();
	}

	@Override
	protected void _verifyValueWrite(String what) {
		if (!this.context.writeValue()) {
			throw failure("Cannot " + what + ", expecting a property name");
		}
		this.valueDue = false;
		if (this.whole) {
			throw failure("Cannot " + what + ": the value is whole");
		}
	}

	/** Gives out a value that is whole. */
	private JsonGenerator written() {
		if (!this.context.inRoot()) {
			return this;
		}
		try {
			this.writer.size();
			if (this.out == null) {
				this.whole = true;
			}
			else {
				this.writer.writeTo(this.out);
				this.writer.reset();
			}
			return this;
		}
		catch (IOException ex) {
			throw _wrapIOFailure(ex);
		}
		catch (IllegalArgumentException ex) {
			throw failure(ex);
		}
	}

	private StreamWriteException failure(String reason) {
		return new StreamWriteException(this, reason);
	}

	private StreamWriteException failure(IllegalArgumentException ex) {
		return new StreamWriteException(this, ex.getMessage(), ex);
	}

	@Override
	public TokenStreamContext streamWriteContext() {
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
	public @Nullable Object streamWriteOutputTarget() {
		return this.out;
	}

	@Override
	public int streamWriteOutputBuffered() {
		return -1;
	}

	/** Binary is written as it is, but claiming so would turn UUIDs into bytes. */
	@Override
	public JacksonFeatureSet<StreamWriteCapability> streamWriteCapabilities() {
		return DEFAULT_WRITE_CAPABILITIES;
	}

	@Override
	public Version version() {
		return TNetstringFactory.VERSION;
	}

	@Override
	public void flush() {
		if (this.out != null && isEnabled(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)) {
			try {
				this.out.flush();
			}
			catch (IOException ex) {
				throw _wrapIOFailure(ex);
			}
		}
	}

	@Override
	public void close() {
		if (!isClosed()) {
			if (isEnabled(StreamWriteFeature.AUTO_CLOSE_CONTENT) && !this.valueDue) {
				while (!this.context.inRoot()) {
					if (this.context.inArray()) {
						writeEndArray();
					}
					else {
						writeEndObject();
					}
				}
			}
			super.close();
		}
	}

	@Override
	protected void _closeInput() throws IOException {
		if (this.out == null) {
			return;
		}
		if (_ioContext.isResourceManaged() || isEnabled(StreamWriteFeature.AUTO_CLOSE_TARGET)) {
			this.out.close();
		}
		else if (isEnabled(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)) {
			this.out.flush();
		}
	}

	@Override
	protected void _releaseBuffers() {
		if (this.out != null) {
			this.writer.close();
		}
	}

}
