"""Each form runs where it should and equals the plain loop; the virtual form stops in time."""

import logging

import numpy as np
import pytest
import torch

from workflow.som.engine.axes import principal_axes
from workflow.som.engine.online import forms, lazy, lazy_scan
from workflow.som.engine.online.forms import choose_block_size, choose_form
from workflow.som.engine.online.rule import steps_of, train_epoch, train_epoch_plainly
from workflow.som.engine.online.virtual import TOLERANCES, choose_virtual_units
from workflow.som.model.kernels import neighbourhood, neighbourhood_by_offset
from workflow.som.model.lattice import ByOffset, Lattice


def relative_error(found, expected):
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)


def digits_like(n_samples, n_features=30, seed=0):
    """Return samples around ten centres, like images of ten classes."""
    generator = np.random.default_rng(seed)
    centres = generator.random((10, n_features))
    noise = 0.1 * generator.standard_normal((n_samples, n_features))
    return (centres[generator.integers(0, 10, n_samples)] + noise).astype(np.float32)


def trained(samples, lattice, *radii):
    """Return a codebook after an epoch at each of the radii, by the plain rule."""
    codebook = np.random.default_rng(0).random((lattice.n_units, samples.shape[1]), np.float32)
    order = np.arange(len(samples))
    for radius in radii:
        codebook = train_epoch_plainly(
            codebook, samples, order, neighbourhood(lattice, radius), 0.3
        )
    return codebook


@pytest.fixture
def spans(monkeypatch):
    """Note the number of virtual units (None: all units) and the samples of each stretch."""
    noted, train_blocks = [], forms.train_blocks

    def spy(state, steps, presented, starts, threads, winners, virtual):
        noted.append((len(virtual.nodes) if virtual else None, starts.start, starts.stop))
        return train_blocks(state, steps, presented, starts, threads, winners, virtual)

    monkeypatch.setattr(forms, "train_blocks", spy)
    return noted


@pytest.mark.parametrize("shape", [(30, 30), (12, 75), (1, 400)])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_virtual_units_carry_a_smooth_codebook(shape, precision, spans):
    lattice, samples = Lattice("block", shape), digits_like(700)
    radius = 0.8 * max(shape)
    codebook = trained(samples[:300], lattice, radius)
    order, eta = np.random.default_rng(1).permutation(700), neighbourhood(lattice, radius)
    expected = train_epoch_plainly(codebook, samples, order, eta, 0.3)
    found = train_epoch(
        codebook, samples, order, eta, 0.3, shape=shape, precision=precision, block_size=64
    )
    n_nodes, _, stop = spans[-1]
    assert n_nodes is not None
    assert n_nodes < lattice.n_units / 2
    assert stop == 700
    assert relative_error(found, expected) < (1e-6 if precision == "float32" else 1e-7)


def test_a_random_codebook_is_carried_by_all_units_until_it_is_smooth(spans):
    lattice, samples = Lattice("square", (30, 30)), digits_like(2000)
    codebook, order = trained(samples, lattice), np.random.default_rng(1).permutation(2000)
    eta = neighbourhood(lattice, 30.0)
    found = train_epoch(codebook, samples, order, eta, 0.5, shape=(30, 30))
    assert relative_error(found, train_epoch_plainly(codebook, samples, order, eta, 0.5)) < 1e-6
    assert spans[0] == (None, 0, forms.FIRST_LOOK)
    assert spans[-1][0] is not None
    assert [span[1] for span in spans[1:]] == [span[2] for span in spans[:-1]]
    assert spans[-1][2] == 2000


def test_a_codebook_that_grows_rough_is_trained_again_by_all_units(spans, caplog):
    """The codebook is smooth from a large radius, but the epoch's radius is far smaller."""
    lattice, samples = Lattice("square", (30, 30)), digits_like(600)
    codebook, order = trained(samples, lattice, 25.0), np.arange(600)
    eta, counted = neighbourhood(lattice, 4.0), []
    with caplog.at_level(logging.DEBUG):
        found = train_epoch(
            codebook, samples, order, eta, 0.3, shape=(30, 30), report=counted.append
        )
    assert relative_error(found, train_epoch_plainly(codebook, samples, order, eta, 0.3)) < 1e-6
    assert [span[0] is None for span in spans] == [False, True]
    assert spans[0][1:] == spans[1][1:] == (0, 600)
    assert "again by all units" in caplog.text
    assert sum(counted) == 600


