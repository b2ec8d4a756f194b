"""Any value of any key is accepted if config/README.md allows it; else one sentence refuses it."""

import math
import re
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.som.config.configurations import DEFAULTS, config_with, read, refusal
from workflow.som.config.refusals import shown


def with_scalars(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), strategy)


ANYTHING = st.recursive(
    with_scalars(st.dates()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NEAR_NUMBERS = st.one_of(
    st.integers(-3, 45000),
    st.floats(-0.5, 1100.0),
    st.sampled_from([0, 1, 19, 20, 999, 1000, 1001, 2**31 - 1, 2**31, 1e-3, 1.0, 90.0]),
)
NEAR_WORDS = st.sampled_from(
    ["90", "1e-3", "square", "Square", "hexagonal", "online", "batch", "random", "pca", "float32"]
    + ["ring", "block", "bubble", "printed", "linear", "to_final"]
    + ["float64", "float16", "auto", "cpu", "cuda", "mps", "gpu", "mnist", "MNIST", "minst", ""]
)
NEAR_LISTS = st.lists(NEAR_NUMBERS | st.booleans() | NEAR_WORDS, max_size=4)
VALUES = st.one_of(ANYTHING, NEAR_NUMBERS, NEAR_WORDS, NEAR_LISTS)


def is_integer(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def is_real(value: Any, most: float) -> bool:
    return type(value) in (int, float) and 0 < value <= most


def is_allowed(key: str, value: Any) -> bool:
    """Return whether config/README.md allows a value, if the other keys are as in the article."""
    words = {
        # The topologies for a shape of two lengths.
        "topology": ["square", "hexagonal", "torus", "hexagonal_torus", "block"],
        "kernel": ["gaussian", "cut_gaussian", "bubble", "mexican_hat", "printed"],
        "rule": ["online", "batch"],
        "initialisation": ["random", "sample", "pca"],
        "schedule": ["exponential", "to_final", "linear"],
        "precision": ["float32", "float64"],
        "device": ["auto", "cpu", "cuda", "mps"],
    }
    if key in words:
        return isinstance(value, str) and value in words[key]
    if key == "dataset":
        known = ["mnist", "fashionmnist", "kmnist", "emnistdigits", "qmnist", "mnist5000"]
        return isinstance(value, str) and re.sub(r"[\s_-]", "", value).lower() in known
    if key == "seeds":
        integers = isinstance(value, list) and all(is_integer(seed, 0, 2**31 - 1) for seed in value)
        return integers and 1 <= len(value) <= 1000 and len(set(value)) == len(value)
    if key == "shape":
        if value == "auto":
            return True
        lengths = isinstance(value, list) and all(is_integer(n, 1, 40000) for n in value)
        if not lengths or len(value) != 2:
            return False
        return value[0] * value[1] <= 100000 and 10 * math.hypot(*value) >= 50.0
    if key == "processes":  # The article's rule is the online one.
        return is_integer(value, 1, 1)
    if key in ("initialisation_seed", "order_seed"):
        return value is None or is_integer(value, 0, 2**31 - 1)
    if key == "final_learning_rate":
        return is_real(value, 1.0)
    if key == "final_radius":
        return is_real(value, 400000) and value >= 0.001
    if key in ("learning_rate", "decay"):
        smallest = (1e-100 / 50.0) ** (1 / 89) if key == "decay" else 0.0
        return is_real(value, 1.0) and value >= smallest
    if key == "radius":
        is_far_enough = is_real(value, 10 * math.hypot(50, 50)) and value * 0.95**89 >= 1e-100
        return value in (None, "auto") or is_far_enough
    least, most = {"permutations": (20, 100000)}.get(key, (1, 999))
    return is_integer(value, least, most)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(sorted(DEFAULTS)), VALUES)
@example("epochs", 90.0)
@example("epochs", True)
@example("seeds", [0, False])
@example("radius", math.nan)
@example("radius", math.inf)
@example("learning_rate", 10**400)
@example("decay", 5e-324)
def test_a_value_is_accepted_just_if_the_readme_allows_it(key: str, value: Any) -> None:
    config = config_with({key: value})
    if is_allowed(key, value):
        assert read(config)
    else:
        assert key in refusal(config)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(DEFAULTS)), VALUES)
def test_a_wrong_default_is_refused_as_well(key: str, value: Any) -> None:
    config = config_with(defaults=DEFAULTS | {key: value})
    if is_allowed(key, value):
        assert read(config)
    else:
        assert key in refusal(config)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(config_with())) | st.text(), ANYTHING) | ANYTHING)
def test_nonsense_is_refused_in_one_sentence(config: Any) -> None:
    assert refusal(config)


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_any_value_is_shown_on_one_short_line(value: Any) -> None:
    assert shown(value).isprintable()
    assert 0 < len(shown(value)) < 400
