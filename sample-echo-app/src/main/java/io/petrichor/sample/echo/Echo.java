package io.petrichor.sample.echo;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.Printable;
import io.petrichor.tnetstring.TNetstring;

/**
 * Answers each request with its own body.
 */
@Component
class Echo {

	private static final Logger logger = LoggerFactory.getLogger(Echo.class);

	@PetrichorHandler
	TNetstring echo(TNetstring body, Header header, PetrichorConnection peer) {
		logger.info("RECEIVED {} {} {} {}", Printable.of(peer.user()), Printable.of(peer.ident()), header, body);
		return body;
	}

}
