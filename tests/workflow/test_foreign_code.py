"""Each checkout runs its own code, whatever else has a package named `workflow`."""

import os

from tests.project import Project

MNIST = "results/datasets/mnist_5000/train.parquet"


def foreign_package(folder):
    """Write a package `workflow` that cannot be imported; return its folder."""
    package = folder / "elsewhere" / "workflow"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('the code of another clone ran')\n")
    return package.parent


def test_a_package_of_the_same_name_is_not_imported(project: Project, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(foreign_package(tmp_path)))
    told = project.snakemake(MNIST)
    assert (project.folder / MNIST).exists(), told


def test_jobs_find_what_else_is_on_the_path(project: Project, tmp_path, monkeypatch):
    """The user's own folders stay on PYTHONPATH, after the checkout's."""
    path = os.pathsep.join([str(foreign_package(tmp_path)), str(tmp_path)])
    monkeypatch.setenv("PYTHONPATH", path)
    script = project.folder / "workflow/scripts/data/preprocess.py"
    assert script.exists()
    script.write_text(
        script.read_text().replace(
            '\nif __name__ == "__main__":\n',
            '\nif __name__ == "__main__":\n    import os\n    print(os.environ["PYTHONPATH"])\n',
        )
    )
    told = project.snakemake(MNIST)
    assert os.pathsep.join([str(project.folder), path]) in told
