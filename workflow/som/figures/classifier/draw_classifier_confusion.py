"""Which digits a classifier takes for which: counts, with the mistakes coloured."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...classifier.mistakes import Confusion
from ..drawing.style import write_title

COLOUR_MAP = "magma_r"
RIGHT_COLOUR = "#ececec"
# So that a single mistake is pale also where there are few.
LEAST_SCALE = 8


def draw_classifier_confusion(figure: Figure, confusion: Confusion, *, model: str) -> None:
    """Draw the confusion matrix; only mistakes are coloured, so that they can be seen.

    Parameters
    ----------
    figure : Figure
    confusion : Confusion
    model : str
        What predicted, for the title.
    """
    ax = figure.add_subplot()
    counts, n_digits = confusion.counts, len(confusion.counts)
    mistakes = np.where(np.eye(n_digits, dtype=bool), 0, counts)
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
                label - 0.5, label + 0.5, 1 - (label + 1) / n_digits, 1 - label / n_digits,
                color=RIGHT_COLOUR, linewidth=0,
            )  # fmt: skip
        dark = not right and count > 0.5 * max(most, LEAST_SCALE)
        ax.text(
            *(predicted, label, f"{count:,}"),
            ha="center", va="center_baseline", fontsize=7, color="white" if dark else "#202020",
        )  # fmt: skip
    wrong, total = int(mistakes.sum()), int(counts.sum())
    ax.set(
        xticks=range(n_digits),
        yticks=range(n_digits),
        xlabel="predicted digit",
        ylabel="true digit",
    )
    title = f"{model}: {_finding(mistakes, wrong, total)}"
    write_title(figure, title)
    for digit, recall in enumerate(confusion.recalls):
        ax.text(
            n_digits - 0.3, digit, f"{recall:.1%}".replace("%", " %"), va="center_baseline",
            fontsize=7, color="#505050",
        )  # fmt: skip
    ax.text(n_digits - 0.3, -0.75, "right", va="bottom", fontsize=7, color="#505050")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _finding(mistakes: NDArray[np.integer], wrong: int, total: int) -> str:
    """Return how many images are named wrongly, and the commonest mistake."""
    text = f"{wrong:,} of {total:,} test images wrong"
    if not wrong:
        return text
    label, predicted = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return f"{text}, most often {label} taken for {predicted} ({mistakes.max():,})"
