"""A small table as `measure_worth` makes it."""

import numpy as np
import pandas as pd

ACCURACIES = {"map": 0.94, "k_means": 0.95, "untrained": 0.3}


def worth(codebooks=tuple(ACCURACIES)):
    """Two draws of 50 and the whole of 100 test images, and 400 training images, on 100 units."""
    rows = []
    for codebook in codebooks:
        for name, size, draws in [("test", 50, 2), ("test", 100, 1), ("training", 400, 1)]:
            for draw in range(draws):
                active, single = size // 5 + 2 * draw, size // 10 + 4 * draw
                rows.append(
                    {"codebook": codebook, "set": name, "n_images": size, "draw": draw,
                     "hits_per_unit": size / 100, "active_units": active,
                     "single_digit_units": single, "share_of_all": single / 100,
                     "share_of_active": single / active, "null_mean": 3.0, "null_low": 2.0,
                     "null_high": 4.0,
                     "label_accuracy": np.nan if size == 50 else ACCURACIES.get(codebook, 0.9)}
                )  # fmt: skip
    return pd.DataFrame(rows).astype({"label_accuracy": "Float64"})
