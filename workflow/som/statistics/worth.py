"""What a share of single-digit units is worth: how it depends on the images shown, and controls.

A unit that few images hit recognises "one digit" by chance, so the share depends on how many images
are shown and means something only next to a null, other sets and codebooks without a map.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .hits import count_hits
from .purity import label_accuracy, permuted_single_digit_units


def measure_shares(
    bmus: NDArray[np.integer],
    labels: NDArray[np.integer],
    n_units: int,
    *,
    sizes: Sequence[int],
    draws: int,
    permutations: int,
    seed: int,
    report: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """Count single-digit units when only some of the samples are shown.

    Parameters
    ----------
    bmus, labels : integer arrays of shape (n_samples,)
    n_units : int
    sizes : sequence of int
        Numbers of samples to show. Those of `n_samples` or more are left out; all samples, which
        can be drawn in one way only, are always the last size.
    draws : int
        Random subsets per size: the same for every codebook, given the same seed.
    permutations, seed : int
        Of each null: labels permuted at fixed hits.
    report : callable, optional
        Called with 1 after each draw.

    Returns
    -------
    DataFrame
        One row per size and draw: `n_images`, `draw`, `hits_per_unit` (expected: n_images /
        n_units), `active_units`, `single_digit_units`, its `share_of_all` and `share_of_active`
        units, and `null_mean`, `null_low`, `null_high`, single-digit units by chance.
    """
    rows = []
    for size in [*sorted(size for size in sizes if size < len(labels)), len(labels)]:
        for draw in range(draws if size < len(labels) else 1):
            generator = np.random.default_rng([seed, 3, size, draw])
            shown = generator.choice(len(labels), size, replace=False)
            null_seed = int(generator.integers(2**31))
            rows.append(
                {"n_images": size, "draw": draw, "hits_per_unit": size / n_units}
                | _shares(bmus[shown], labels[shown], n_units, permutations, null_seed)
            )
            if report:
                report(1)
    return pd.DataFrame(rows)


def _shares(
    bmus: NDArray[np.integer],
    labels: NDArray[np.integer],
    n_units: int,
    permutations: int,
    seed: int,
) -> dict[str, Any]:
    n_digits = np.count_nonzero(count_hits(bmus, labels, n_units), axis=1)
    active, single = int((n_digits > 0).sum()), int((n_digits == 1).sum())
    null = permuted_single_digit_units(bmus, labels, n_units, permutations=permutations, seed=seed)
    return {
        "active_units": active,
        "single_digit_units": single,
        "share_of_all": single / n_units,
        "share_of_active": single / active,
        "null_mean": null.mean,
        "null_low": null.low,
        "null_high": null.high,
    }


def measure_worth(
    codebook: str,
    mapped: pd.DataFrame,
    n_units: int,
    *,
    sizes: Mapping[str, Sequence[int]],
    draws: int,
    permutations: int,
    seed: int,
    report: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """Measure one codebook on both sets: the shares, and where a set is whole its label accuracy.

    Parameters
    ----------
    codebook : str
        Its name, for the column `codebook`.
    mapped : DataFrame
        `set` (test or training), `label` and `bmu` of every sample.
    sizes : mapping
        Numbers of samples to show, of each set.
    n_units, draws, permutations, seed, report
        As in `measure_shares`.

    Returns
    -------
    DataFrame
        `codebook`, `set`, the columns of `measure_shares`, and `label_accuracy`: each unit labelled
        by the majority of all training samples. On the training set these labels were seen, so
        there it is the purity. It measures learning on the test set only.
    """
    sets = {str(name): frame for name, frame in mapped.groupby("set")}
    bmus = {name: frame["bmu"].to_numpy() for name, frame in sets.items()}
    labels = {name: frame["label"].to_numpy() for name, frame in sets.items()}
    training_counts = count_hits(bmus["training"], labels["training"], n_units)
    tables = []
    for name in sets:
        table = measure_shares(
            bmus[name], labels[name], n_units, sizes=sizes[name], draws=draws,
            permutations=permutations, seed=seed, report=report,
        )  # fmt: skip
        accuracy = label_accuracy(training_counts, bmus[name], labels[name])
        whole = table["n_images"] == len(labels[name])
        table["label_accuracy"] = pd.array(np.where(whole, accuracy, np.nan), dtype="Float64")
        tables.append(table.assign(codebook=codebook, set=name))
    frame = pd.concat(tables, ignore_index=True)
    return frame[["codebook", "set", *frame.columns.drop(["codebook", "set"])]]
