"""Runs the built tools, for tests in Python. The environment variable CRLITE_BUILD names the build
directory, as ctest sets it."""

import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CRLITE_BUILD", SOURCE / "build" / "release"))
VECTORS = SOURCE.parent / "shared" / "vectors"
SKIPPED = 77  # SKIP_RETURN_CODE of ctest


def need_vectors(folder):
    """The folder of the vectors; ends the script as skipped where it is not."""
    path = VECTORS / folder
    if not path.exists():
        print(f"skipped: no test vectors at {path}")
        sys.exit(SKIPPED)
    return path


def run(tool, *arguments, stdin=b"", **options):
    """Runs a tool to its end; the result has returncode, stdout and stderr (bytes)."""
    command = [str(BUILD / "bin" / tool), *map(str, arguments)]
    if isinstance(stdin, str):
        stdin = stdin.encode()
    options.setdefault("timeout", 120)
    return subprocess.run(command, input=stdin, capture_output=True, **options)


def crlite(*arguments, **options):
    return run("crlite", *arguments, **options)


def filter_options(paths):
    """--filter PATH for each path."""
    return [argument for path in paths for argument in ("--filter", path)]
