"""The examples in the library's README run, one after the other."""

import re
import sys

import numpy as np

import workflow.som
from tests.project import ROOT

README = (ROOT / "workflow/som/README.md").read_text(encoding="utf-8")


def test_examples_run(finished, monkeypatch):
    monkeypatch.setitem(sys.modules, "som", workflow.som)
    monkeypatch.chdir(finished.folder)
    examples = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len(examples) == 3
    names = {}
    for example in examples:
        exec(example, names)
    assert names["model"].score(names["X_test"], names["y_test"]) > 0.9
    np.testing.assert_array_equal(names["som"].predict(names["images"]).shape, (3,))
