"""Small tables as the benchmarks measure them."""

import numpy as np
import pandas as pd


def peers_table():
    rows = []
    for library, rule, epoch, time, n_samples in [
        ("ours", "online", 2, 25, 60_000), ("ours", "online", 32, 35, 60_000),
        ("minisom", "online", 2, 6600, 300), ("minisom", "online", 32, 7000, 300),
        ("numbasom", "online, another kernel", 32, 1000, 300),
        ("ours", "batch", 32, 6, 60_000), ("fastersom", "batch", 32, 36, 60_000),
        ("torchsom", "mini-batch", 32, 900, 6000),
    ]:  # fmt: skip
        for number in range(3):
            for repeat in range(3):
                factor = (3 if repeat == 0 else 1) * (1 + 0.1 * number)
                rows.append(
                    {
                        "library": library, "version": "1.2", "rule": rule, "epoch": epoch,
                        "radius": 50 * 0.95 ** (epoch - 1), "n_samples": n_samples,
                        "round": number, "is_cold": repeat == 0,
                        "microseconds_per_sample": time * factor, "relative_difference": np.nan,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def schedule_table(epochs=(1, 30, 60, 90)):
    return pd.DataFrame(
        [
            {"epoch": epoch, "radius": 50 * 0.95**epoch, "form": form, "n_samples": n_samples,
             "round": number, "microseconds_per_sample": time + number}
            for epoch in epochs for number in range(3)
            for form, time, n_samples in [("as chosen", 20 + epoch / 9, 60_000),
                                          ("block", 60, 8192), ("products", 45, 2560)]
        ]
    )  # fmt: skip


def scaling_table():
    sizes = {"units": [100, 2500], "features": [49, 784], "samples": [1000]}
    return pd.DataFrame(
        [
            {"axis": axis, "value": value, "what": what, "round": number,
             "microseconds_per_sample": value / 50 + number,
             "n_units": value if axis == "units" else 2500,
             "n_features": value if axis == "features" else 784}
            for axis, values in sizes.items()
            for value in values for what in ("products", "block", "batch epoch")
            for number in range(3)
        ]
    )  # fmt: skip


def memory_table():
    points = [("units", value, value, 60_000, False) for value in (100, 2500, 90_000)]
    points += [
        ("samples", value, 2500, value, in_parts)
        for value in (10_000, 1_000_000) for in_parts in (False, True)
    ]  # fmt: skip
    return pd.DataFrame(
        [
            {"axis": axis, "value": value, "rule": rule, "in_parts": in_parts,
             "n_units": n_units, "n_features": 784, "n_samples": n_samples,
             "peak_bytes": 10**9 + factor * 784 * n_units + (1 - in_parts) * 784 * n_samples,
             "library_bytes": 600_000_000, "asked_bytes": 4 * 10**9 + 26_000 * n_units}
            for axis, value, n_units, n_samples, in_parts in points
            for rule, factor in [("online", 17), ("batch", 12)]
        ]
    )  # fmt: skip
