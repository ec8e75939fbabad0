#!/usr/bin/env python3
"""The pages of section 3 tell what the library's headers declare, and no more; and each function is
found under its name."""

import re
import shlex
import shutil
import subprocess
import unittest

from pages import BUILD, SOURCE, library_aliases, library_pages, plain, section

HEADERS = [SOURCE / "include/crlite" / name for name in ("crlite.h", "openssl.h")]
MANUAL = BUILD / "tests/prefix/share/man"


def without_comments(header):
    return re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)


def declarations(code):
    """{name: declaration} of functions and structures, on one line each."""
    code = re.sub(r"^ *#.*$|extern \"C\" {", "", code, flags=re.M)
    found = re.findall(r"(?:^|(?<=[;}]))\s*((?:const )?\w+[ *]+(crlite_\w+)\([^()]*\));", code,
                       re.M)
    found += re.findall(r"(typedef struct (\w+) {[^}]*} \w+);", code)
    return {name: normal(text) for text, name in found}


def normal(code):
    """On one line, and the stars of pointers where C's style has them."""
    code = re.sub(r"\s*(\*+)\s*", r" \1", re.sub(r"\(\s+", "(", code))
    return re.sub(r"\s+", " ", code)


def declared():
    return {name: text for header in HEADERS
            for name, text in declarations(without_comments(header)).items()}


def synopsis(page):
    lines = re.findall(r"^\.B(I?) (.+)$", section(page.read_text(), "SYNOPSIS"), re.M)
    return "\n".join(plain(("" if fonts else " ").join(shlex.split(line))) for fonts, line in lines)


def names(page):
    """What NAME lists."""
    before, _, _ = section(page.read_text(), "NAME").partition(r" \- ")
    return re.findall(r"\w+", before)


class Functions(unittest.TestCase):
    def test_headers_are_read(self):
        self.assertGreater(len(declared()), 25)
        for header in HEADERS:
            code = without_comments(header)
            self.assertEqual(len(re.findall(r"\bcrlite_\w+\(", code)),
                             len([text for text in declarations(code).values() if "(" in text]))

    def test_synopses_declare_what_the_headers_declare(self):
        self.assertEqual({name: text for page in library_pages()
                          for name, text in declarations(synopsis(page)).items()}, declared())

    def test_synopses_include_the_header_that_declares(self):
        for page in library_pages():
            included, = re.findall(r"#include <crlite/(.+)>", synopsis(page))
            header, = [header for header in HEADERS if header.name == included]
            self.assertLessEqual(declarations(synopsis(page)).items(),
                                 declarations(without_comments(header)).items(), page.name)

    def test_every_enumerator_is_described_with_its_value(self):
        values = [value for header in HEADERS
                  for value in re.findall(r"\b(CRLITE_\w+) = (\d+)", without_comments(header))]
        described = [value for page in library_pages() for value in
                     re.findall(r'^\.TP\n\.BR (\w+) " \((\d+)\)"\n\w', page.read_text(), re.M)]
        self.assertCountEqual(described, values)

    def test_every_macro_is_described(self):
        text = "\n".join(page.read_text() for page in library_pages())
        for header in HEADERS:
            for macro in re.findall(r"^#define (\w+) ", header.read_text(), re.M):
                self.assertRegex(text, rf"(?m)^\.BR? {macro}\b", macro)

    def test_pages_name_no_value_that_is_not_there(self):
        known = {"CRLITE_MODE"}.union(*(re.findall(r"\bCRLITE_[A-Z][A-Z_]+\b", header.read_text())
                                        for header in HEADERS))
        for page in library_pages():
            text = re.sub(r"^\.TH .*", "", page.read_text(), flags=re.M)
            named = set(re.findall(r"\bCRLITE_[A-Z][A-Z_]+\b", text))
            self.assertEqual(named - known, set(), page.name)

    def test_name_lists_the_functions_of_the_synopsis(self):
        for page in library_pages():
            functions = [name for name, text in declarations(synopsis(page)).items() if "(" in text]
            self.assertEqual([name for name in names(page) if name in declared()], functions)
            self.assertEqual(names(page)[0], page.stem)
            self.assertLessEqual(set(names(page)) - set(functions), {page.stem})

    @unittest.skipUnless(shutil.which("lexgrog"), "no lexgrog here")
    def test_whatis_finds_every_name(self):
        for page in library_pages():
            lines = subprocess.run(["lexgrog", page], capture_output=True, check=True).stdout
            found = re.findall(r'^[^:]+: "(\w+) - \S.+"$', lines.decode(), re.M)
            self.assertEqual(found, names(page))

    def test_every_name_is_a_page(self):
        aliases = {f"{name}.3": f".so man3/{page.name}\n" for page in library_pages()
                   for name in names(page)[1:]}
        self.assertEqual({path.name: path.read_text() for path in library_aliases()}, aliases)

    @unittest.skipUnless(shutil.which("man"), "no man here")
    def test_installed_pages_open_under_every_name(self):
        for page in library_pages():
            for name in names(page):
                with self.subTest(name=name):
                    found = subprocess.run(["man", "-M", MANUAL, "-w", "3", name],
                                           capture_output=True, text=True)
                    self.assertEqual(found.stdout.strip(), str(MANUAL / "man3" / page.name))


if __name__ == "__main__":
    unittest.main()
