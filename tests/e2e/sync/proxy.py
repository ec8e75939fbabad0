"""A proxy that connects to this machine, whatever name it is asked for, and notes the requests in
the file of the first argument. Prints its port."""

import pathlib
import re
import select
import socket
import socketserver
import sys


class Proxy(socketserver.StreamRequestHandler):
    def handle(self):
        request = self.rfile.readline().decode()
        while self.rfile.readline().strip():
            pass
        with pathlib.Path(sys.argv[1]).open("a") as log:
            log.write(request.strip() + "\n")
        port = int(re.match(r"CONNECT [^ ]+:(\d+) HTTP/1\.1\r\n", request)[1])
        with socket.create_connection(("127.0.0.1", port)) as server:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            to = {server: self.connection, self.connection: server}
            while True:
                for ready in select.select(list(to), [], [])[0]:
                    content = ready.recv(65536)
                    if not content:
                        return
                    to[ready].sendall(content)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


with Server(("127.0.0.1", 0), Proxy) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
