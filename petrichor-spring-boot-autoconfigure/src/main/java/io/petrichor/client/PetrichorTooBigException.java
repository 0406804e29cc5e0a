package io.petrichor.client;

/**
 * A request is larger than what the server says that it reads, so it was not sent; or the
 * reply is a stream that is larger than what the client takes as one.
 *
 * @since 0.1.0
 */
public class PetrichorTooBigException extends PetrichorClientException {

	private static final long serialVersionUID = 1L;

	PetrichorTooBigException(int maxReply) {
		super("the reply is a stream of more than %d bytes: retrieveFlux takes it as one".formatted(maxReply), true,
				null);
	}

	PetrichorTooBigException(long size, long max) {
		super("the request has %d bytes, but the server reads no more than %d".formatted(size, max), false, null);
	}

}
