package io.petrichor.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations there are.
 *
 * @since 0.1.0
 */
public enum PetrichorObservation implements ObservationDocumentation {

	/** A request, from when it was read to its reply. */
	SERVER_REQUEST {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultServerRequestObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return Tags.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return SpanTags.values();
		}

	},

	/** A call, from when it was made to its reply. */
	CLIENT_CALL {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultClientCallObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return ClientTags.values();
		}

	};

	/** Tags of spans and of meters of the server. */
	public enum Tags implements KeyName {

		/** The pattern of the route, or {@code default}, or {@code UNKNOWN}. */
		ROUTE {

			@Override
			public String asString() {
				return "route";
			}

		},

		/**
		 * How the request ended: {@code success}, {@code abandoned}, one of the ten error
		 * codes, or {@code app}; {@code none} before.
		 */
		OUTCOME {

			@Override
			public String asString() {
				return "outcome";
			}

		}

	}

	/** Tags of spans and of meters of clients. */
	public enum ClientTags implements KeyName {

		/** The name of the client. */
		CLIENT {

			@Override
			public String asString() {
				return "client";
			}

		},

		/** The route as the application wrote it, or {@code default} for none. */
		ROUTE {

			@Override
			public String asString() {
				return "route";
			}

		},

		/**
		 * How the call ended: as the server said, or {@code timeout}, {@code cancelled},
		 * {@code denied}, {@code abandoned}; {@code none} before.
		 */
		OUTCOME {

			@Override
			public String asString() {
				return "outcome";
			}

		}

	}

	/** Tags of spans of the server only. */
	public enum SpanTags implements KeyName {

		/** The id of the connection, as in the log. */
		CONNECTION {

			@Override
			public String asString() {
				return "petrichor.connection";
			}

		}

	}

}
