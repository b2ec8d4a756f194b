"""Join the tables of all feature sets, and place the best map model's predictions on the map."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from workflow.som.classifier.scores import best_of_map, best_predictions
from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_table, write_table


def main(
    parts: Sequence[Path],
    predicted: Sequence[Path],
    curves: Sequence[Path],
    activations: Path,
    scores: Path,
    predictions: Path,
    learning_curve: Path,
) -> None:
    """Read the parts; write the scores, the predictions of the best map model, and the curve."""
    tables = [read_table(path) for path in parts]
    metadata = tables[0].metadata
    kept = {key: metadata[key] for key in ("experiment", "dataset", "seed", "epoch", "lattice")}
    rows = pd.concat([table.frame for table in tables], ignore_index=True)
    write_table(scores, rows, kept, kind="scores")
    curve = pd.concat([read_table(path).frame for path in curves], ignore_index=True)
    write_table(learning_curve, curve, kept, kind="learning_curve")
    best = best_of_map(rows)
    frame = best_predictions(
        pd.concat([read_table(path).frame for path in predicted], ignore_index=True),
        read_table(activations).frame,
        best,
    )
    chosen = {"features": str(best["features"]), "head": str(best["head"])}
    write_table(predictions, frame, kept | chosen, kind="predictions")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        parts=[Path(path) for path in snakemake.input.scores],
        predicted=[Path(path) for path in snakemake.input.predictions],
        curves=[Path(path) for path in snakemake.input.curves],
        activations=Path(snakemake.input.activations),
        scores=Path(snakemake.output.scores),
        predictions=Path(snakemake.output.predictions),
        learning_curve=Path(snakemake.output.learning_curve),
    )
