"""A client that lives long: for each port on stdin it asks https://localhost:PORT/ anew and prints
`accepted` or `refused: REASON`.

live_client.py CA [JAIL]: with JAIL it first loads OpenSSL, then locks itself in there and gives up
root, as daemons do.
"""
import os
import socket
import ssl
import sys


def confine(jail):
    "localhost".encode("idna")  # loads the codec while its file can be seen
    os.chroot(jail)
    os.chdir("/")
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def ask(context, port):
    try:
        with socket.create_connection(("127.0.0.1", port)) as plain:
            with context.wrap_socket(plain, server_hostname="localhost"):
                return "accepted"
    except ssl.SSLCertVerificationError as error:
        return f"refused: {error.verify_message}"


def main():
    context = ssl.create_default_context(cafile=sys.argv[1])
    if len(sys.argv) > 2:
        confine(sys.argv[2])
    for line in sys.stdin:
        print(ask(context, int(line)), flush=True)


main()
