#!/usr/bin/env python3
"""A monitoring plugin (Nagios, Icinga, Zabbix): is the certificate of a server revoked?

    nagios_check.py HOST [PORT] [--cafile FILE] [--snapshot FILE] [--timeout SECONDS]

0 OK: not revoked. 1 WARNING: not revoked, but the data is stale. 2 CRITICAL: revoked, even if the
machine's policy lets it through. 3 UNKNOWN: the data has no answer, or the server none."""
import argparse
import socket
import ssl
import sys

try:
    import crlite
except OSError as error:  # libcrlite is not installed
    print(f"CRLITE UNKNOWN - {error}")
    sys.exit(3)


def finish(state, line):
    print(f"CRLITE {('OK', 'WARNING', 'CRITICAL', 'UNKNOWN')[state]} - {line}")
    sys.exit(state)


def served_chain(options):
    context = ssl.create_default_context(cafile=options.cafile)
    address = options.host, options.port
    with socket.create_connection(address, timeout=options.timeout) as plain:
        with context.wrap_socket(plain, server_hostname=options.host) as tls:
            return crlite.verified_chain(tls)


def main():
    parser = argparse.ArgumentParser()
    parser.error = lambda message: finish(3, message)
    parser.add_argument("host")
    parser.add_argument("port", nargs="?", type=int, default=443)
    parser.add_argument("--cafile")
    parser.add_argument("--snapshot")
    parser.add_argument("--timeout", type=float, default=10)
    options = parser.parse_args()
    try:
        chain = served_chain(options)
        answer = crlite.Store(options.snapshot).check(chain, report=False)
    except (OSError, ValueError) as error:
        refused_by_module = getattr(error, "verify_code", 0) == 23  # X509_V_ERR_CERT_REVOKED
        finish(2 if refused_by_module else 3, f"{options.host}:{options.port}: {error}")
    states = {"Revoked": 2, "NotRevoked": 1 if answer.data == "stale" else 0}
    finish(states.get(answer.outcome, 3),
           f"{options.host}:{options.port}: {answer.outcome} ({answer.filter or answer.reason}), "
           f"{answer.action}; {answer.data} data, generation {answer.generation}, "
           f"{answer.age_seconds / 3600:.1f} h old"
           f"|age={answer.age_seconds}s;;;0 generation={answer.generation}")


if __name__ == "__main__":
    main()
