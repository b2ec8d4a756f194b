"""A training job of a tiny experiment, for the tests of runs."""

from workflow.som.training.runs import Run

SETTINGS = {"rule": "online", "code": "0"}
EPOCHS = range(5)


class Job:
    """Runs of one experiment below one folder, all with the same arguments."""

    def __init__(self, folder, experiment, images, settings=SETTINGS, seed=5):
        self.folder, self.experiment, self.images = folder, experiment, images
        self.settings, self.seed = settings, seed

    def outputs(self, epochs):
        return [
            (self.folder / f"epoch_{e:03d}.safetensors", self.folder / f"table_{e:03d}.parquet")
            for e in epochs
        ]

    def run(self):
        return Run(
            "tiny",
            self.experiment,
            self.seed,
            self.settings,
            self.images,
            self.folder / ".resume",
            threads=1,
        )

    def train(self, epochs=EPOCHS, previous=None):
        self.run().train(epochs, previous, self.outputs(epochs))
        return self.checkpoints()

    def checkpoints(self):
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("*.safetensors"))}

    def kept(self):
        return sorted(path.stem for path in (self.folder / ".resume").glob("*.safetensors"))
