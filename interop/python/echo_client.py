"""The seed's echo client: echo_client.py HOST PORT USER"""

import sys
from uuid import uuid4

import petrichor

VERSION = "0.1"
HOST, PORT, USER = sys.argv[1], int(sys.argv[2]), sys.argv[3]
IDENT = {"user": USER, "ident": uuid4().hex, "version": VERSION}

sock, conn, header, body = petrichor.connect(HOST, PORT, IDENT)
if petrichor.connect_allowed(header):
    print("CONNECTED", body)
else:
    print("YOU WERE DENIED", body)

try:
    while header is not None:
        msg = input("> ")
        header, reply = petrichor.request(conn, {}, msg)
        print(reply)
except (EOFError, ConnectionError):
    pass  # nothing more to say, or no one there to hear it