@pytest.mark.parametrize("shape", [(8, 8), (30, 30), (3, 50), (50,), (6, 7, 8)])
def test_interpolation_reproduces_polynomials_and_its_nodes(shape):
    generator = np.random.default_rng(0)
    places = [np.linspace(-1, 1, n) for n in shape]
    grid = np.stack(np.meshgrid(*places, indexing="ij"), axis=-1).reshape(-1, len(shape))
    terms = [np.ones(len(grid)), *grid.T, *np.square(grid).T]
    values = torch.from_numpy(generator.standard_normal((5, len(terms))) @ np.array(terms))
    virtual = choose_virtual_units(values.T.contiguous(), shape)
    assert virtual is not None
    torch.testing.assert_close(virtual.interpolate(values[:, virtual.nodes]), values)
    expanded = virtual.expand(values.T[virtual.nodes])
    torch.testing.assert_close(expanded, values.T)
    assert set(virtual.witnesses.tolist()).isdisjoint(virtual.nodes.tolist())


def test_a_rough_codebook_has_no_virtual_units():
    rough = torch.from_numpy(np.random.default_rng(0).random((900, 10), np.float32))
    assert choose_virtual_units(rough, (30, 30)) is None
    assert choose_virtual_units(rough.double(), (30, 30)) is None
    assert set(TOLERANCES) == {torch.float32, torch.float64}


@pytest.mark.parametrize("radius", [0.4, 0.8, 1.2])
@pytest.mark.parametrize("learning_rate", [0.01, 0.5, 0.999])
def test_the_lazy_form_runs_for_small_radii_and_is_the_plain_rule(radius, learning_rate, spans):
    lattice, samples = Lattice("square", (40, 40)), digits_like(500)
    codebook, order = trained(samples, lattice, 20.0, 5.0), np.arange(500)
    eta = neighbourhood(lattice, radius)
    expected = train_epoch_plainly(codebook, samples, order, eta, learning_rate)
    found = train_epoch(codebook, samples, order, eta, learning_rate, precision="float64")
    assert spans == [], "the lazy form has no blocks of that kind"
    # Both round to float32 at the end.
    assert relative_error(found, expected) < 1e-7
    single = train_epoch(codebook, samples, order, eta, learning_rate)
    assert relative_error(single, expected) < 1e-6


def test_more_updates_than_can_be_noted_for_a_unit():
    """One sample again and again: its winner is updated in every step of a block."""
    lattice, samples = Lattice("square", (10, 10)), digits_like(20)
    codebook, order = trained(samples, lattice, 3.0), np.repeat([3, 4], 200)
    eta = neighbourhood(lattice, 0.7)
    assert len(order) > 2 * lazy.N_PLACES
    found = train_epoch(codebook, samples, order, eta, 0.1, form="lazy")
    assert relative_error(found, train_epoch_plainly(codebook, samples, order, eta, 0.1)) < 1e-6


def test_what_the_lazy_form_leaves_out_is_within_the_bound_that_it_states(monkeypatch):
    lattice, samples = Lattice("square", (40, 40)), digits_like(400)
    codebook, order = trained(samples, lattice, 20.0, 5.0), np.arange(400)
    steps = 0.05 * neighbourhood(lattice, 1.5)
    options = {"precision": "float64", "shape": (40, 40)}
    exact = train_epoch(codebook, samples, order, steps, 1.0, form="block", **options)
    # Leave out so much that the effect is larger than float32's rounding.
    monkeypatch.setattr(lazy, "NEGLIGIBLE", {torch.float64: 1e-6})
    found = train_epoch(codebook, samples, order, steps, 1.0, form="lazy", **options)
    left_out = steps[steps <= 1e-6].max()
    bound = 400 * left_out * max(np.ptp(samples), np.ptp(codebook))
    assert 1e-7 < np.abs(found - exact).max() < bound < 1e-3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lazy_bounds_are_below_and_drift_above_what_they_bound(dtype):
    lattice = Lattice("square", (20, 20))
    samples = digits_like(300, 80).astype(dtype)
    codebook = trained(samples.astype(np.float32), lattice, 8.0, 2.0).astype(dtype)
    state = torch.from_numpy(codebook.copy())
    steps = steps_of(neighbourhood_by_offset(lattice, 1.5), 0.3, codebook.dtype.name)
    axes = principal_axes(state, 16)
    units = lazy.LazyUnits(state, steps, axes, 64)
    block = lazy.make_ready(torch.from_numpy(samples[:64]), axes)
    for part in units.parts:
        units.settle(part, block, block)
    squares = np.square(samples[:64, None].astype(float) - codebook.astype(float)).sum(axis=2)
    assert (units.bounds.of_units <= squares).all()
    assert (units.bounds.of_units > 0.3 * squares - 0.1).mean() > 0.9
    units.scan(block, np.empty(64, np.int32))
    pending = units.pending
    for j in range(400):
        noted = pending.samples[j], pending.sizes[j], pending.counts[j]
        lazy_scan._catch_up(units.units.vectors[j], samples[:64], *noted)
    moved = np.linalg.norm(state.numpy() - codebook, axis=1)
    assert (moved <= units.units.drift * (1 + 1e-6)).all()
    assert moved.max() > 0


