"""Ways to damage a file, and the files that a run makes."""


def truncate(content, generator):
    return content[: generator.randrange(len(content))]


def flip_a_bit(content, generator):
    changed = bytearray(content)
    changed[generator.randrange(len(content))] ^= 1 << generator.randrange(8)
    return bytes(changed)


def append(content, generator):
    return content + generator.randbytes(generator.randrange(1, 100))


def rewrite(path, content):
    """Replace a file without changing its other hard links; None replaces it by a folder."""
    path.unlink()
    path.mkdir() if content is None else path.write_bytes(content)


def artifacts(project):
    """Return the files that a run made, without logs and the like, by the path below `results`."""
    results = project.folder / "results"
    paths = (path for folder in ("raw", "datasets", "quickstart") for path in results.glob(folder))
    files = (path for folder in paths for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(results).as_posix(): path for path in files}
    return {name: path for name, path in sorted(found.items()) if not name.endswith(".log")}
