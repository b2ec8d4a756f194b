"""Bad configurations: refused before any job, in one sentence that names the key."""

import math

import pytest
import yaml
from hypothesis import strategies as st

from tests.faults.configurations import (
    BAD,
    NUMBERS,
    TEXT,
    Changed,
    at,
    read,
    refusal,
    schema_of,
    try_out,
)
from workflow.som.config.yaml_text import check_config_file


def test_bad_configurations_are_refused_with_the_key_named(fault_seed, how_many):
    def check(case):
        config, key = case
        message = refusal(read, config)
        assert message.startswith("config: ")
        assert key in message, message

    try_out(check, BAD, fault_seed, how_many(500, 5000))


@st.composite
def good_configurations(draw):
    """Values at the bounds that the schema allows, in an experiment without contradictions."""
    shapes = {
        "ring": [1],
        "line": [40000],
        "square": [200, 200],
        "hexagonal": [1, 40000],
        "torus": [2, 1],
        "hexagonal_torus": [2, 20000],
        "block": draw(st.sampled_from([[1], [1] * 8, [40000], [2] * 8, [34, 34, 34]])),
    }
    topology = draw(st.sampled_from(sorted(shapes)))
    shape = shapes[topology]
    radius = min(draw(st.floats(0.5, 1.0)) * 10 * math.hypot(*shape), 400_000.0)
    rule = draw(st.sampled_from(["online", "batch"]))
    kernels = ["gaussian", "cut_gaussian", "bubble"] + ["mexican_hat", "printed"] * (
        rule == "online"
    )
    own = {
        "topology": topology,
        "shape": shape,
        "radius": radius,
        "rule": rule,
        "kernel": draw(st.sampled_from(kernels)),
        "schedule": draw(st.sampled_from(["exponential", "to_final", "linear"])),
        "final_radius": draw(st.floats(0.001, 1.0)) * min(radius, 1.0),
        "seeds": draw(st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=9, unique=True)),
        "dataset": draw(st.sampled_from(["FashionMNIST", "mnist 5000", "E-MNIST_digits"])),
        "epochs": draw(st.sampled_from([1, 999])),
    }
    if own["kernel"] == "printed":  # Its final radius must not be as small.
        own["epochs"] = min(own["epochs"], 500)
    own["final_radius"] = max(own["final_radius"], 0.001)
    name = draw(st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,62}x", fullmatch=True))
    config = Changed(("experiments", name), own)
    for place in draw(st.lists(st.sampled_from([p for p in NUMBERS if p[0] == "figures"]))):
        part = schema_of(place)
        at(config, place[:-1])[place[-1]] = draw(
            st.sampled_from([part["minimum"], part["maximum"]])
        )
    return config


def test_good_configurations_are_accepted(fault_seed, how_many):
    try_out(read, good_configurations(), fault_seed, how_many(100, 1000))


# ---------------------------------------------------------------- the file itself


