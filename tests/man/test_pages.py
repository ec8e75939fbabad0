#!/usr/bin/env python3
"""The manual pages tell what --help tells, and no more; and they are fit to be read."""

import re
import shutil
import subprocess
import unittest

from pages import (FOLDER, SOURCE, TOOLS, all_helps, all_pages, example_blocks, library_aliases,
                   page_of, plain, section)


def described_options(roff):
    """Names of the options that have an entry of their own: "-o,--output"."""
    tags = re.findall(r"^\.TP\n(\\fB\\-.*)$", roff, re.M)
    return [re.match(r"[-a-z0-9, ]+?(?= [A-Z]|$)", plain(tag)).group().replace(", ", ",")
            for tag in tags]


class Pages(unittest.TestCase):
    def test_every_template_is_built(self):
        templates = {path.stem for path in (SOURCE / "man").glob("*.in")}
        self.assertEqual({path.name for path in all_pages()}, templates)

    def test_crlite_describes_each_command_with_exactly_its_options(self):
        page = page_of("crlite")
        for help_ in all_helps("crlite"):
            with self.subTest(command=help_.path):
                part = section(page, *(help_.path or ["DESCRIPTION"]))
                self.assertIsNotNone(part, "no section")
                self.assertCountEqual(described_options(part), help_.options)

    def test_sync_and_mirror_describe_exactly_their_options(self):
        for tool in ("crlite-sync", "crlite-mirror"):
            with self.subTest(tool=tool):
                options = {option for help_ in all_helps(tool) for option in help_.options}
                self.assertEqual(set(described_options(page_of(tool))), options)

    def test_every_command_is_in_the_synopsis_and_no_other(self):
        for tool in TOOLS:
            synopsis = plain(section(page_of(tool), "SYNOPSIS"))
            for help_ in all_helps(tool)[1:]:
                with self.subTest(tool=tool, command=help_.path):
                    self.assertRegex(synopsis, rf"\b{help_.path[-1]}\b")
            commands = [" ".join(help_.path) for help_ in all_helps(tool)[1:]]
            for named in re.findall(rf"^{tool} ((?:[a-z]+ ?)+)", synopsis, re.M):
                self.assertIn(named.strip(), commands)

    def test_prose_names_no_option_that_is_not_there(self):
        for tool in TOOLS:
            known = {name for help_ in all_helps(tool) for option in help_.options
                     for name in option.split(",")}
            prose = re.sub(r"^\.EX\n.*?^\.EE$", "", page_of(tool), flags=re.M | re.S)
            mentioned = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", plain(prose)))
            self.assertEqual(mentioned - known, set(), tool)

    def test_options_say_what_they_mean_in_help(self):
        """Each has a description; a value has a name; words that it may be are named."""
        for tool in TOOLS:
            for help_ in all_helps(tool):
                for entry in re.findall(r"^  (-.*(?:\n {26}.*)*)", help_.text, re.M):
                    with self.subTest(command=help_.path, option=entry.split()[0]):
                        self.assertRegex(entry, r"^\S+(?: [A-Z0-9_:\[\]|.]+)?\s+\S+")
                        self.assertGreater(len(entry.split()), 2, entry)
                self.assertLessEqual(max(map(len, help_.text.partition("\nEXIT")[0].split("\n"))),
                                     100, help_.path)

    def test_nearly_every_option_is_in_an_example_of_its_page(self):
        # What turns a safeguard off is not shown for copying.
        dangerous = {"--allow-rollback", "--allow-unsigned"}
        for tool in TOOLS:
            text = "\n".join(text for text, _ in example_blocks(page_of(tool)))
            for help_ in all_helps(tool):
                for option in set(help_.options) - dangerous - {"-h,--help", "--version"}:
                    with self.subTest(tool=tool, command=help_.path, option=option):
                        joined = text.replace("\\\n", " ")
                        command = " ".join([tool, *help_.path]) if tool == "crlite" else tool
                        names = "|".join(map(re.escape, option.split(",")))
                        self.assertRegex(joined, rf"{command}\b[^\n]* (?:{names})\b")

    @unittest.skipUnless(shutil.which("man"), "no man here")
    def test_pages_have_no_warnings_and_fit_80_columns(self):
        for page in all_pages():
            with self.subTest(page=page.name):
                result = subprocess.run(
                    ["man", "--warnings", "--local-file", str(page)], capture_output=True,
                    env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
                self.assertEqual((result.returncode, result.stderr), (0, b""))
                lines = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", result.stdout.decode()).split("\n")
                self.assertLessEqual(max(map(len, lines)), 80, max(lines, key=len))

    def test_pages_name_version_and_date_of_the_project(self):
        version = re.search(r"project\(crlite VERSION ([\d.]+)",
                            (SOURCE / "CMakeLists.txt").read_text()).group(1)
        for page in all_pages():
            self.assertRegex(page.read_text(),
                             rf'\n\.TH \S+ {page.suffix[1]} "20\d\d-\d\d-\d\d" "crlite {version}" ')

    def test_pages_refer_to_pages_that_are_there(self):
        ours = {page.name for page in all_pages() + library_aliases()}
        for page in all_pages():
            for name, number in re.findall(r"^\.[BR]+ (\S*crlite\S*) \((\d)\)",
                                           page.read_text(), re.M):
                self.assertIn(f"{plain(name)}.{number}", ours, page.name)


if __name__ == "__main__":
    assert FOLDER.exists(), "build the target `manual` first"
    unittest.main()
