#!/usr/bin/env python3
"""Writes performance.md and its plots from the results of a run (results.py tells their form).

    report.py --results DIR --text FILE --out DIR

The part of FILE between the two markers is replaced; what stands below is written by hand, as other
commands measure it. Every number comes from the results."""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from plot import line_plot  # noqa: E402
from results import Results  # noqa: E402
from targets import TARGETS  # noqa: E402

BEGIN = "<!-- written by tests/bench/run.sh: begin -->\n"
END = "<!-- written by tests/bench/run.sh: end -->\n"

KINDS = {
    "not_revoked_largest": "not revoked, largest issuer",
    "not_revoked_mixed": "not revoked, over issuers",
    "revoked_base_largest": "revoked in the base filter, largest issuer",
    "revoked_base_mixed": "revoked in the base filter, over issuers",
    "revoked_last_largest": "revoked in the last delta, largest issuer",
}
PARTS = {
    "part/unknown_logs": "three SCTs of logs that no filter covers",
    "part/unknown_issuer": "the same with known logs, and an issuer that no filter knows",
    "part/sha256": "SHA-256 of issuer and serial",
    "portable/not_revoked_largest": "a whole check by portable code alone (no AVX2, no SHA-NI)",
    "no_avx2/not_revoked_largest": "the same with SHA-NI",
}
BASELINES = {
    "baseline/plain_reader_decode": "open, decode and query all filters; a plain reader",
    "baseline/tools_decode": "the same with the readers of our tools",
    "baseline/plain_reader_decoded": "query all filters, decoded already; the plain reader",
    "baseline/tools_decoded": "the same with the readers of our tools",
    "baseline/ecdsa_p256_verify": "one ECDSA P-256 verification (libcrypto)",
}


def figure(value, unit):
    """A number with its unit, and no more digits than it deserves."""
    if unit == "ratio":
        return f"{100 * value:.2f} %" if value < 0.1 else f"{value:.3f}"
    if unit == "B":
        return f"{value:,.0f} bytes"
    if unit == "ns" and value >= 1e6:
        return f"{value / 1e6:,.1f} ms"
    if unit == "ns" and value >= 1e4:
        return f"{value / 1e3:,.1f} µs"
    digits = 0 if value == int(value) or value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit.replace('us', 'µs')}".rstrip()


