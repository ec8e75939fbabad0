"""What nginx will not do: bodies without end, and bodies that break off. Prints its port; the path
asked for says which."""

import http.server


class Liar(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        if "short" in self.path:
            self.send_header("Content-Length", "1000")
        self.end_headers()
        try:
            self.wfile.write(b"x" * 10)
            while "endless" in self.path:
                self.wfile.write(b"x" * 65536)
        except OSError:
            pass
        self.close_connection = True

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
print(server.server_port, flush=True)
server.serve_forever()
