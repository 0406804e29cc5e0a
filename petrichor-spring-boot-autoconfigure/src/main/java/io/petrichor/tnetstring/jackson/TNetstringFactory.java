package io.petrichor.tnetstring.jackson;

import java.io.DataInput;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;

import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.TNetstringLimits;
import io.petrichor.tnetstring.TNetstringWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.ErrorReportConfiguration;
import tools.jackson.core.FormatFeature;
import tools.jackson.core.FormatSchema;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.Version;
import tools.jackson.core.base.BinaryTSFactory;
import tools.jackson.core.base.DecorableTSFactory.DecorableTSFBuilder;
import tools.jackson.core.io.ContentReference;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.sym.BinaryNameMatcher;
import tools.jackson.core.sym.PropertyNameMatcher;
import tools.jackson.core.util.Named;

/**
 * Makes Jackson's parsers and generators of TNetstrings. A parser reads its source to the
 * end and checks each value whole before the first token, within Jackson's
 * {@link StreamReadConstraints} and our {@link TNetstringLimits}; a generator holds a
 * value back until it is whole.
 *
 * @since 0.1.0
 */
public class TNetstringFactory extends BinaryTSFactory {

	/** The name of the format. */
	public static final String FORMAT_NAME = "TNetstring";

	static final Version VERSION = new Version(0, 1, 0, null, "io.petrichor", "petrichor-spring-boot-autoconfigure");

	private final transient TNetstringLimits limits;

	/**
	 * A factory with {@link TNetstringLimits#DEFAULTS}.
	 */
	public TNetstringFactory() {
		super(StreamReadConstraints.defaults(), StreamWriteConstraints.defaults(), ErrorReportConfiguration.defaults(),
				0, 0);
		this.limits = TNetstringLimits.DEFAULTS;
	}

	private TNetstringFactory(TNetstringFactory source) {
		super(source);
		this.limits = source.limits;
	}

	private TNetstringFactory(Builder builder) {
		super(builder);
		this.limits = builder.limits;
	}

	/**
	 * Begin a factory.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	@Override
	public Builder rebuild() {
		return new Builder(this);
	}

	@Override
	public TNetstringFactory copy() {
		return new TNetstringFactory(this);
	}

	@Override
	public TokenStreamFactory snapshot() {
		return this;
	}

	/**
	 * What parsers and generators refuse.
	 * @return the limits
	 */
	public TNetstringLimits limits() {
		return this.limits;
	}

	/**
	 * A parser of a value that is checked already, on its own bytes.
	 * @param context the reader's context
	 * @param value the value
	 * @return a parser
	 */
	public JsonParser createParser(ObjectReadContext context, TNetstring value) {
		IOContext ioContext = _createContext(ContentReference.construct(false, value, errorReportConfiguration()),
				false);
		return new TNetstringParser(context, ioContext, context.getStreamReadFeatures(_streamReadFeatures), value);
	}

	/**
	 * A generator that leaves its value in a writer.
	 */
	TNetstringGenerator createGenerator(ObjectWriteContext context, TNetstringWriter writer) {
		IOContext ioContext = _createContext(ContentReference.unknown(), false);
		return new TNetstringGenerator(context, ioContext, context.getStreamWriteFeatures(_streamWriteFeatures), writer,
				null);
	}

	@Override
	protected JsonParser _createParser(ObjectReadContext context, IOContext ioContext, InputStream in) {
		return new TNetstringParser(context, ioContext, context.getStreamReadFeatures(_streamReadFeatures), this.limits,
				in);
	}

	@Override
	protected JsonParser _createParser(ObjectReadContext context, IOContext ioContext, byte[] data, int offset,
			int length) {
		return new TNetstringParser(context, ioContext, context.getStreamReadFeatures(_streamReadFeatures), this.limits,
				data, offset, length);
	}

	@Override
	protected JsonParser _createParser(ObjectReadContext context, IOContext ioContext, DataInput input) {
		return _unsupported();
	}

	@Override
	protected JsonGenerator _createGenerator(ObjectWriteContext context, IOContext ioContext, OutputStream out) {
		return new TNetstringGenerator(context, ioContext, context.getStreamWriteFeatures(_streamWriteFeatures),
				new TNetstringWriter(this.limits), out);
	}

	@Override
	public PropertyNameMatcher constructNameMatcher(List<Named> matches, boolean alreadyInterned) {
		return BinaryNameMatcher.constructFrom(matches, alreadyInterned);
	}

	@Override
	public PropertyNameMatcher constructCINameMatcher(List<Named> matches, boolean alreadyInterned, Locale locale) {
		return BinaryNameMatcher.constructCaseInsensitive(locale, matches, alreadyInterned);
	}

	@Override
	public Version version() {
		return VERSION;
	}

	@Override
	public String getFormatName() {
		return FORMAT_NAME;
	}

	@Override
	public boolean canParseAsync() {
		return false;
	}

	@Override
	public boolean canUseSchema(FormatSchema schema) {
		return false;
	}

	@Override
	public @Nullable Class<? extends FormatFeature> getFormatReadFeatureType() {
		return null;
	}

	@Override
	public @Nullable Class<? extends FormatFeature> getFormatWriteFeatureType() {
		return null;
	}

	/**
	 * Our limits are not written; another JVM has the default ones.
	 * @return a copy
	 */
	protected Object readResolve() {
		return new TNetstringFactory();
	}

	/**
	 * Builds a factory.
	 */
	public static final class Builder extends DecorableTSFBuilder<TNetstringFactory, Builder> {

		private TNetstringLimits limits = TNetstringLimits.DEFAULTS;

		private Builder() {
			super(StreamReadConstraints.defaults(), StreamWriteConstraints.defaults(),
					ErrorReportConfiguration.defaults(), 0, 0);
		}

		private Builder(TNetstringFactory base) {
			super(base);
			this.limits = base.limits;
		}

		/**
		 * Use other limits, for reading and for writing.
		 * @param limits what to refuse
		 * @return this builder
		 */
		public Builder limits(TNetstringLimits limits) {
			this.limits = limits;
			return this;
		}

		@Override
		public TNetstringFactory build() {
			return new TNetstringFactory(this);
		}

	}

}
