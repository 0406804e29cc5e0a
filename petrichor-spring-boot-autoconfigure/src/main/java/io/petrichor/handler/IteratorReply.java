package io.petrichor.handler;

import java.util.Iterator;
import java.util.concurrent.RejectedExecutionException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * An {@code Iterator} or {@code Stream} as a reply of many pairs. Its values are taken on
 * the handler executor, which is free again while the connection has no room.
 */
final class IteratorReply extends StreamReply {

	private static final Log logger = LogFactory.getLog(IteratorReply.class);

	private final Iterator<?> source;

	private final AutoCloseable resource;

	private int count;

	private boolean pulling;

	private boolean closed;

	IteratorReply(Request request, ReturnValues values, Iterator<?> source, AutoCloseable resource) {
		super(request, values);
		this.source = source;
		this.resource = resource;
	}

	void start() {
		ready();
	}

	@Override
	void pull(int count) {
		this.count = count;
		try {
			request().execute(this::take);
		}
		catch (RejectedExecutionException ex) {
			awaitThread();
		}
	}

	/** On a thread of the executor. */
	private void take() {
		if (begin()) {
			boolean more = false;
			RequestObservation.Scope context = ContextCapture.restore(this.source);
			try {
				more = takeAll();
			}
			catch (Throwable ex) {
				fail(ex);
			}
			finally {
				context.close();
			}
			request().end();
			if (finish(more)) {
				await();
			}
		}
	}

	private boolean takeAll() {
		while (this.source.hasNext()) {
			if (next(this.source.next())) {
				return true;
			}
		}
		end();
		return false;
	}

	private synchronized boolean begin() {
		this.pulling = !this.closed && request().begin();
		return this.pulling;
	}

	private boolean finish(boolean more) {
		synchronized (this) {
			this.pulling = false;
			if (more && !this.closed) {
				return true;
			}
			this.closed = true;
		}
		close();
		return false;
	}

	@Override
	public void dispose() {
		boolean close;
		synchronized (this) {
			close = !this.closed && !this.pulling;
			this.closed = true;
		}
		if (close) {
			closeWhereItMayBlock();
		}
	}

	/** Not on the event loop, if there is room elsewhere: it may be a cursor's end. */
	private void closeWhereItMayBlock() {
		try {
			request().execute(this::close);
		}
		catch (RejectedExecutionException ex) {
			close();
		}
	}

	private void close() {
		try {
			this.resource.close();
		}
		catch (Exception ex) {
			logger.warn("The stream that a handler returned could not be closed", ex);
		}
	}

}
