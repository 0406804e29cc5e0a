package io.petrichor.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/**
 * A certificate authority of a test, the files of a server that it vouches for, and
 * clients that trust it.
 */
public final class Authority {

	private final Path folder;

	private final X509Bundle authority;

	/**
	 * Create an authority.
	 * @param folder where the certificates go as files
	 */
	public Authority(Path folder) {
		try {
			this.folder = folder;
			this.authority = new CertificateBuilder().ecp256()
				.subject("CN=Test Authority")
				.setIsCertificateAuthority(true)
				.buildSelfSigned();
			Files.writeString(folder.resolve("ca.pem"), this.authority.getCertificatePEM());
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A certificate for a name, and for the names that clients of tests ask for.
	 * @param name its common name
	 * @return the certificate and its key
	 * @throws Exception if it cannot be made
	 */
	public X509Bundle issue(String name) throws Exception {
		return issue(name, new CertificateBuilder().ecp256());
	}

	/**
	 * The same with an algorithm or times of the test's choice.
	 * @param name its common name
	 * @param builder all that is special
	 * @return the certificate and its key
	 * @throws Exception if it cannot be made
	 */
	public X509Bundle issue(String name, CertificateBuilder builder) throws Exception {
		return builder.subject("CN=" + name)
			.addSanDnsName("localhost")
			.addSanDnsName("other.example")
			.addSanDnsName("unknown.example")
			.buildIssuedBy(this.authority);
	}

	/**
	 * Write a certificate and its key as {@code NAME.pem} and {@code NAME.key}, the key
	 * first, each at once, as those who renew certificates do it.
	 * @param bundle the certificate and its key
	 * @param name the name of the files
	 * @throws IOException if that fails
	 */
	public void write(X509Bundle bundle, String name) throws IOException {
		replace(name + ".key", bundle.getPrivateKeyPEM());
		replace(name + ".pem", bundle.getCertificatePEM());
	}

	/**
	 * Replace a file at once.
	 * @param file its name
	 * @param content what is in it afterwards
	 * @throws IOException if that fails
	 */
	public void replace(String file, String content) throws IOException {
		Path fresh = Files.writeString(this.folder.resolve(file + ".new"), content);
		Files.move(fresh, file(file), StandardCopyOption.ATOMIC_MOVE);
	}

	/**
	 * Where a file is.
	 * @param name its name
	 * @return the file
	 */
	public Path file(String name) {
		return this.folder.resolve(name);
	}

	/**
	 * What a client needs that trusts this authority.
	 * @param client the client's own certificate, or null for none
	 * @return the context
	 * @throws Exception if it cannot be made
	 */
	public SSLContext context(X509Bundle client) throws Exception {
		SSLContext context = SSLContext.getInstance("TLS");
		KeyManagerFactory keys = (client != null) ? client.toKeyManagerFactory() : null;
		context.init((keys != null) ? keys.getKeyManagers() : null,
				new TrustManager[] { this.authority.toTrustManager() }, null);
		return context;
	}

	/**
	 * Connect with TLS, and say nothing yet.
	 * @param port where the server listens on loopback
	 * @return the peer
	 * @throws Exception if that fails
	 */
	public RawPeer connect(int port) throws Exception {
		return connect(port, null, "localhost");
	}

	/**
	 * The same with a certificate, and a name to ask for.
	 * @param port where the server listens on loopback
	 * @param client the client's own certificate, or null for none
	 * @param serverName the name to ask for
	 * @return the peer
	 * @throws Exception if that fails
	 */
	public RawPeer connect(int port, X509Bundle client, String serverName) throws Exception {
		return connect(new Socket(), port, client, serverName);
	}

	/**
	 * The same over a socket of the test's choice.
	 * @param below the socket below TLS, not connected
	 * @param port where the server listens on loopback
	 * @param client the client's own certificate, or null for none
	 * @param serverName the name to ask for
	 * @return the peer
	 * @throws Exception if that fails
	 */
	public RawPeer connect(Socket below, int port, X509Bundle client, String serverName) throws Exception {
		below.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		below.setTcpNoDelay(true);
		SSLSocket socket = (SSLSocket) context(client).getSocketFactory().createSocket(below, serverName, port, true);
		SSLParameters parameters = socket.getSSLParameters();
		parameters.setServerNames(List.of(new SNIHostName(serverName)));
		socket.setSSLParameters(parameters);
		return RawPeer.accepted(socket);
	}

	/**
	 * The first thing that a client says.
	 * @return its bytes
	 * @throws Exception if that fails
	 */
	public byte[] clientHello() throws Exception {
		SSLEngine engine = context(null).createSSLEngine("localhost", 1);
		engine.setUseClientMode(true);
		ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
		engine.wrap(ByteBuffer.allocate(0), out);
		byte[] hello = new byte[out.flip().remaining()];
		out.get(hello);
		return hello;
	}

}
