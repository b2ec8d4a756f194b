"""Laws of the schedule, and where the article's ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.som.schedule import exponential_decay

initials = st.floats(1e-3, 1e3)
decays = st.floats(0.5, 1.0)


@given(initials, decays)
def test_the_first_epoch_uses_the_initial_value(initial, decay):
    assert exponential_decay(initial, decay, 1) == initial


@given(initials, decays, st.integers(1, 200))
def test_each_epoch_multiplies_by_the_decay(initial, decay, epoch):
    before = exponential_decay(initial, decay, epoch)
    assert exponential_decay(initial, decay, epoch + 1) == pytest.approx(before * decay, rel=1e-9)


@given(initials, st.integers(1, 200))
def test_a_decay_of_one_is_constant(initial, epoch):
    assert exponential_decay(initial, 1.0, epoch) == initial


def test_the_article_stops_after_the_last_epoch_whose_radius_reaches_half_a_step():
    radii = [exponential_decay(50.0, 0.95, epoch) for epoch in range(1, 100)]
    assert sum(radius >= 0.5 for radius in radii) == 90
