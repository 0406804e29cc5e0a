"""Holds a conversation with an echo server and says what came back wrong: conversation.py HOST PORT [--two]"""

import argparse
import os
import socket
from uuid import uuid4

import petrichor


class Client:

    def __init__(self, host, port, user):
        ident = {"user": user, "ident": uuid4().hex, "version": "0.1"}
        self.sock, self.conn, header, body = petrichor.connect(host, port, ident)
        check("the welcome", (True, "WELCOME"), (petrichor.connect_allowed(header), body))

    def send(self, body):
        petrichor.send(self.conn, {}, body)

    def expect(self, what, body):
        header, reply = petrichor.recv(self.conn)
        check(what + ": the header", dict, type(header))
        # As it reads back: bytes that happen to be UTF-8 come as str.
        check(what, petrichor.parse(petrichor.dump(body))[0], reply)

    def echo(self, what, body):
        self.send(body)
        self.expect(what, body)

    def leave(self):
        """Says no more, reads to the end: nothing may come that was not asked for."""
        self.sock.shutdown(socket.SHUT_WR)
        check("the end", (None, None), petrichor.recv(self.conn))
        self.sock.close()


def check(what, expected, actual):
    if not same(expected, actual):
        raise SystemExit(f"{what}: expected {expected!r:.200}, got {actual!r:.200}")


def same(one, other):
    """Equal in value and type, where Python takes True for 1 for 1.0. The order of keys has no meaning."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


def every_type():
    """A value of each type, by name; the floats survive a peer that writes six decimals."""
    return {
        "text": "petrichor \u2614", "empty": "", "bytes": bytes(range(256)), "ascii": b"plain",
        "integer": -42, "huge": 10 ** 40, "float": 1.5, "round": -3.0, "true": True, "false": False,
        "null": None, "list": [], "dictionary": {},
    }


def nested():
    """Every type in a list and in a dictionary, and these two in each other, both ways."""
    leaves = every_type()
    in_list = list(leaves.values())
    return {"list": [in_list, leaves, [in_list], {"in": leaves}], "dictionary": {"list": in_list, "dict": leaves}}


def converse(client):
    client.echo("text", "hello")
    client.echo("an empty string", "")
    client.echo("100 KB of random bytes", os.urandom(100 * 1024))
    for name, value in every_type().items():
        client.echo(name, value)
    client.echo("every type in every other", nested())
    client.echo("forty lists deep", deep(40))
    for number in range(50):
        client.send(number)
    for number in range(50):
        client.expect(f"pipelined request {number}", number)


def deep(levels):
    return [deep(levels - 1)] if levels else "here"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--two", action="store_true", help="also two clients at once; the seed's server serves one")
    arguments = parser.parse_args()
    client = Client(arguments.host, arguments.port, "frank")
    converse(client)
    if arguments.two:
        other = Client(arguments.host, arguments.port, "zed")
        for number in range(10):
            client.send(f"frank {number}")
            other.send(f"zed {number}")
            other.expect("the second of two clients", f"zed {number}")
            client.expect("the first of two clients", f"frank {number}")
        other.leave()
    client.leave()
    print("ALL THE SAME")


if __name__ == "__main__":
    main()
