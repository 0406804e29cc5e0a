package io.petrichor.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;

import io.petrichor.tnetstring.TNetstringDecoder;
import io.petrichor.tnetstring.TNetstringEncoder;
import io.petrichor.tnetstring.TNetstringLimits;
import io.petrichor.tnetstring.jackson.TNetstringMapper;
import org.msgpack.jackson.dataformat.MessagePackMapper;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * How it is encoded and decoded: bytes to Java objects and back.
 */
public enum Format {

	/** Our codec without Jackson: maps, lists, strings, numbers. */
	DIRECT {
		@Override
		Codec codec() {
			TNetstringDecoder decoder = new TNetstringDecoder(TNetstringLimits.DEFAULTS);
			return new Codec() {
				@Override
				public byte[] encode(Object value) {
					return TNetstringEncoder.encode(value);
				}

				@Override
				public Object decode(byte[] bytes, Class<?> type) {
					decoder.reset();
					return decoder.decode(bytes, 0, bytes.length).value();
				}
			};
		}
	},

	/** Our codec, only as far as a value that is passed on: checked and wrapped. */
	CHECKED {
		@Override
		Codec codec() {
			TNetstringDecoder decoder = new TNetstringDecoder(TNetstringLimits.DEFAULTS);
			return new Codec() {
				@Override
				public byte[] encode(Object value) {
					return TNetstringEncoder.encode(value);
				}

				@Override
				public Object decode(byte[] bytes, Class<?> type) {
					decoder.reset();
					return decoder.decode(bytes, 0, bytes.length);
				}
			};
		}
	},

	/** Our data format for Jackson. */
	BINDING {
		@Override
		Codec codec() {
			return jackson(new TNetstringMapper());
		}
	},

	/** Jackson's JSON. */
	JSON {
		@Override
		Codec codec() {
			return jackson(new JsonMapper());
		}
	},

	/** Jackson's CBOR. */
	CBOR {
		@Override
		Codec codec() {
			return jackson(new CBORMapper());
		}
	},

	/** MessagePack for Jackson 2. */
	MSGPACK {
		@Override
		Codec codec() {
			MessagePackMapper mapper = new MessagePackMapper();
			return new Codec() {
				@Override
				public byte[] encode(Object value) {
					try {
						return mapper.writeValueAsBytes(value);
					}
					catch (IOException ex) {
						throw new UncheckedIOException(ex);
					}
				}

				@Override
				public Object decode(byte[] bytes, Class<?> type) {
					try {
						return mapper.readValue(bytes, type);
					}
					catch (IOException ex) {
						throw new UncheckedIOException(ex);
					}
				}
			};
		}
	};

	abstract Codec codec();

	boolean binds() {
		return this != DIRECT && this != CHECKED;
	}

	private static Codec jackson(ObjectMapper mapper) {
		return new Codec() {
			@Override
			public byte[] encode(Object value) {
				return mapper.writeValueAsBytes(value);
			}

			@Override
			public Object decode(byte[] bytes, Class<?> type) {
				return mapper.readValue(bytes, type);
			}
		};
	}

	/** Both directions. */
	interface Codec {

		byte[] encode(Object value);

		Object decode(byte[] bytes, Class<?> type);

	}

}
