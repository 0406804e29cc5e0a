"""The Petrichor protocol in one file: TNetstrings, pairs of them on a stream, and the seed's handshake.

A connection is anything with read, write and flush: here a socket's makefile("rwb"), on the server the handler's
rfile or wfile. Only Python's own library is used.
"""

import math
import re
import socket
from decimal import Decimal

MAX_SIZE = 16 * 1024 * 1024  # bytes of one value taken off the wire; a longer one is refused by its SIZE alone
MAX_DEPTH = 128  # lists and dictionaries within each other

_SIZE = re.compile(rb"([0-9]{1,9}):")
_SIZE_SO_FAR = re.compile(rb"[0-9]{1,9}:?")
_INTEGER = re.compile(rb"[+-]?[0-9]{1,4300}")  # as many digits as Python's own int() takes
_FLOAT = re.compile(rb"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


class TNetstringError(ValueError):
    """Bytes that are no TNetstring, a value that has none, or a stream that ends inside a pair."""


# The protocol: pairs of HEADER and BODY


def connect(host, port, header, body="", timeout=20):
    """Opens a connection and identifies itself; returns the socket, the connection, and the server's answer."""
    sock = socket.create_connection((host, port), timeout)
    conn = sock.makefile("rwb")
    header, body = request(conn, header, body)
    return sock, conn, header, body


def connect_allowed(header):
    """Whether a server's answer lets us in. A server that hung up instead of answering (None) does not."""
    return header is not None and bool(header.get("allowed", True))


def accept(conn):
    """A new client's identity: its first pair."""
    return recv(conn)


def peer_allowed(conn, header, msg):
    """Lets the client in."""
    send(conn, {**header, "allowed": True}, msg)


def peer_denied(conn, header, msg):
    """Turns the client away; the message says why."""
    send(conn, {**header, "allowed": False}, msg)


def request(conn, header, body):
    """Sends a pair and waits for the one that answers it."""
    send(conn, header, body)
    return recv(conn)


def send(conn, header, body):
    """Sends a pair. Nothing of it is written if either half cannot be encoded."""
    conn.write(dump(header) + dump(body))
    conn.flush()


def recv(conn):
    """The next pair, or (None, None) once there is no more: at the end, or where a header is not a dictionary."""
    payload = _read_payload(conn)
    header = parse(payload)[0] if payload else None
    if not isinstance(header, dict):
        return None, None
    payload = _read_payload(conn)
    if not payload:
        raise TNetstringError("the stream ended between a header and its body")
    return header, parse(payload)[0]


def _read_payload(conn):
    """The bytes of one value, or none at the end of the stream."""
    size = b""
    while not size.endswith(b":"):
        byte = conn.read(1)
        if not byte and not size:
            return b""
        size += byte
        if not byte or not _SIZE_SO_FAR.fullmatch(size):
            raise TNetstringError(f"not a SIZE: {size!r}")
    length = int(size[:-1])
    if length > MAX_SIZE:
        raise TNetstringError(f"a value of {length} bytes is longer than {MAX_SIZE}")
    data = conn.read(length + 1)
    if len(data) <= length:
        raise TNetstringError(f"the stream ended inside a value of {length} bytes")
    return size + data


# TNetstrings


def dump(value):
    """The canonical TNetstring of a value."""
    if value is None:
        return b"0:~"
    if isinstance(value, bool):
        return _frame(b"true" if value else b"false", b"!")
    if isinstance(value, int):
        return _frame(b"%d" % value, b"#")
    if isinstance(value, float):
        return _frame(_plain(value), b"^")
    if isinstance(value, str):
        return _frame(value.encode(), b",")
    if isinstance(value, (bytes, bytearray)):
        return _frame(bytes(value), b",")
    if isinstance(value, (list, tuple)):
        return _frame(b"".join(map(dump, value)), b"]")
    if isinstance(value, dict):
        return _frame(_dump_dictionary(value), b"}")
    raise TNetstringError(f"a {type(value).__name__} has no TNetstring")


def parse(data):
    """The first value in data and the bytes after it. A string is str where it is UTF-8, else bytes."""
    value, end = _parse(data, 0, len(data), 0)
    return value, data[end:]


def _frame(data, kind):
    if len(data) > 999_999_999:
        raise TNetstringError(f"{len(data)} bytes are more than nine digits of SIZE can say")
    return b"%d:%s%s" % (len(data), data, kind)


def _plain(number):
    """The fewest digits that read back as the same number, without an exponent."""
    if not math.isfinite(number):
        raise TNetstringError(f"{number} has no TNetstring")
    digits = format(Decimal(repr(number)), "f")
    return (digits if "." in digits else digits + ".0").encode()


def _dump_dictionary(dictionary):
    if not all(isinstance(key, (str, bytes)) for key in dictionary):
        raise TNetstringError("a key that is not a string")
    items = {dump(key): dump(value) for key, value in dictionary.items()}
    if len(items) < len(dictionary):
        raise TNetstringError("a key twice, once as str and once as bytes")
    return b"".join(key + value for key, value in items.items())


def _parse(data, start, limit, depth):
    size = _SIZE.match(data, start, limit)
    if not size:
        raise TNetstringError(f"no SIZE at byte {start}")
    begin = size.end()
    end = begin + int(size[1])
    if end >= limit:
        raise TNetstringError(f"the value at byte {start} does not end where it should")
    return _parse_data(data, begin, end, depth), end + 1


def _parse_data(data, begin, end, depth):
    kind = data[end:end + 1]
    if kind == b"]":
        return list(_parse_items(data, begin, end, depth + 1))
    if kind == b"}":
        return _dictionary(list(_parse_items(data, begin, end, depth + 1)))
    raw = data[begin:end]
    if kind == b",":
        return _text(raw)
    if kind == b"#" and _INTEGER.fullmatch(raw):
        return int(raw)
    if kind == b"^" and _FLOAT.fullmatch(raw) and math.isfinite(float(raw)):
        return float(raw)
    if kind == b"!" and raw in (b"true", b"false"):
        return raw == b"true"
    if kind == b"~" and not raw:
        return None
    raise TNetstringError(f"not a value: {raw[:40]!r} of type {kind!r}")


def _parse_items(data, begin, end, depth):
    if depth > MAX_DEPTH:
        raise TNetstringError(f"more than {MAX_DEPTH} lists and dictionaries within each other")
    while begin < end:
        value, begin = _parse(data, begin, end, depth)
        yield value


def _dictionary(items):
    keys, values = items[::2], items[1::2]
    if len(keys) > len(values):
        raise TNetstringError("a key without a value")
    if not all(isinstance(key, (str, bytes)) for key in keys):
        raise TNetstringError("a key that is not a string")
    dictionary = dict(zip(keys, values))
    if len(dictionary) < len(keys):
        raise TNetstringError("a key twice")
    return dictionary


def _text(raw):
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
