"""The built manual pages, and what --help of the built tools says."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from crlite_tool import BUILD, SOURCE, run  # noqa: E402,F401

FOLDER = BUILD / "man"
TOOLS = {"crlite": "crlite.1", "crlite-mirror": "crlite-mirror.8", "crlite-sync": "crlite-sync.8"}
ESCAPES = {r"\-": "-", r"\(aq": "'", r"\(dq": '"', r"\(ga": "`", r"\(ha": "^", r"\(ti": "~",
           r"\(lq": '"', r"\(rq": '"', r"\(bu": "*", r"\&": "", r"\ ": " ", r"\|": "", r"\e": "\\",
           r'\"': ""}


def all_pages():
    return sorted(path for path in FOLDER.iterdir() if re.fullmatch(r".+\.[1-8]", path.name))


def library_pages():
    return [path for path in all_pages() if path.suffix == ".3"]


def shell_pages():
    """Those with examples for the shell."""
    return [path for path in all_pages() if path.suffix != ".3"]


def library_aliases():
    """Pages that are one line: .so man3/PAGE."""
    return sorted((FOLDER / "man3").iterdir())


def section(roff, *path):
    """The part of a page under this title, or about a command: "EXEMPT ADD"."""
    title = " ".join(path).upper()
    found = re.search(rf"^\.S[HS] {title}\n(.*?)(?=^\.S[HS] |\Z)", roff,
                      re.M | re.S | re.I)
    return found.group(1) if found else None


def page_of(tool):
    return (FOLDER / TOOLS[tool]).read_text()


def plain(roff):
    """The text of lines of roff, without fonts; requests stay."""
    roff = re.sub(r"\\f[BIRP]", "", roff)
    return re.sub(r"\\(?:\(..|.)", lambda found: ESCAPES[found.group()], roff)


def example_blocks(roff):
    """(text of the example, the reason why it is not run or None) of all examples of a page."""
    pattern = r'^(?:\.\\" not run: ([^\n]+)\n)?\.EX\n(.*?)^\.EE$'
    return [(plain(block), reason) for reason, block in re.findall(pattern, roff, re.M | re.S)]


class Help:
    """--help of a command: its options, each with all its names, and commands."""

    def __init__(self, tool, *path):
        self.path = path
        result = run(tool, *path, "--help")
        assert result.returncode == 0, result.stderr
        self.text = result.stdout.decode()
        self.options = re.findall(r"^  (-\w,--[a-z0-9-]+|--[a-z0-9-]+)(?: |$)", self.text, re.M)
        _, _, commands = self.text.partition("\nSubcommands:\n")
        self.commands = re.findall(r"^  ([a-z]+) ", commands.partition("\n\n")[0], re.M)


def all_helps(tool, *path):
    """Help of the tool and of all its commands."""
    own = Help(tool, *path)
    helps = [own]
    for command in own.commands:
        helps += all_helps(tool, *path, command)
    return helps
