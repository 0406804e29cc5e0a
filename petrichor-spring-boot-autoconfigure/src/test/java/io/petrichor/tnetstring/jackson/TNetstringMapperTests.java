package io.petrichor.tnetstring.jackson;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.JsonView;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.TNetstringLimits;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.SequenceWriter;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the data format binds, after the list of what the CBOR one does.
 */
class TNetstringMapperTests {

	private final TNetstringMapper mapper = new TNetstringMapper();

	@Test
	void recordBecomesDictionary() {
		Order order = new Order(7, "zed", List.of(new Line("a", 2, 1.5), new Line("b", 1, 0.25)), true, null);
		assertThat(text(order))
			.isEqualTo("139:2:id,1:7#4:name,3:zed,5:lines,81:36:3:sku,1:a,5:count,1:2#5:price,3:1.5^}"
					+ "37:3:sku,1:b,5:count,1:1#5:price,4:0.25^}]4:open,4:true!4:note,0:~}");
		assertThat(roundTrip(order, Order.class)).isEqualTo(order);
	}

	@Test
	void recordIsReadInAnyOrderAndWithoutWhatItDoesNotKnow() {
		Map<String, Object> wire = new LinkedHashMap<>();
		wire.put("unknown", Map.of("deep", List.of(1, 2, List.of(3))));
		wire.put("price", 2);
		wire.put("count", 3);
		wire.put("sku", "x");
		assertThat(this.mapper.readValue(TNetstring.of(wire), Line.class)).isEqualTo(new Line("x", 3, 2));
	}

	@Test
	void pojoIsBoundByItsAccessors() {
		Pojo pojo = new Pojo();
		pojo.setName("zed");
		pojo.setTags(new String[] { "a", "b" });
		Pojo read = roundTrip(pojo, Pojo.class);
		assertThat(read.getName()).isEqualTo("zed");
		assertThat(read.getTags()).containsExactly("a", "b");
	}

	@Test
	void scalarsBecomeValues() {
		assertThat(text(1)).isEqualTo("1:1#");
		assertThat(text(Long.MIN_VALUE)).isEqualTo("20:-9223372036854775808#");
		assertThat(text((short) -3)).isEqualTo("2:-3#");
		assertThat(text(1.5)).isEqualTo("3:1.5^");
		assertThat(text(0.1f)).isEqualTo("3:0.1^");
		assertThat(text(true)).isEqualTo("4:true!");
		assertThat(text(null)).isEqualTo("0:~");
		assertThat(text("é")).isEqualTo("2:Ã©,");
		assertThat(text('c')).isEqualTo("1:c,");
		assertThat(text(new BigDecimal("1E+3"))).isEqualTo("6:1000.0^");
		assertThat(text(new BigDecimal("1.10"))).isEqualTo("4:1.10^");
		assertThat(text(List.of())).isEqualTo("0:]");
		assertThat(text(Map.of())).isEqualTo("0:}");
	}

	@Test
	void numbersAreReadAsAskedFor() {
		assertThat(read("1:7#", int.class)).isEqualTo(7);
		assertThat(read("1:7#", Short.class)).isEqualTo((short) 7);
		assertThat(read("1:7#", double.class)).isEqualTo(7.0);
		assertThat(read("1:7#", BigDecimal.class)).isEqualTo(new BigDecimal("7"));
		assertThat(read("3:1.5^", float.class)).isEqualTo(1.5f);
		assertThat(read("4:1.10^", BigDecimal.class)).isEqualTo(new BigDecimal("1.10"));
		assertThat(read("20:18446744073709551616#", BigInteger.class)).isEqualTo(BigInteger.ONE.shiftLeft(64));
		assertThat(read("20:18446744073709551616#", Object.class)).isEqualTo(BigInteger.ONE.shiftLeft(64));
		assertThat(read("1:7#", Object.class)).isEqualTo(7);
		assertThat(read("13:1234567890123#", Object.class)).isEqualTo(1234567890123L);
		assertThat(read("3:1.5^", Object.class)).isEqualTo(1.5);
	}