@pytest.mark.parametrize(
    ("radius", "form"), [(50.0, "virtual"), (10.0, "virtual"), (3.5, "virtual"), (2.0, "lazy")]
)
def test_the_form_follows_from_the_radius_alone(radius, form):
    lattice = Lattice("square", (50, 50))
    steps = steps_of(neighbourhood_by_offset(lattice, radius), 0.05, "float32")
    assert choose_form(steps) == form
    table = steps.table()
    assert lazy.share_of_steps(steps) == (table > lazy.NEGLIGIBLE[torch.float32]).mean()
    assert choose_form(ByOffset.of_table(table)) == form
    assert choose_form(ByOffset.of_table(table[:10, :10])) == "block"


@pytest.mark.parametrize("form", ["block", "virtual", "lazy"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_number_of_threads_changes_no_bit_of_any_form(form, precision):
    lattice, samples = Lattice("square", (25, 25)), digits_like(600)
    codebook = trained(samples[:200], lattice, 20.0)
    eta = neighbourhood(lattice, 1.5 if form == "lazy" else 20.0)
    results = [
        train_epoch(
            codebook, samples, np.arange(600), eta, 0.2, shape=(25, 25), precision=precision,
            form=form, threads=threads,
        ).tobytes()
        for threads in (1, 2, 3)
    ]  # fmt: skip
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("form", ["block", "virtual", "lazy"])
def test_winners_are_noted_in_the_order_of_presentation(form):
    lattice, samples = Lattice("square", (25, 25)), digits_like(300)
    codebook, order = trained(samples, lattice, 20.0), np.random.default_rng(3).permutation(300)
    eta = neighbourhood(lattice, 20.0)
    found, expected = np.empty(300, np.int32), []
    train_epoch(codebook, samples, order, eta, 0.2, precision="float64", shape=(25, 25),
                form=form, winners=found)  # fmt: skip
    state = codebook.astype(float)
    for x in samples[order].astype(float):
        bmu = np.square(x - state).sum(axis=1).argmin()
        state += 0.2 * eta[bmu][:, None] * (x - state)
        expected.append(bmu)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("form", ["block", "virtual", "lazy"])
def test_float64_gives_the_same_bits_in_blocks_of_any_size(form):
    lattice, samples = Lattice("square", (25, 25)), digits_like(600)
    codebook = trained(samples[:200], lattice, 20.0)
    eta = neighbourhood(lattice, 1.5 if form == "lazy" else 20.0)
    results = [
        train_epoch(
            codebook, samples, np.arange(600), eta, 0.2, shape=(25, 25), precision="float64",
            form=form, block_size=block_size,
        )
        for block_size in (16, 64, 100)
    ]  # fmt: skip
    for result in results[1:]:
        # The states agree to 10⁻¹⁴; rounded to float32, a few last bits may differ.
        assert (result != results[0]).mean() < 1e-4
        np.testing.assert_allclose(result, results[0], rtol=2e-7, atol=1e-12)


def test_a_block_fits_the_cache(monkeypatch):
    monkeypatch.setattr(forms, "_cache_bytes", lambda: 2**20)
    assert choose_block_size(2500, 784, 4) == 64
    assert choose_block_size(2500, 784, 8) == 32
    assert choose_block_size(100, 784, 4) == 128
    assert choose_block_size(40_000, 784, 4) == 16


@pytest.mark.parametrize(
    "lattice",
    [
        Lattice("square", (9, 11)),
        Lattice("hexagonal", (9, 11)),
        Lattice("torus", (8, 11)),
        Lattice("hexagonal_torus", (8, 11)),
        Lattice("line", (90,)),
        Lattice("ring", (90,)),
        Lattice("block", (3, 4, 2, 4)),
    ],
    ids=lambda one: one.topology,
)
@pytest.mark.parametrize(
    ("kernel", "form"),
    # The lazy form never runs with a kernel that pushes units away.
    [
        (kernel, form)
        for kernel in ("gaussian", "cut_gaussian", "bubble", "mexican_hat")
        for form in ("block", "eager", *(["lazy"] if kernel != "mexican_hat" else []))
    ],
)
def test_steps_by_offset_give_the_bits_of_a_table_of_all_pairs(lattice, kernel, form):
    samples, order = digits_like(300), np.random.default_rng(3).permutation(300)
    codebook = np.random.default_rng(4).random((lattice.n_units, 30), np.float32)
    found, expected = (
        train_epoch(codebook, samples, order, make(lattice, 1.5, kernel), 0.3, form=form)
        for make in (neighbourhood_by_offset, neighbourhood)
    )
    np.testing.assert_array_equal(found, expected)
