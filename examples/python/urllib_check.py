#!/usr/bin/env python3
"""urllib with a check of its own, between the handshake and the request.

    urllib_check.py https://localhost/ [--cafile FILE] [--snapshot FILE]

Exit status: 0 served, 1 not connected, 2 refused."""
import argparse
import http.client
import ssl
import sys
import urllib.request

import crlite


class Refused(Exception):  # no OSError, which urllib would wrap
    pass


class CheckedConnection(http.client.HTTPSConnection):
    store = None

    def connect(self):
        super().connect()
        answer = self.store.check(crlite.verified_chain(self.sock))
        print(f"crlite: {answer.outcome} ({answer.reason}), {answer.action}")
        if answer.action == "refused":
            self.close()
            raise Refused


class CheckedHandler(urllib.request.HTTPSHandler):
    def __init__(self, context, store):
        super().__init__(context=context)
        self.context = context
        self.connection = type("Connection", (CheckedConnection,), {"store": store})

    def https_open(self, request):
        return self.do_open(self.connection, request, context=self.context)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--cafile")
    parser.add_argument("--snapshot")
    options = parser.parse_args()
    context = ssl.create_default_context(cafile=options.cafile)
    opener = urllib.request.build_opener(CheckedHandler(context, crlite.Store(options.snapshot)))
    try:
        print(opener.open(options.url).read().decode())
    except Refused:
        sys.exit(2)
    except OSError as error:
        sys.exit(f"urllib_check: {error}")


if __name__ == "__main__":
    main()
