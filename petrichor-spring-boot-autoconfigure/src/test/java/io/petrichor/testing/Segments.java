package io.petrichor.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;

/**
 * A socket below TLS that cuts the first record of the client into many small ones, and
 * sends each byte by itself.
 */
public final class Segments extends Socket {

	private static final int HEADER = 5;

	private static final int SMALL = 16;

	private boolean first = true;

	@Override
	public OutputStream getOutputStream() throws IOException {
		return new FilterOutputStream(super.getOutputStream()) {

			@Override
			public void write(byte[] buffer, int offset, int length) throws IOException {
				if (!Segments.this.first) {
					this.out.write(buffer, offset, length);
					return;
				}
				Segments.this.first = false;
				for (int begin = offset + HEADER; begin < offset + length; begin += SMALL) {
					int size = Math.min(SMALL, offset + length - begin);
					byte[] header = { buffer[offset], buffer[offset + 1], buffer[offset + 2], 0, (byte) size };
					oneByOne(header, 0, HEADER);
					oneByOne(buffer, begin, size);
				}
			}

			private void oneByOne(byte[] bytes, int offset, int length) throws IOException {
				for (int i = 0; i < length; i++) {
					this.out.write(bytes, offset + i, 1);
					this.out.flush();
				}
			}

		};
	}

}
