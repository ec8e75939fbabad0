#!/usr/bin/env python3
"""A socket in the journal's place, on a path of the caller's.

journal_socket.py native PATH: journald's side of its native protocol; prints the fields of each
    entry as NAME=value, and an empty line after it. What breaks the protocol ends the program.
journal_socket.py syslog PATH: prints each datagram as a line.
journal_socket.py deaf PATH: takes nothing, and its queue is full.

Prints "ready" first. https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
"""
import os
import re
import signal
import socket
import struct
import sys

MAX_DATAGRAM = 1 << 20


def fields(datagram):
    """The fields of an entry, checked as journald documents them, and more strictly where it only
    drops what it does not like."""
    rest = datagram
    while rest:
        line, newline, rest = rest.partition(b"\n")
        if not newline:
            sys.exit(f"VIOLATION: no newline at the end: {datagram!r}")
        name, equals, value = line.partition(b"=")
        if not equals:  # a length follows, which allows for newlines in the value
            (size,) = struct.unpack_from("<Q", rest)
            value, end, rest = rest[8:8 + size], rest[8 + size:9 + size], rest[9 + size:]
            if len(value) != size or end != b"\n":
                sys.exit(f"VIOLATION: wrong length: {datagram!r}")
        if not re.fullmatch(rb"[A-Z][A-Z0-9_]{0,63}", name):
            sys.exit(f"VIOLATION: field name {name!r}: {datagram!r}")
        if b"\0" in value or not value:
            sys.exit(f"VIOLATION: value of {name!r}: {datagram!r}")
        yield name.decode(), value.decode()


def print_entry(datagram):
    entry = list(fields(datagram))
    names = [name for name, _ in entry]
    if len(set(names)) != len(names):
        sys.exit(f"VIOLATION: a field is there twice: {datagram!r}")
    print("".join(f"{name}={value}\n" for name, value in entry), flush=True)


def print_line(datagram):
    if b"\n" in datagram or b"\0" in datagram:
        sys.exit(f"VIOLATION: more than a line: {datagram!r}")
    print(datagram.decode(), flush=True)


def fill(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        try:
            while True:
                sender.sendto(b"x" * 1024, path)
        except BlockingIOError:
            pass


def main():
    kind, path = sys.argv[1:]
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(path)
    os.chmod(path, 0o666)
    if kind == "deaf":
        fill(path)
    print("ready", flush=True)
    while kind == "deaf":
        signal.pause()
    while True:
        datagram = receiver.recv(MAX_DATAGRAM)
        print_entry(datagram) if kind == "native" else print_line(datagram)


main()
