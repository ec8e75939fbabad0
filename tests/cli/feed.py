"""A feed as `crlite build` reads it: known/, revoked/ and ct-logs.json in one folder."""

import base64
import json

from world import LOG, SCT_TIME, crlite


def file_name(issuer):
    return base64.urlsafe_b64encode(issuer).decode()


class Feed:
    def __init__(self, path, log=LOG):
        self.path = path
        for folder in ("known", "revoked"):
            (path / folder).mkdir(parents=True)
        self.ct_logs = path / "ct-logs.json"
        self.ct_logs.write_text(json.dumps([{
            "LogID": base64.b64encode(log).decode(), "MMD": 86400, "MinEntry": 0, "MaxEntry": 9,
            "MinTimestamp": 0, "MaxTimestamp": 2 * SCT_TIME}]))

    def known(self, issuer):
        return self.path / "known" / file_name(issuer)

    def revoked(self, issuer):
        return self.path / "revoked" / file_name(issuer)

    def write(self, issuer, known, revoked):
        """known: serials; revoked: (reason, serial). In this order."""
        self.known(issuer).write_text("".join(f"{serial.hex()}\n" for serial in known))
        self.revoked(issuer).write_text(
            "".join(f"{reason:02x}{serial.hex()}\n" for reason, serial in revoked))

    def build(self, output, *options, **more):
        return crlite("build", "--known", self.path / "known", "--revoked", self.path / "revoked",
                      "--ct-logs", self.ct_logs, "-o", output, *options, **more)
