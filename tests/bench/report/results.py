"""The results of a run, as the benchmark programs leave them.

Every program writes one file RESULTS/<name>.json:

    {"name": "cold",               # the file's name without ".json"
     "rows": [{"id": "cold/check",   # unique among all files; <name>/... or what the report asks for
               "value": 38.7, "unit": "us",  # "ns", "us", "ms", "s", "B", "kB", "MB", "MiB", "ratio", ...
               ...}]}                # whatever else a plot or table of that program needs

Files named host_*.json have rows of another kind, {"case", "unit", "without", "with", "difference", "ratio",
"target_ratio" or "target_difference" or neither, ...}: the same thing with and without the module in
turns, or without them {"case", "unit", "value"}. build.json is bench_build's own report.

Files of Google Benchmark ({"benchmarks": [...]}) are read as well: each benchmark becomes one row, its
value the least CPU time of the repetitions in ns. Ids that have a target are listed in targets.py.
"""

import json
import re

NS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


class Results:
    """All rows of a folder by id, and the files that they come from."""

    def __init__(self, folder):
        self.files = {}
        self.rows = {}
        for path in sorted(folder.glob("*.json")):
            content = json.loads(path.read_text())
            if "benchmarks" in content:
                content = from_google_benchmark(path.stem, content)
            self.files[path.stem] = content
            for row in content.get("rows", []):
                if "id" in row:
                    self.rows[row["id"]] = row
        self.derive()

    def derive(self):
        """Rows that are ratios of others."""
        self.derive_builder(self.files.get("build", {}).get("filters", []))
        self.add_ratio("hook/share", "hook/whole", "hook/ecdsa_p256_verify")
        one, two = self.rows.get("threads/1"), self.rows.get("threads/2")
        if one and two:
            self.add("threads/scaling", one["fastest_real"] / two["fastest_real"] / 2)
        one, two = self.rows.get("alone/1"), self.rows.get("alone/2")
        if one and two:
            self.add("alone/scaling", one["fastest_real"] / two["fastest_real"] / 2)
        counts = [count for count, _ in self.points("issuers")]
        if counts:
            self.add_ratio("flat/issuers", f"issuers/{counts[-1]}", f"issuers/{counts[0]}")

    def derive_builder(self, filters):
        if not filters:
            return
        full, deltas = filters[0], filters[1:]
        self.add("build/full_size", full["size"], "B")
        self.add("build/full_bound", full["bound"], "B")
        self.add("build/full_size_ratio", full["size"] / full["bound"])
        self.add("build/full_known", full["known"], "")
        self.add("build/full_revoked", full["revoked"], "")
        self.add("build/full_wall", full["wall_s"], "s")
        self.add("build/full_cpu", full["cpu_s"], "s")
        self.add("build/full_peak", full["peak_kib"] / 1024, "MiB")
        if "wall_s" in self.files["build"].get("yardstick", {}):
            self.add("build/yardstick", self.files["build"]["yardstick"]["wall_s"], "s")
        if self.files["build"].get("scale") == 1:
            self.add("build/full_scale_wall", full["wall_s"], "s")
            self.add("build/full_scale_peak", full["peak_kib"] / 1024, "MiB")
        if deltas:
            size, bound = (sum(delta[key] for delta in deltas) for key in ("size", "bound"))
            self.add("build/deltas", len(deltas), "")
            self.add("build/delta_size", size, "B")
            self.add("build/delta_bound", bound, "B")
            self.add("build/delta_size_ratio", size / bound)

    def add(self, row_id, value, unit="ratio"):
        self.rows[row_id] = {"id": row_id, "value": value, "unit": unit}

    def add_ratio(self, row_id, above, below):
        if above in self.rows and below in self.rows:
            self.add(row_id, self.rows[above]["value"] / self.rows[below]["value"])

    def value(self, row_id):
        """None when nobody measured it."""
        row = self.rows.get(row_id)
        return None if row is None else row["value"]

    def points(self, prefix):
        """[(n, value)] of the rows "<prefix>/<n>", ascending."""
        found = (re.fullmatch(re.escape(prefix) + r"/(\d+)", row_id) for row_id in self.rows)
        return sorted((int(m[1]), self.rows[m[0]]["value"]) for m in found if m)


def from_google_benchmark(name, content):
    runs = {}
    for run in content["benchmarks"]:
        if run.get("run_type") == "iteration":
            row_id = re.sub(r"/real_time", "", run["name"]).replace("threads:", "")
            runs.setdefault(row_id, []).append(run)
    rows = []
    for row_id, repetitions in runs.items():
        cpu = [run["cpu_time"] * NS[run["time_unit"]] for run in repetitions]
        real = [run["real_time"] * NS[run["time_unit"]] for run in repetitions]
        rows.append({"id": row_id, "value": min(cpu), "unit": "ns",
                     "fastest_real": min(real), "samples": len(cpu)})
    return {"name": name, "rows": rows}