def bomb():
    """Return nine lines of YAML that expand to 10⁹ values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    return "\n".join(lines) + "\n"


def with_mirror(value):
    return TEXT.replace('mirror: ""', f"mirror: {value}", 1).encode()


TABBED = TEXT[: TEXT.index("  dataset")].count("\n") + 1
DAMAGED_FILES = {
    "nothing": (b"", "must have keys"),
    "only a comment": (b"# nothing\n", "must have keys"),
    "a list": (b"- a\n- b\n", "must have keys"),
    "a word": (b"hello", "must have keys"),
    "a tab": (TEXT.replace("  dataset", "\tdataset", 1).encode(), f"line {TABBED}, column 1"),
    "an open quote": (TEXT.encode() + b'mirror: "x\n', "end of stream"),
    "a colon too many": (with_mirror("a: b: c"), "line 8"),
    "a key twice": (TEXT.encode() + b'mirror: ""\n', "the key mirror twice, in lines 8 and"),
    "a deeper key twice": (
        TEXT.replace("    epochs: 15\n", "    epochs: 15\n" * 2).encode(),
        "epochs",
    ),
    "a key twice in JSON": (b'{"mirror": "", "mirror": ""}', "mirror"),
    "a section twice": (TEXT.encode() + b"experiments:\n  article: {}\n", "experiments"),
    "two documents": (TEXT.encode() + b"---\n" + TEXT.encode(), "another document"),
    "aliases without end": (bomb().encode() + TEXT.encode(), "aliases"),
    "an alias within itself": (with_mirror("&m [*m]"), "aliases"),
    "an unknown alias": (with_mirror("*m"), "alias"),
    "Latin-1": (with_mirror("MIRROR").replace(b"MIRROR", b"\xe9"), "UTF-8"),
    "UTF-16": (TEXT.encode("utf-16"), "UTF-8"),
    "a null byte": (with_mirror("a\0"), "character"),
    "an object": (with_mirror("!!python/object/apply:os.system [touch marker]"), "python"),
    "a Python name": (with_mirror("!!python/name:os.system"), "python"),
    "a tag of one's own": (with_mirror("!mine x"), "mine"),
    "expressions": (b"__use_yte__: true\n" + with_mirror('?open("marker", "w")'), "__use_yte__"),
    "no date": (with_mirror("2026-13-45"), "month"),
    "no number": (with_mirror("!!int abc"), "abc"),
    "no truth": (with_mirror("!!bool x"), "x"),
    "an endless number": (with_mirror("9" * 5000), "digits"),
    "too deep": (with_mirror("[" * 100_000), "nested"),
    "an escape of no character": (with_mirror(r'"\U00110000"'), "not YAML"),
    "an escape too large": (with_mirror(r'"\UFFFFFFFF"'), "not YAML"),
    "a section that is text": (with_mirror("!!map x"), "the tag !!map in line 8"),
    "a list that is text": (with_mirror("!!seq x"), "not YAML"),
    "two byte-order marks": (2 * b"\xef\xbb\xbf" + TEXT.encode(), "two byte-order marks"),
    "minutes and seconds": (
        b"defaults: {epochs: 1:30}",
        "1:30 in line 1, which YAML takes for 90;",
    ),
    "degrees": (b"defaults: {radius: 1:30.5}", "1:30.5 in line 1, which YAML takes for 90.5;"),
    "in a list": (b"defaults: {shape: [1:0, 1:0]}", "1:0 in line 1, which YAML takes for 60;"),
    "octal": (b"defaults:\n  epochs: 017", "017 in line 2, which YAML takes for 15;"),
    "octal seed": (b"defaults: {seeds: [010]}", "010 in line 1, which YAML takes for 8;"),
    "merge of nothing": (with_mirror("{<<: 3}"), "merging"),
}


def test_a_usual_file_is_accepted(tmp_path):
    path = tmp_path / "config.yaml"
    for text in (TEXT, "\ufeff" + TEXT, 'defaults: {dataset: "017", epochs: 1_000, radius: 0.5}'):
        path.write_text(text, encoding="utf-8")
        check_config_file(path)


@pytest.mark.parametrize("damage", DAMAGED_FILES)
def test_a_damaged_configuration_file_is_refused(tmp_path, damage):
    content, words = DAMAGED_FILES[damage]
    assert content != TEXT.encode()
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    message = refusal(check_config_file, path)
    assert message.startswith(f"{path} ")
    assert words in message
    assert list(tmp_path.iterdir()) == [path]


def test_a_configuration_file_cut_short_is_refused(tmp_path, fault_seed, how_many):
    """Most of these files are still valid YAML, so the file or its content may be refused."""
    path = tmp_path / "config.yaml"

    def check(length):
        path.write_text(TEXT[:length], encoding="utf-8")

        def read_file():
            check_config_file(path)
            read(yaml.safe_load(path.read_text(encoding="utf-8")))

        refusal(read_file)

    shortest = len(TEXT.rpartition("last_frame_ms")[0])
    try_out(check, st.integers(0, shortest), fault_seed, how_many(15, 200))


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_a_sound_configuration_file_is_accepted(tmp_path, start):
    path = tmp_path / "config.yaml"
    path.write_text(start + TEXT, encoding="utf-8")
    check_config_file(path)
    path.write_text("a: &a {b: 1}\nc: {<<: *a, d: *a}\n", encoding="utf-8")
    check_config_file(path)


def test_values_without_end_are_refused_wherever_they_come_from():
    nested = [0] * 10
    for _ in range(8):
        nested = [nested] * 10
    assert "mirror has more than 100,000 values" in refusal(read, Changed(("mirror",), nested))


# ---------------------------------------------------------------- through Snakemake itself


def assert_refused(project, words, *arguments):
    before = {path for path in project.folder.rglob("*") if ".snakemake" not in path.parts}
    output = project.snakemake("quickstart", *arguments, fails=True)
    assert words in output, output
    assert "Traceback" not in output
    after = {path for path in project.folder.rglob("*") if ".snakemake" not in path.parts}
    assert {path for path in after - before if "__pycache__" not in path.parts} <= {project.output}
    assert not (project.folder / "results").exists()


def test_bad_configurations_are_refused_by_snakemake(project, fault_seed, how_many):
    path = project.folder / "config" / "config.yaml"

    def check(case):
        config, key = case
        text = yaml.dump(dict(config), Dumper=yaml.CDumper, sort_keys=False, allow_unicode=True)
        path.write_text(text, encoding="utf-8")
        named = key if yaml.safe_load(text) == config else ""  # 10**400 is no YAML, for example.
        assert_refused(project, named, "--dry-run")

    try_out(check, BAD, fault_seed, how_many(2, 40))


def test_damaged_files_are_refused_by_snakemake(project, how_many):
    first = ["aliases without end", "expressions"]
    for damage in [*first, *sorted(DAMAGED_FILES.keys() - first)][
        : how_many(2, len(DAMAGED_FILES))
    ]:
        content, words = DAMAGED_FILES[damage]
        (project.folder / "config" / "config.yaml").write_bytes(content)
        assert_refused(project, words)


COMMAND_LINES = [
    ("epochs=abc", "config: epochs is a key of an experiment"),
    ("experiments={article: {epochs: 5}}", 'config: experiments.article.epochs is "5"'),
    ("bogus=1", "config: bogus is an unknown key"),
    ("mirror=a\x01b", "config: mirror is"),
    ("cities=/nowhere", "config: cities is"),
    ("figures=3", "config: figures is 3"),
]


def test_bad_values_on_the_command_line_are_refused(project, how_many):
    for argument, words in COMMAND_LINES[: how_many(2, len(COMMAND_LINES))]:
        assert_refused(project, words, "--config", argument)


def test_a_file_laid_over_the_configuration_is_checked_too(project, tmp_path):
    path = tmp_path / "over.yaml"
    path.write_text("experiments:\n  own: {}\n  own: {epochs: 3}\n", encoding="utf-8")
    assert_refused(project, "own twice, in lines 2 and 3", "--configfile", str(path))
