"""The seed's echo server, one connection at a time: echo_server.py HOST PORT"""

import socketserver
import sys
from uuid import uuid4

import petrichor

VERSION = "0.1"
IDENT = uuid4().hex


class PetrichorServer(socketserver.StreamRequestHandler):

    def handle(self):
        ident, body = petrichor.accept(self.rfile)
        if ident is None:
            return
        # Here a server that means it would ask who this is.
        reply = {"ident": IDENT, "version": VERSION}
        petrichor.peer_allowed(self.wfile, reply, "WELCOME")
        header = {}
        while header is not None:
            header, body = petrichor.recv(self.rfile)
            print("RECEIVED", ident.get("user"), ident.get("ident"), header, body)
            if header is not None:
                petrichor.send(self.wfile, {}, body)
        print("ALL DONE")


if __name__ == "__main__":
    HOST, PORT = sys.argv[1], int(sys.argv[2])
    sys.stdout.reconfigure(line_buffering=True)
    with socketserver.TCPServer((HOST, PORT), PetrichorServer) as server:
        print("RUNNING", HOST, server.server_address[1])
        server.serve_forever()
