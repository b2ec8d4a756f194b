"""The measured memory next to its floors and to what was predicted, as the figure shows it."""

import pandas as pd

from ..data.datasets import MOST_IN_MEMORY
from ..training.memory import bytes_of_training

FLOAT32, GIGABYTE = 4, 1e9
# What was measured, and what is drawn beside it.
MEASURED = ("online", "batch", "online, in parts", "batch, in parts")
FLOOR, LIBRARY, PREDICTED, ASKED = "floor", "library", "predicted", "asked"


def memory_curves(measurements: pd.DataFrame) -> pd.DataFrame:
    """Return one row per axis, value and curve, with the peak memory in gigabytes.

    The curves are the `MEASURED` ones, with the samples in memory or read in parts, and

    - "floor": the codebook in float32 and the samples as bytes;
    - "library": a process that only imports what training imports;
    - "predicted": the library, the samples as bytes, and `training.memory.bytes_of_training`;
    - "asked": what a training job asks for.

    Parameters
    ----------
    measurements : DataFrame
        As in `memory.parquet`.

    Returns
    -------
    DataFrame
        `axis`, `value`, `curve`, `gigabytes`, `n_units`, `n_features`, `n_samples`.
    """
    in_parts = measurements["in_parts"].astype(bool)
    codebooks = FLOAT32 * measurements["n_units"] * measurements["n_features"]
    samples = measurements["n_samples"] * measurements["n_features"]
    of_map = [
        bytes_of_training(n_units, n_features)
        for n_units, n_features in zip(
            measurements["n_units"], measurements["n_features"], strict=True
        )
    ]
    bytes_of = {
        FLOOR: codebooks + samples,
        LIBRARY: measurements["library_bytes"],
        PREDICTED: measurements["library_bytes"] + samples + of_map,
        ASKED: measurements["asked_bytes"],
    }
    names = measurements["rule"].where(~in_parts, measurements["rule"] + ", in parts")
    parts = [measurements.assign(curve=names, bytes=measurements["peak_bytes"])]
    parts += [measurements.assign(curve=curve, bytes=value) for curve, value in bytes_of.items()]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(gigabytes=rows["bytes"] / GIGABYTE)
    kept = ["axis", "value", "curve", "gigabytes", "n_units", "n_features", "n_samples"]
    return rows[kept].drop_duplicates(["axis", "value", "curve"], ignore_index=True)


def most_samples_in_memory(measurements: pd.DataFrame) -> int | None:
    """Return the number of samples above which a run reads them in parts; None without any."""
    of_samples = measurements[measurements["axis"] == "samples"]
    return None if of_samples.empty else MOST_IN_MEMORY // int(of_samples["n_features"].iloc[0])


def memory_finding(measurements: pd.DataFrame) -> str:
    """Return the memory of the largest map, and that of the most samples, in a sentence.

    Parameters
    ----------
    measurements : DataFrame
        As in `memory.parquet`.
    """
    said = []
    of_units = measurements[measurements["axis"] == "units"]
    if len(of_units):
        row = of_units.loc[of_units.sort_values(["value", "peak_bytes"]).index[-1]]
        times = row["peak_bytes"] / (FLOAT32 * row["n_units"] * row["n_features"])
        said.append(
            f"{row['n_units']:,} units take {_gigabytes(row['peak_bytes'])}, {times:.2g} times "
            "their codebook"
        )
    of_samples = measurements[measurements["axis"] == "samples"]
    if len(of_samples):
        most = of_samples[of_samples["value"] == of_samples["value"].max()]
        peaks = most.groupby("in_parts")["peak_bytes"].max()
        ways = {False: "in memory", True: "read in parts"}
        ends = [f"{_gigabytes(peaks[key])} {ways[bool(key)]}" for key in peaks.index]
        said.append(f"{most['n_samples'].iloc[0]:,} samples take {' and '.join(ends)}")
    return "; ".join(said) or "Nothing was measured"


def _gigabytes(n_bytes: float) -> str:
    return f"{n_bytes / GIGABYTE:.2g} GB"
