"""What this project wants to reach: (id of the row, words, unit, bound, is it an upper one). Targets of
host_*.json stand in their rows."""

MOST, LEAST = True, False

TARGETS = [
    ("check/not_revoked_largest", "check, not revoked, largest issuer, all filters", "ns", 800, MOST),
    ("no_avx2/not_revoked_largest", "the same without AVX2", "ns", 1000, MOST),
    ("check/not_revoked_mixed", "check, not revoked, over issuers", "ns", 500, MOST),
    ("check/revoked_base_mixed", "check, revoked in the base filter", "ns", 200, MOST),
    ("filters/1", "check, one filter", "ns", 150, MOST),
    ("hook/certificate_side", "from two certificates to the question", "ns", 500, MOST),
    ("hook/whole", "the whole hook", "ns", 1600, MOST),
    ("hook/share", "the whole hook, of one ECDSA P-256 verification", "ratio", 0.022, MOST),
    ("threads/scaling", "two threads, of twice one", "ratio", 0.95, LEAST),
    ("cold/check", "first check of a fresh process, from open to answer", "us", 50, MOST),
    ("cold/faults", "minor faults of that", "", 10, MOST),
    ("compile/time_ratio", "compiling, of sha256sum on the same files", "ratio", 2, MOST),
    ("compile/peak", "compiling, peak memory", "MiB", 48, MOST),
    ("compile/size_ratio", "snapshot, of the filters' total size", "ratio", 1.1, MOST),
    ("build/full_size_ratio", "full filter v4, of the bound", "ratio", 1.10, MOST),
    ("build/delta_size_ratio", "deltas v4, of their bound", "ratio", 1.85, MOST),
    # A third and a half of what Mozilla's builder (clubcard-crlite 0.6.2) took for the same input.
    ("build/full_scale_wall", "building from 300 million serials", "s", 31.9, MOST),
    ("build/full_scale_peak", "the same, peak memory", "MiB", 987, MOST),
]