	@Test
	void whenNumberIsOutOfRangeThenItIsRefused() {
		refused("10:2147483648#", int.class);
		refused("5:40000#", short.class);
		refused("3:300#", byte.class);
		refused("20:18446744073709551616#", long.class);
		refused("3:1.5^", int.class);
	}

	@Test
	void whenFloatHasHugeExponentThenNothingIsExpanded() {
		assertThat(read("12:1e-500000000^", double.class)).isZero();
		refused("12:1e-500000000^", BigDecimal.class);
		refused("12:1e-500000000^", BigInteger.class);
	}

	@Test
	void enumsDatesUuidsAndOptionals() {
		Typical typical = new Typical(Color.GREEN, Instant.parse("2026-01-02T03:04:05.006Z"), LocalDate.of(2026, 1, 2),
				Duration.ofMillis(1500), Optional.of("x"), Optional.empty(),
				new UUID(0x6162636465666768L, 0x6162636465666768L), new EnumMap<>(Map.of(Color.RED, 1)));
		assertThat(roundTrip(typical, Typical.class)).isEqualTo(typical);
		assertThat(text(typical)).contains("36:61626364-6566-6768-6162-636465666768,").contains("5:GREEN,");
	}

	@Test
	void genericsAreBoundByTypeReference() {
		TNetstring value = this.mapper.writeValueAsTNetstring(Map.of("a", List.of(new Line("x", 1, 2))));
		assertThat(this.mapper.readValue(value, new TypeReference<Map<String, List<Line>>>() {
		})).isEqualTo(Map.of("a", List.of(new Line("x", 1, 2))));
	}

