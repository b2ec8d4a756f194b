"""Which digits a classifier takes for which: counts, with the mistakes coloured."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from workflow.som.figures.drawing.style import N_DIGITS

COLOUR_MAP = "magma_r"
RIGHT_COLOUR = "#ececec"
# So that a single mistake is pale also where there are few.
LEAST_SCALE = 8


def confusion(predictions: pd.DataFrame) -> NDArray[np.int64]:
    """Return how often each label (rows) was predicted as each digit (columns), (10, 10).

    Examples
    --------
    >>> frame = pd.DataFrame({"label": [3, 3, 5], "prediction": [3, 5, 5]})
    >>> confusion(frame)[[3, 5]][:, [3, 5]]
    array([[1, 1],
           [0, 1]])
    """
    counts = np.zeros((N_DIGITS, N_DIGITS), np.int64)
    np.add.at(counts, (predictions["label"].to_numpy(), predictions["prediction"].to_numpy()), 1)
    return counts


def draw_classifier_confusion(figure: Figure, predictions: pd.DataFrame, *, model: str) -> None:
    """Draw the confusion matrix; only mistakes are coloured, so that they can be seen.

    Parameters
    ----------
    figure : Figure
    predictions : DataFrame
        With `label` and `prediction`.
    model : str
        What predicted, for the title.
    """
    ax = figure.add_subplot()
    counts = confusion(predictions)
    mistakes = np.where(np.eye(N_DIGITS, dtype=bool), 0, counts)
    ax.imshow(
        np.ma.masked_equal(mistakes, 0),
        cmap=COLOUR_MAP,
        vmin=0,
        vmax=max(mistakes.max(), LEAST_SCALE) * 1.2,
    )
    most = mistakes.max()
    for label, predicted in np.argwhere(counts > 0):
        count, right = counts[label, predicted], label == predicted
        if right:
            ax.axvspan(
                label - 0.5, label + 0.5, 1 - (label + 1) / N_DIGITS, 1 - label / N_DIGITS,
                color=RIGHT_COLOUR, linewidth=0,
            )  # fmt: skip
        dark = not right and count > 0.5 * max(most, LEAST_SCALE)
        ax.text(
            *(predicted, label, f"{count:,}"),
            ha="center", va="center_baseline", fontsize=7, color="white" if dark else "#202020",
        )  # fmt: skip
    wrong, total = int(mistakes.sum()), int(counts.sum())
    ax.set(
        xticks=range(N_DIGITS),
        yticks=range(N_DIGITS),
        xlabel="predicted digit",
        ylabel="true digit",
        title=f"{model}: {wrong:,} of {total:,} test images wrong",
    )
    recalls = np.diag(counts) / np.maximum(counts.sum(axis=1), 1)
    for digit, recall in enumerate(recalls):
        ax.text(
            9.7, digit, f"{recall:.1%}".replace("%", " %"), va="center_baseline", fontsize=7,
            color="#505050",
        )  # fmt: skip
    ax.text(9.7, -0.75, "right", va="bottom", fontsize=7, color="#505050")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
