package io.petrichor.server;

import io.petrichor.tnetstring.TNetstring;

/**
 * What the server says of itself to those it lets in.
 *
 * @param ident what tells this server from others
 * @param version the version of the application
 * @param welcome the body of the answer
 * @since 0.1.0
 */
public record ServerIdentity(String ident, String version, TNetstring welcome) {

}