	@Test
	void bytesAreRawNotBase64() {
		byte[] bytes = new byte[256];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = (byte) i;
		}
		Blob read = roundTrip(new Blob("x", bytes, ByteBuffer.wrap(bytes)), Blob.class);
		assertThat(read.data()).isEqualTo(bytes);
		assertThat(read.buffer()).isEqualTo(ByteBuffer.wrap(bytes));
		assertThat(this.mapper.writeValueAsBytes(bytes)).hasSize(3 + 1 + 256 + 1);
		byte[] text = "looks like text".getBytes(StandardCharsets.US_ASCII);
		assertThat(roundTrip(new Blob("x", text, null), Blob.class).data()).isEqualTo(text);
		assertThat(roundTrip(new Blob("x", new byte[0], null), Blob.class).data()).isEmpty();
	}

	@Test
	void objectIsStringIfUtf8ElseBytes() {
		assertThat(this.mapper.readValue(TNetstring.of(new byte[] { -61, -87 }), Object.class)).isEqualTo("é");
		assertThat(this.mapper.readValue(TNetstring.of(new byte[] { -61, 40 }), Object.class))
			.isEqualTo(new byte[] { -61, 40 });
	}

	@Test
	void whenStringIsNotUtf8ThenItIsRefused() {
		TNetstring bytes = TNetstring.of(new byte[] { -61, 40 });
		assertThatExceptionOfType(MismatchedInputException.class)
			.isThrownBy(() -> this.mapper.readValue(bytes, String.class));
		TNetstring list = TNetstring.of(List.of(bytes));
		assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> this.mapper.readValue(list, String[].class));
		assertThatExceptionOfType(JacksonException.class)
			.isThrownBy(() -> this.mapper.readValue(list, new TypeReference<List<String>>() {
			}));
		TNetstring map = TNetstring.of(Map.of("name", bytes));
		assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> this.mapper.readValue(map, Pojo.class));
		assertThatExceptionOfType(JacksonException.class)
			.isThrownBy(() -> this.mapper.readValue(map, new TypeReference<Map<String, String>>() {
			}));
	}

	@Test
	void treesHoldBytesToo() {
		Map<String, Object> map = new LinkedHashMap<>();
		map.put("text", "x");
		map.put("bytes", new byte[] { -1 });
		map.put("list", Arrays.asList(1, 1.5, true, null, new BigInteger("99999999999999999999")));
		TNetstring value = TNetstring.of(map);
		JsonNode tree = this.mapper.readValue(value, JsonNode.class);
		assertThat(tree.get("bytes").isBinary()).isTrue();
		assertThat(tree.get("list").get(4).bigIntegerValue()).isEqualTo(new BigInteger("99999999999999999999"));
		assertThat(this.mapper.writeValueAsTNetstring(tree)).isEqualTo(value);
		assertThat(this.mapper.readTree(value.toByteArray())).isEqualTo(tree);
		ObjectNode node = this.mapper.createObjectNode().put("a", 1);
		assertThat(text(node)).isEqualTo("8:1:a,1:1#}");
		assertThat(this.mapper.treeToValue(tree.get("list"), Object[].class)).hasSize(5);
	}

	@Test
	void encodedValuePassesThroughByteForByte() {
		TNetstring inner = TNetstring.parse(bytes("14:3:007#5:+1.50^]"));
		Envelope envelope = new Envelope("a", inner, TNetstring.NULL);
		Envelope read = roundTrip(envelope, Envelope.class);
		assertThat(read.payload()).isEqualTo(inner);
		assertThat(read.nothing()).isEqualTo(TNetstring.NULL);
		byte[] bytes = this.mapper.writeValueAsBytes(envelope);
		Envelope aliased = this.mapper.readValue(bytes, Envelope.class);
		Arrays.fill(bytes, (byte) 'x');
		assertThat(aliased.payload()).isEqualTo(inner);
	}

	@Test
	void annotationsAreHonoured() {
		Annotated value = new Annotated("secret", "seen", null, 5, new Inner("in"));
		assertThat(this.mapper.writeValueAsTNetstring(value).asMap())
			.isEqualTo(Map.of("name", "seen", "when", "5", "in", "in"));
		Annotated read = this.mapper.readValue(this.mapper.writeValueAsBytes(value), Annotated.class);
		assertThat(read.visible).isEqualTo("seen");
		assertThat(read.hidden).isNull();
		assertThat(roundTrip(new Celsius(21.5), Celsius.class)).isEqualTo(new Celsius(21.5));
		assertThat(text(new Celsius(21.5))).isEqualTo("4:21.5^");
	}

	@Test
	void anyPropertiesAreKept() {
		Open open = new Open();
		open.set("a", 1);
		open.set("b", List.of("x"));
		assertThat(roundTrip(open, Open.class).all()).isEqualTo(open.all());
	}

	@Test
	void viewsAreHonoured() {
		Viewed viewed = new Viewed("all", "few");
		byte[] bytes = this.mapper.rebuild()
			.disable(tools.jackson.databind.MapperFeature.DEFAULT_VIEW_INCLUSION)
			.build()
			.writerWithView(Public.class)
			.writeValueAsBytes(viewed);
		assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).isEqualTo("13:4:open,3:all,}");
		Viewed read = this.mapper.readerWithView(Public.class)
			.forType(Viewed.class)
			.readValue(this.mapper.createParser(this.mapper.writeValueAsTNetstring(viewed)));
		assertThat(read.open).isEqualTo("all");
		assertThat(read.closed).isNull();
	}

	@Test
	void subtypesByNameNotByClass() {
		Shape shape = new Circle(2);
		TNetstring value = this.mapper.writeValueAsTNetstring(shape);
		assertThat(value.asMap()).isEqualTo(Map.of("type", "circle", "radius", 2L));
		assertThat(this.mapper.readValue(value, Shape.class)).isEqualTo(shape);
		TNetstring evil = TNetstring.of(Map.of("@class", "java.util.ArrayList", "a", 1));
		assertThat(this.mapper.readValue(evil, Object.class))
			.isEqualTo(Map.of("@class", "java.util.ArrayList", "a", 1));
	}

	@Test
	void declaredTypeDecidesWhatIsWritten() {
		TNetstring value = this.mapper.writeValueAsTNetstring(List.of(new Circle(2)),
				this.mapper.constructType(new TypeReference<List<Shape>>() {
				}));
		assertThat(value.asList()).isEqualTo(List.of(Map.of("type", "circle", "radius", 2L)));
	}

	@Test
	void nullIsNullForReferencesAndRefusedForPrimitives() {
		assertThat(this.mapper.readValue(TNetstring.NULL, Order.class)).isNull();
		assertThat(this.mapper.readValue(TNetstring.NULL, String.class)).isNull();
		assertThat(this.mapper.readValue(TNetstring.NULL, JsonNode.class).isNull()).isTrue();
		assertThatExceptionOfType(MismatchedInputException.class)
			.isThrownBy(() -> this.mapper.readValue(TNetstring.NULL, int.class));
	}

	@Test
	void whenInputIsTornOrBadThenErrorTellsTheByte() {
		assertThatExceptionOfType(UnexpectedEndOfInputException.class)
			.isThrownBy(() -> this.mapper.readValue(bytes("5:abc"), String.class))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("abc"));
		assertThatExceptionOfType(StreamReadException.class)
			.isThrownBy(() -> this.mapper.readValue(bytes("9:1:a,2:xy#]"), Object.class))
			.satisfies((ex) -> assertThat(ex.getLocation().getByteOffset()).isEqualTo(8))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("xy"));
		assertThatExceptionOfType(StreamReadException.class)
			.isThrownBy(() -> this.mapper.readValue(bytes("16:1:a,1:1#1:a,1:2#}"), Object.class))
			.withMessageContaining("A key twice");
		assertThatExceptionOfType(JacksonException.class)
			.isThrownBy(() -> this.mapper.readValue(bytes("1:1#garbage"), int.class));
		assertThatExceptionOfType(JacksonException.class)
			.isThrownBy(() -> this.mapper.readValue(new byte[0], int.class));
	}

	@Test
	void mismatchTellsThePathAndTheByte() {
		TNetstring value = TNetstring.of(Map.of("lines", List.of(Map.of("count", "many"))));
		assertThatExceptionOfType(MismatchedInputException.class)
			.isThrownBy(() -> this.mapper.readValue(value, Order.class))
			.withMessageContaining("byte offset: #")
			.withMessageContaining("[\"count\"]");
	}

	@Test
	void jacksonsConstraintsHold() {
		StreamReadConstraints constraints = StreamReadConstraints.builder()
			.maxNestingDepth(3)
			.maxStringLength(10)
			.maxNumberLength(5)
			.maxNameLength(4)
			.maxDocumentLength(100)
			.maxTokenCount(20)
			.build();
		TNetstringMapper strict = TNetstringMapper
			.builder(TNetstringFactory.builder().streamReadConstraints(constraints).build())
			.build();
		for (Object value : Arrays.asList(List.of(List.of(List.of(List.of()))), "x".repeat(11), 123456, 1.23456,
				Map.of("abcde", 1), new byte[101], java.util.Collections.nCopies(20, 1))) {
			assertThatExceptionOfType(JacksonException.class).as("%s", value)
				.isThrownBy(() -> strict.readValue(TNetstring.of(value), Object.class))
				.matches((ex) -> ex instanceof StreamConstraintsException
						|| ex.getCause() instanceof StreamConstraintsException);
		}
		assertThat(strict.readValue(TNetstring.of(List.of(List.of(List.of("x".repeat(10), 12345)))), Object.class))
			.isNotNull();
	}

	@Test
	void ourLimitsHoldBothWays() {
		TNetstringMapper strict = TNetstringMapper
			.builder(TNetstringFactory.builder()
				.limits(TNetstringLimits.DEFAULTS.withMaxDepth(2).withMaxSize(100).withMaxElements(5))
				.build())
			.build();
		for (Object value : List.of(List.of(List.of(List.of())), "x".repeat(101), List.of(1, 2, 3, 4, 5, 6))) {
			assertThatExceptionOfType(StreamConstraintsException.class)
				.isThrownBy(() -> strict.readValue(TNetstring.of(value).toByteArray(), Object.class));
			assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> strict.writeValueAsTNetstring(value));
		}
	}

	@Test
	void whenObjectCannotBeEncodedThenNothingIsWritten() {
		ByteBuf out = Unpooled.buffer();
		for (Object value : List.of(Double.NaN, Map.of("a", Float.POSITIVE_INFINITY), List.of("\ud800"),
				new BigDecimal("1e999999999"), new Failing())) {
			assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> this.mapper.writeValue(out, value));
			ByteArrayOutputStream stream = new ByteArrayOutputStream();
			assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> this.mapper.writeValue(stream, value));
			assertThat(stream.size()).isZero();
		}
		assertThat(out.writerIndex()).isZero();
		this.mapper.writeValue(out, List.of(1));
		assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("4:1:1#]");
	}

	@Test
	void streamsHoldOneValueAfterTheOther() throws Exception {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		try (SequenceWriter writer = this.mapper.writerFor(Line.class).writeValues(out)) {
			writer.write(new Line("a", 1, 1));
			writer.write(new Line("b", 2, 2));
		}
		try (MappingIterator<Line> lines = this.mapper.readerFor(Line.class)
			.readValues(new ByteArrayInputStream(out.toByteArray()))) {
			assertThat(lines.readAll()).extracting(Line::sku).containsExactly("a", "b");
		}
		try (MappingIterator<Line> lines = this.mapper.readerFor(Line.class).readValues(out.toByteArray())) {
			assertThat(lines.readAll()).extracting(Line::sku).containsExactly("a", "b");
		}
	}

	@Test
	void whenStreamPromisesMoreThanItHoldsThenNoMemoryIsTakenForIt() {
		TNetstringMapper large = TNetstringMapper.builder(
				TNetstringFactory.builder().limits(TNetstringLimits.DEFAULTS.withMaxSize(Integer.MAX_VALUE)).build())
			.build();
		assertThatExceptionOfType(UnexpectedEndOfInputException.class)
			.isThrownBy(() -> large.readValue(new ByteArrayInputStream(bytes("999999999:abc")), Object.class));
	}

	@Test
	void nameWithLeadingNulIsAnotherName() {
		TNetstring value = TNetstring.of(Map.of("\0sku", "x", "count", 1, "price", 2));
		assertThat(this.mapper.readValue(value, Line.class).sku()).isNull();
		TNetstringMapper strict = this.mapper.rebuild()
			.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
			.build();
		assertThatExceptionOfType(DatabindException.class).isThrownBy(() -> strict.readValue(value, Line.class));
	}

	@Test
	void namesOfAnyLengthAndScriptAreFound() {
		Random random = new Random(1);
		Map<String, Object> values = new LinkedHashMap<>();
		values.put("a", 1);
		values.put("abcdefgh", 2);
		values.put("abcdefghi", 3);
		values.put("abcdefghijklm", 4);
		values.put("größe", 5);
		values.put("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", 6);
		values.put("x" + random.nextInt(), 7);
		assertThat(this.mapper.readValue(TNetstring.of(values), Names.class)).isEqualTo(new Names(1, 2, 3, 4, 5, 6));
	}

	@Test
	void sameAsJsonForWhatBothCanSay() {
		tools.jackson.databind.json.JsonMapper json = new tools.jackson.databind.json.JsonMapper();
		Order order = new Order(7, "zed", List.of(new Line("a", 2, 1.5)), true, "n");
		JsonNode tree = json.valueToTree(order);
		assertThat(this.mapper.readTree(this.mapper.writeValueAsBytes(order)).toString()).isEqualTo(tree.toString());
		assertThat(this.mapper.readValue(this.mapper.writeValueAsTNetstring(tree), Order.class)).isEqualTo(order);
	}

	private String text(Object value) {
		TNetstring encoded = this.mapper.writeValueAsTNetstring(value);
		assertThat(TNetstring.parse(encoded.toByteArray())).isEqualTo(encoded);
		assertThat(this.mapper.writeValueAsBytes(value)).isEqualTo(encoded.toByteArray());
		return new String(encoded.toByteArray(), StandardCharsets.ISO_8859_1);
	}

	private <T> T roundTrip(T value, Class<T> type) {
		byte[] bytes = this.mapper.writeValueAsBytes(value);
		this.mapper.readValue(new ByteArrayInputStream(bytes), type);
		this.mapper.readValue(TNetstring.parse(bytes), type);
		return this.mapper.readValue(bytes, type);
	}

	private <T> T read(String text, Class<T> type) {
		String framed = text.substring(text.indexOf(':') + 1, text.length() - 1).length()
				+ text.substring(text.indexOf(':'));
		return this.mapper.readValue(TNetstring.parse(bytes(framed)), type);
	}

	private void refused(String text, Class<?> type) {
		assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> read(text, type));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	record Order(long id, String name, List<Line> lines, boolean open, String note) {
	}

	record Line(String sku, int count, double price) {
	}

	record Names(int a, int abcdefgh, int abcdefghi, int abcdefghijklm, @JsonProperty("größe") int size,
			@JsonProperty("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz") int long1) {
	}

	record Typical(Color color, Instant at, LocalDate day, Duration duration, Optional<String> some,
			Optional<String> none, UUID id, Map<Color, Integer> counts) {
	}

	record Blob(String name, byte[] data, ByteBuffer buffer) {
	}

	record Envelope(String to, TNetstring payload, TNetstring nothing) {
	}

	enum Color {

		RED, GREEN

	}

	static class Pojo {

		private String name;

		private String[] tags;

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

		public String[] getTags() {
			return this.tags;
		}

		public void setTags(String[] tags) {
			this.tags = tags;
		}

	}

	@JsonInclude(JsonInclude.Include.NON_NULL)
	static class Annotated {

		@JsonIgnore
		public String hidden;

		@JsonProperty("name")
		public String visible;

		public String absent;

		@JsonFormat(shape = JsonFormat.Shape.STRING)
		@JsonProperty("when")
		public int number;

		@JsonUnwrapped
		public Inner inner;

		Annotated() {
		}

		Annotated(String hidden, String visible, String absent, int number, Inner inner) {
			this.hidden = hidden;
			this.visible = visible;
			this.absent = absent;
			this.number = number;
			this.inner = inner;
		}

	}

	static class Inner {

		public String in;

		Inner() {
		}

		Inner(String in) {
			this.in = in;
		}

	}

	static class Open {

		private final Map<String, Object> all = new HashMap<>();

		@JsonAnySetter
		public void set(String name, Object value) {
			this.all.put(name, value);
		}

		@JsonAnyGetter
		public Map<String, Object> all() {
			return this.all;
		}

	}

	record Celsius(@JsonValue double degrees) {

		@JsonCreator
		static Celsius of(double degrees) {
			return new Celsius(degrees);
		}

	}

	interface Public {

	}

	interface Internal extends Public {

	}

	static class Viewed {

		@JsonView(Public.class)
		public String open;

		@JsonView(Internal.class)
		public String closed;

		Viewed() {
		}

		Viewed(String open, String closed) {
			this.open = open;
			this.closed = closed;
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
	@JsonSubTypes(@JsonSubTypes.Type(value = Circle.class, name = "circle"))
	sealed interface Shape permits Circle {

	}

	record Circle(int radius) implements Shape {
	}

	static class Failing {

		public String getName() {
			return "x";
		}

		public String getTrouble() {
			throw new IllegalStateException("trouble");
		}

	}

}