def table(head, rows):
    """The first column is words, the others are numbers."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def value_table(results, head, words):
    """Rows for those ids of {id: words} that were measured."""
    rows = []
    for row_id, what in words.items():
        if row_id in results.rows:
            row = results.rows[row_id]
            rows.append((what, figure(row["value"], row["unit"])))
    return table(("", head), rows) if rows else ["Not measured in this run."]


class Report:
    def __init__(self, results, out):
        self.results, self.out = results, out
        self.lines = []

    def add(self, *lines):
        self.lines += [*lines, ""]

    def figure_of(self, row_id):
        row = self.results.rows.get(row_id)
        return "not measured" if row is None else figure(row["value"], row["unit"])

    def plot(self, name, title, x_label, y_label, series, **options):
        series = [(words, points) for words, points in series if points]
        if not series:
            return
        line_plot(self.out / "performance" / f"{name}.svg", title, x_label, y_label, series, **options)
        self.add(f"![{title}](performance/{name}.svg)")

    def write_machine(self):
        self.add("## Machine and set")
        self.add("    tests/bench/run.sh")
        machine = self.results.files.get("machine", {}).get("rows", [])
        self.add(*table(("what", "is"), [(row["what"], row["text"]) for row in machine]))
        self.add("Times of a single thread are CPU time, the least of repetitions that take turns: others on the "
                 "machine only ever add. Those of the hook and of programs are medians. \"Reached\" is of this "
                 "run. Warm: the same 4,096 questions again and again, all of them about certificates "
                 "whose three SCTs every filter covers, so that every filter has to be asked.")

    def write_targets(self):
        self.add("## What was to be reached")
        measured = [(words, unit, bound, is_most, self.results.value(row_id))
                    for row_id, words, unit, bound, is_most in TARGETS]
        rows = []
        for words, unit, bound, is_most, value in [*measured, *self.host_targets()]:
            limit = f"{'≤' if is_most else '≥'} {figure(bound, unit)}"
            if value is None:
                rows.append((words, limit, "not measured", "", ""))
                continue
            is_met = value <= bound if is_most else value >= bound
            rows.append((words, limit, figure(value, unit), f"{value / bound:.2f}",
                         "yes" if is_met else "**no**"))
        self.add(*table(("", "target", "reached", "reached / target", "met"), rows))

    def write_check(self):
        self.add("## The check")
        self.add("From issuer hash, serial and SCTs to the verdict, all filters in one mapped snapshot.")
        checks = {f"check/{kind}": words for kind, words in KINDS.items()}
        self.add(*value_table(self.results, "one check", {**checks, "filters/1": "not revoked, one filter"}))
        self.add("Parts of it, as far as they can be asked for alone, and what older processors do:")
        self.add(*value_table(self.results, "each", PARTS))
        self.add("The same questions without a snapshot, and the yardstick of every handshake:")
        self.add(*value_table(self.results, "each", BASELINES))
        self.add("The first two open, read, decode and ask all files at each check, as a client does that keeps "
                 "nothing between two of them.")
        self.plot("filters", "A check against the number of filters", "filters", "ns",
                  [("not revoked, largest", self.results.points("filters"))])
        self.plot("issuers", "A check against the number of issuers", "issuers in two filters", "ns",
                  [("not revoked, any issuer", self.results.points("issuers"))], x_log=True)
        self.add(f"From the fewest to the most issuers a check becomes {self.figure_of('flat/issuers')} times "
                 "as long: the tables outgrow the caches, the steps stay the same.")
        self.add(f"Two threads do {self.figure_of('threads/scaling')} of twice the checks of one by the clock. "
                 f"Of SHA-256 of 64 bytes, which touches no memory and shares nothing, they do "
                 f"{self.figure_of('alone/scaling')}: so much is the second processor of this machine.")

    def write_distributions(self):
        self.add("### One by one")
        rows = self.results.files.get("distribution", {}).get("rows", [])
        kinds = [(KINDS[row["id"].split("/")[1]], row) for row in rows]
        self.add("Single warm checks, timed one by one, what reading the clock costs taken off. The tail is "
                 "the machine's: interrupts and whoever else runs.")
        self.add(*table(("", "median", "90 %", "99 %", "99.9 %"),
                        [(words, *(f"{row['curve'][i]:,} ns" for i in (50, 90, 99)),
                          f"{dict(map(tuple, row['tail']))[0.999]:,} ns") for words, row in kinds]))
        self.plot("warm", "Single warm checks", "ns", "% are faster",
                  [(words.replace("the base filter", "base").replace("the last delta", "last delta")
                    .replace(" issuer", ""), [(x, percent) for percent, x in enumerate(row["curve"][:100])])
                   for words, row in kinds], x_log=True, marks=False)
        self.add("## The first check of a process")
        self.add("A fresh static process opens and maps the snapshot, which is in the page cache, and asks once "
                 "about the largest issuer; beside it one that only opens, maps and closes.")
        names = {"cold/check": "from open to answer", "cold/map": "open, fstat, mmap, close alone"}
        rows = []
        for row_id, words in names.items():
            if row := self.results.rows.get(row_id):
                faults = self.results.value(row_id.replace("check", "faults").replace("map", "map_faults"))
                rows.append((words, *(f"{row['curve'][i]:.1f} µs" for i in (50, 10, 90, 99)), f"{faults:.0f}"))
        self.add(*table(("", "median", "10 %", "90 %", "99 %", "minor faults"), rows))
        self.plot("cold", "First checks of fresh processes", "µs", "% are faster",
                  [(words, [(x, percent) for percent, x in
                            enumerate(self.results.rows.get(row_id, {"curve": []})["curve"][:100])])
                   for row_id, words in names.items()], x_log=True, marks=False)

    def write_hook(self):
        self.add("## The hook")
        self.add("What the module adds to one verification of a chain: libcrypto calls it with the verified "
                 "chain, it takes the question from two decoded certificates, and asks. All lines in turn, in "
                 "the same minute.")
        self.add(*value_table(self.results, "each", {
            "hook/certificate_side": "from two certificates to issuer hash, serial and SCTs",
            "hook/check": "the check of these",
            "hook/whole": "the whole hook, called with a chain that is verified already",
            "hook/verify_without": "X509_verify_cert, leaf and root, without the module",
            "hook/verify_with": "the same with the module",
            "hook/verify_difference": "difference of neighbouring runs",
            "hook/ecdsa_p256_verify": "one ECDSA P-256 verification",
        }))
        self.add(f"The whole hook is {self.figure_of('hook/share')} of one ECDSA P-256 verification; a handshake "
                 "needs at least two. In a whole verification the hook costs more than in a loop of its own, "
                 "presumably as the signature's arithmetic has filled the caches.")

    def host_rows(self):
        for name, content in self.results.files.items():
            if name.startswith("host"):
                for row in content["rows"]:
                    yield name.removeprefix("host_").replace("_", " "), row

    def host_targets(self):
        """Rows of the table of targets."""
        for name, row in self.host_rows():
            for key in ("ratio", "difference"):
                if row.get(f"target_{key}") is None:
                    continue
                bound, value = row[f"target_{key}"], row[key]
                unit = "ratio" if key == "ratio" else row["unit"]
                is_most = key == "difference" or bound > 1
                yield (f"{name}: {row['case']}, " + ("of that without" if key == "ratio" else "added"),
                       unit, bound, is_most, value)

    def write_host(self):
        self.add("## The host")
        self.add("The same programs without the module and with it, in turns; medians, and the median of the "
                 "differences and ratios of neighbouring runs.")
        pairs, shared = [], []
        for name, row in self.host_rows():
            if "ratio" in row:
                pairs.append((f"{name}: {row['case']}", *(figure(row[key], row["unit"]) for key in
                                                          ("without", "with", "difference")),
                              f"{row['ratio']:.4f}"))
            elif "processes" not in row and "without" in row:
                pairs.append((f"{name}: {row['case']}", figure(row["without"], row["unit"]),
                              figure(row["with"], row["unit"]), "", ""))
            elif "processes" in row:
                shared.append([f"{row[key]:,.0f}" for key in
                               ("processes", "snapshot_rss_sum", "snapshot_pss_sum", "pss_sum", "private_dirty")])
        self.add(*table(("", "without", "with", "difference", "ratio"), pairs) if pairs
                 else ["Not measured in this run."])
        if shared:
            self.add("Processes that have verified one chain each and wait. Resident pages of the snapshot count in "
                     "every process that has them mapped; its proportional share (PSS) counts each page once, "
                     "divided among the processes, and the kernel rounds each share down. In kB:")
            self.add(*table(("processes", "snapshot, resident pages added up", "snapshot, PSS added up",
                             "everything, PSS added up", "private dirty of each"), shared))

    def write_library(self):
        self.add("## The C library")
        self.add("One question by name about the same leaves, beside the check inside of it and the whole hook, in "
                 "turns: the least of repetitions, from one run of `bench_library`. With two threads, the CPU time "
                 "that each of them takes.")
        self.add(*value_table(self.results, "each", {
            "library/check": "the check of issuer hash, serial and SCTs alone",
            "library/query/1": "crlite_query, the same with evidence and policy",
            "library/query/2": "the same in each of two threads",
            "library/chain/1": "crlite_check_chain, from the DER of leaf and issuer",
            "library/chain/2": "the same in each of two threads",
            "library/hook": "the whole hook, called with a chain that is verified already",
        }))

    def write_compiler(self):
        self.add("## The compiler")
        self.add("`crlite-sync publish --force` reads all filters, verifies their hashes, compiles, writes, syncs "
                 "and reads back; `sha256sum` of the same files takes turns with it.")
        self.add(*value_table(self.results, "", {
            "compile/filters": "filters",
            "compile/filters_size": "their size",
            "compile/snapshot_size": "the snapshot's size",
            "compile/wall": "publish, wall time",
            "compile/cpu": "publish, CPU time",
            "compile/sha256sum_wall": "sha256sum, wall time",
            "compile/sha256sum_cpu": "sha256sum, CPU time",
            "compile/time_ratio": "ratio of wall times",
            "compile/cpu_ratio": "ratio of CPU times",
            "compile/peak": "publish, peak memory",
        }))

    def write_builder(self):
        self.add("## The builder")
        self.add("Filters of format v4 from the synthetic universe, known serials streamed, all cores. The bound "
                 "is what information theory asks for: the sum over issuers of log2 of the number of ways to "
                 "choose the revoked ones.")
        self.add(*value_table(self.results, "", {
            "build/full_known": "known serials",
            "build/full_revoked": "revoked ones in the full filter",
            "build/full_wall": "full filter, wall time",
            "build/full_cpu": "full filter, CPU time",
            "build/yardstick": "yardstick: SHA-256 of every known serial once, wall time",
            "build/full_peak": "full filter, peak memory of the process",
            "build/full_size": "full filter, size",
            "build/full_bound": "its bound",
            "build/full_size_ratio": "ratio",
            "build/deltas": "deltas",
            "build/delta_size": "deltas, size together",
            "build/delta_bound": "their bound",
            "build/delta_size_ratio": "ratio",
        }))
        filters = list(enumerate(self.results.files.get("build", {}).get("filters", [])))
        self.plot("sizes", "Filters' sizes against their bounds", "filter (0: the full one)", "bytes",
                  [(key, [(k, row[key]) for k, row in filters]) for key in ("size", "bound")], y_log=True)

    def text(self):
        for part in (self.write_machine, self.write_targets, self.write_check, self.write_distributions,
                     self.write_hook, self.write_library, self.write_host, self.write_compiler, self.write_builder):
            part()
        return "\n".join(self.lines)


def replace_part(text, part):
    """The text with what is between the markers replaced."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return before + BEGIN + part + END + after


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--text", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    (options.out / "performance").mkdir(parents=True, exist_ok=True)
    report = Report(Results(options.results), options.out)
    text = replace_part(options.text.read_text(), report.text())
    (options.out / "performance.md").write_text(text)


main()
