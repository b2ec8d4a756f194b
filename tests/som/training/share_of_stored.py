"""train_share.py for samples that stay in their file, however few they are."""

import runpy
from pathlib import Path

from workflow.som.data import datasets

SCRIPT = Path(__file__).parents[3] / "workflow" / "scripts" / "training" / "train_share.py"

if __name__ == "__main__":
    datasets.MOST_IN_MEMORY = -1
    runpy.run_path(str(SCRIPT), run_name="__main__")
