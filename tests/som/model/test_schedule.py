"""Laws of the schedules, and the end of the article's schedule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.som.model.schedule import SCHEDULES, Schedule, exponential_decay

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


def schedule_of(kind, epochs=9):
    return Schedule(kind, 0.5, 50.0, 0.95, 0.01, 0.5, epochs)


@pytest.mark.parametrize("kind", SCHEDULES)
def test_every_schedule_starts_at_the_initial_values_and_never_rises(kind):
    schedule = schedule_of(kind)
    assert (schedule.learning_rate(1), schedule.radius(1)) == (0.5, 50.0)
    for value in (schedule.learning_rate, schedule.radius):
        values = [value(epoch) for epoch in range(1, 10)]
        assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("kind", ["to_final", "linear"])
def test_schedules_with_an_end_end_there(kind):
    schedule = schedule_of(kind)
    assert schedule.learning_rate(9) == pytest.approx(0.01)
    assert schedule.radius(9) == pytest.approx(0.5)
    assert schedule_of(kind, 1).radius(1) == 50.0


def test_linear_falls_by_equal_steps_and_to_final_by_equal_factors():
    line, curve = ([schedule_of(kind).radius(e) for e in range(1, 10)] for kind in SCHEDULES[:0:-1])
    steps = [before - after for before, after in zip(line, line[1:], strict=False)]
    factors = [after / before for before, after in zip(curve, curve[1:], strict=False)]
    assert steps == pytest.approx([49.5 / 8] * 8)
    assert factors == pytest.approx([0.01 ** (1 / 8)] * 8)


def test_only_a_schedule_with_an_end_depends_on_how_many_epochs_there_are():
    for kind in SCHEDULES:
        same = schedule_of(kind, 9).radius(5) == schedule_of(kind, 90).radius(5)
        assert same == (kind == "exponential")
