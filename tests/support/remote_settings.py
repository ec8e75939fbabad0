"""A look-alike of Mozilla's Remote Settings: static files that any web server can serve, signed by
keys of its own (docs/formats.md, "Signed lists"). Shares no code with the project's tools.

    remote_settings.py keys DIR [--name NAME] [--root ec|rsa] [--signer DNS-NAME] [--rotate]

makes a root, an intermediate and a signer's certificate in DIR and prints the SHA-256 of the root's
DER; with --rotate, only a new signer under the intermediate that DIR has.

    remote_settings.py publish TREE --keys DIR --timestamp MS --base-url URL
        --filter FILE:full --filter FILE:delta ... [--channel CHANNEL] [--relative-x5u]
        [--tamper WHAT[=VALUE]] ...

writes (each file is replaced as a whole) what URL, the address of TREE, has to serve:

    v1/index                                                  server info; to be served as /v1/
    v1/buckets/monitor/collections/changes/changeset
    v1/buckets/security-state/collections/cert-revocations/changeset
    chains/NAME-<8 hex digits>.chain                          PEM: signer, intermediate, root
    attachments/security-state/cert-revocations/<hash>/<name of FILE>

and prints the path of the chain and of every attachment, one a line. Each delta is the child of the
filter before it. The list has as many records of another channel, whose attachments are not there:
whoever wants them shows. What was published before stays, as on a real server, but for the lists.

WHAT, done before the list is signed:
    filename=NAME   the last filter's attachment is called so (with \\0 for a NUL)
    location=PATH   and lies there, the list says
    size=N, hash=HEX  and has this size, this hash
    records=N       so many records more, of another channel
    deep=N          a field nested so deep in the last record
and afterwards:
    record          the last record says something else than what was signed
    timestamp=MS    the list says it is of another time than what was signed
    no-signature    neither metadata.signature nor metadata.signatures
    bad-signature   the first of the two signatures is of something else
    no-chain        the chain is not there
    other-chain=DIR the chain is that of the keys in DIR
    deep-metadata=N a field nested so deep beside the signature
"""

import argparse
import hashlib
import json
import os
import pathlib
import sys
import time
import uuid

from content_signing import SIGNER, Keys, signed_message

COLLECTION = "security-state/cert-revocations"

def replace_file(path, content):
    """As a whole, and with another time of modification: nginx makes its ETag of that."""
    path.parent.mkdir(parents=True, exist_ok=True)
    old = path.stat().st_mtime if path.exists() else 0
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(content)
    when = max(int(time.time()), int(old) + 1)
    os.utime(temporary, (when, when))
    temporary.rename(path)


