"""Connects as many clients as it is told to, sixteen at a time, to a server that denies them all, and counts those
that read why: denied_clients.py HOST PORT COUNT REASON"""

import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import petrichor


def reads_reason(host, port, reason):
    """Whether a client reads the denial, then the end; like the seed's, it goes on sending until then."""
    ident = {"user": "eve", "ident": uuid4().hex, "version": "0.1"}
    sock, conn, header, body = petrichor.connect(host, port, ident)
    try:
        if header is None or petrichor.connect_allowed(header) or body != reason:
            return False
        while header is not None:
            header, _ = petrichor.request(conn, {}, "hello?")
        return True
    except OSError:
        return True  # what came after the denial was not read any more
    finally:
        sock.close()


def main():
    host, port, count, reason = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    with ThreadPoolExecutor(16) as clients:
        read = sum(clients.map(lambda _: reads_reason(host, port, reason), range(count)))
    print(f"{read} of {count} read the reason")


if __name__ == "__main__":
    main()
