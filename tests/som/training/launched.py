"""Trains in several processes, as the script of the training rule does.

Usage: launched.py SETTINGS PROCESSES TASKS
"""

import json
import sys
from pathlib import Path

from workflow.som.files.errors import SomError
from workflow.som.training.launch import train_in_processes

SCRIPT = Path(__file__).parents[3] / "workflow" / "scripts" / "training" / "train_share.py"

if __name__ == "__main__":
    settings = json.loads(Path(sys.argv[1]).read_text())
    script = Path(settings.pop("script", SCRIPT))
    try:
        train_in_processes(script, settings, processes=int(sys.argv[2]), tasks=int(sys.argv[3]))
    except SomError as error:
        sys.exit(f"Error: {error}")