def record_id(text):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def record_of(path, channel, parent, effective):
    """The record of one filter: a full one if it has no parent."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    when = time.strftime("%Y-%m-%dT%H:%M:%S+00:00Z", time.gmtime(effective / 1000))
    record = {
        "schema": effective + 7,
        "details": {"name": f"{when}-{'diff' if parent else 'full'}"},
        "channel": channel,
        "attachment": {
            "hash": digest,
            "size": len(content),
            "filename": path.name,
            "location": f"{COLLECTION}/{digest}/{path.name}",
            "mimetype": "application/x-protobuf",
        },
        "incremental": bool(parent),
        "filter_expression": "env.version|versionCompare('133.!') >= 0 && "
        f"'{channel}' == 'security.pki.crlite_channel'|preferenceValue('none')",
        "effectiveTimestamp": effective,
        "note": 'unknown to clients: "ü\u007f\U0001f511\u2028/\\',
        "id": record_id(f"{channel} {digest}"),
        "last_modified": effective + 9,
    }
    if parent:
        record["parent"] = parent
    else:
        record.update(coverage=[], enrolledIssuers=[])
    return record


def records_of(filters, channel, timestamp):
    """`filters`: pairs of path and whether it is a delta; half a day passes between two."""
    records, parent = [], None
    for index, (path, is_delta) in enumerate(filters):
        effective = max(0, timestamp - (len(filters) - 1 - index) * 12 * 3600 * 1000)
        record = record_of(pathlib.Path(path), channel, parent if is_delta else None, effective)
        records.append(record)
        parent = record["id"]
    return records


def nested(depth):
    return "[" * depth + "]" * depth


def spoil_before_signing(records, tampers):
    last = records[-1]
    for what, value in tampers.items():
        if what == "filename":
            last["attachment"]["filename"] = value.replace("\\0", "\0")
        elif what in ("location", "hash"):
            last["attachment"][what] = value
        elif what == "size":
            last["attachment"]["size"] = int(value)
        elif what == "deep":
            deepest = last["deep"] = []
            for _ in range(int(value) - 1):
                deepest.append([])
                deepest = deepest[0]
        elif what == "records":
            records += [
                {"id": record_id(str(number)), "channel": "other", "last_modified": number}
                for number in range(int(value))
            ]


class Publication:
    """One state of the server, and how it lies about it."""

    def __init__(self, keys, filters, timestamp, base_url, channel="default",
                 relative_x5u=False, tampers=None):
        self.keys, self.filters, self.timestamp = keys, filters, timestamp
        self.base_url = base_url.rstrip("/")
        self.channel, self.relative_x5u = channel, relative_x5u
        self.tampers = tampers or {}

    def write(self, tree):
        """Returns the paths of the chain and of the attachments. The lists come last."""
        tree = pathlib.Path(tree)
        records = records_of(self.filters, self.channel, self.timestamp)
        paths = [self._write_chain(tree)]
        for (path, _), record in zip(self.filters, records):
            paths.append(tree / "attachments" / record["attachment"]["location"])
            if not paths[-1].exists():
                replace_file(paths[-1], pathlib.Path(path).read_bytes())
        records = self._other_channel() + records
        replace_file(tree / "v1/index", json.dumps(self._server_info()).encode())
        buckets = tree / "v1/buckets"
        replace_file(buckets / COLLECTION.replace("/", "/collections/") / "changeset",
                     self._changeset(records).encode())
        replace_file(buckets / "monitor/collections/changes/changeset",
                     json.dumps(self._monitor()).encode())
        return paths

    def _other_channel(self):
        name = "compat" if self.channel == "default" else "default"
        records = records_of(self.filters, name, self.timestamp)
        for record in records:
            digest = hashlib.sha256(record["attachment"]["hash"].encode()).hexdigest()
            record["attachment"].update(hash=digest, location=f"{COLLECTION}/{digest}")
        return records

    def _write_chain(self, tree):
        path = tree / "chains" / self.keys.chain_name
        if "no-chain" in self.tampers:
            path.unlink(missing_ok=True)
        else:
            other = self.tampers.get("other-chain")
            replace_file(path, Keys(other).chain if other else self.keys.chain)
        return path

    def _server_info(self):
        return {
            "project_name": "Remote Settings look-alike",
            "url": f"{self.base_url}/v1/",
            "capabilities": {
                "attachments": {"base_url": f"{self.base_url}/attachments/"},
                "changes": {"certs_chains_base_url": f"{self.base_url}/chains/"},
            },
        }

    def _monitor(self):
        bucket, collection = COLLECTION.split("/")
        change = {"id": record_id(COLLECTION), "bucket": bucket, "collection": collection,
                  "last_modified": self.timestamp, "host": "localhost"}
        return {"timestamp": self.timestamp, "changes": [change], "metadata": {}}

    def _signature(self, message):
        x5u = self.keys.chain_name
        if not self.relative_x5u:
            x5u = f"{self.base_url}/chains/{x5u}"
        return {"signature": self.keys.sign(message), "x5u": x5u, "mode": "p384ecdsa",
                "type": "contentsignaturepki", "signer_id": SIGNER.split(".")[0]}

    def _changeset(self, records):
        spoil_before_signing(records, self.tampers)
        message = signed_message(records, self.timestamp)
        first = self._signature(b"else" if "bad-signature" in self.tampers else message)
        metadata = {"id": "cert-revocations", "bucket": "security-state", "flags": ["startup"],
                    "last_modified": self.timestamp, "signature": first,
                    "signatures": [self._signature(message)], "deep": None}
        if "no-signature" in self.tampers:
            del metadata["signature"], metadata["signatures"]
        if "record" in self.tampers:
            records[-1]["effectiveTimestamp"] += 1
        timestamp = int(self.tampers.get("timestamp", self.timestamp))
        changeset = {"metadata": metadata, "timestamp": timestamp, "changes": records}
        text = json.dumps(changeset, ensure_ascii=False)
        depth = int(self.tampers.get("deep-metadata", 0))
        return text.replace('"deep": null', f'"deep": {nested(depth)}' if depth else '"deep": 0', 1)


def command_keys(arguments):
    if arguments.rotate:
        keys = Keys.rotate(arguments.directory)
    else:
        keys = Keys.make(arguments.directory, arguments.name, arguments.root, arguments.signer)
    print(keys.root_sha256)


def command_publish(arguments):
    filters = [(text.rpartition(":")[0], text.endswith(":delta")) for text in arguments.filter]
    tampers = dict(text.partition("=")[::2] for text in arguments.tamper)
    publication = Publication(Keys(arguments.keys), filters, arguments.timestamp,
                              arguments.base_url, arguments.channel, arguments.relative_x5u,
                              tampers)
    for path in publication.write(arguments.tree):
        print(path)


def main():
    sys.setrecursionlimit(100000)  # for `deep`
    parser = argparse.ArgumentParser(usage=__doc__)
    commands = parser.add_subparsers(required=True)
    keys = commands.add_parser("keys")
    keys.set_defaults(run=command_keys)
    keys.add_argument("directory")
    keys.add_argument("--name", default="signer")
    keys.add_argument("--root", choices=("ec", "rsa"), default="ec")
    keys.add_argument("--signer", default=SIGNER)
    keys.add_argument("--rotate", action="store_true")
    publish = commands.add_parser("publish")
    publish.set_defaults(run=command_publish)
    publish.add_argument("tree")
    publish.add_argument("--keys", required=True)
    publish.add_argument("--timestamp", type=int, required=True)
    publish.add_argument("--base-url", required=True)
    publish.add_argument("--filter", action="append", required=True)
    publish.add_argument("--channel", default="default")
    publish.add_argument("--relative-x5u", action="store_true")
    publish.add_argument("--tamper", action="append", default=[])
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
