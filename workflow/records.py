"""Snakemake's records of what made each file, kept beside the results and believed in full only."""

from pathlib import Path
from typing import Any

from snakemake.persistence import UNREPRESENTABLE, ParamsChange

from workflow.locks import LivingLocks

RECORDS = Path("results/.records")
# What these rules make is verified by the md5 sum that its path implies: it needs no record.
VERIFIED = "download_"


class Records(LivingLocks):
    """Records that travel with the results, so that a copy of them is judged as the original is.

    Snakemake keeps its records in `.snakemake`, and a file without one counts as up to date if it
    is newer than its inputs. In a fresh clone with `results/` copied over, results of other
    settings or code would then be taken for current. Here records lie in `results/.records`, and a
    file without one is made again. Finished epochs come back from `.resume`, which is verified by
    fingerprint.

    Snakemake also compares parameters without their names: two that swap their values would go
    unnoticed. Here each is recorded with its name.
    """

    def keep_beside_results(self) -> None:
        """Leave `.snakemake`, unless this is a job on a node without it."""
        if self.path == Path(".snakemake").absolute():
            self._metadata_path = str(RECORDS)

    def _fetch_max_len(self, subject: str) -> int:
        """Return how long a file's name may be; the folder is made with the first record."""
        try:
            return int(super()._fetch_max_len(subject))
        except FileNotFoundError:
            return 255

    def has_metadata(self, job: Any) -> bool:
        """Say yes, so that `params_changed` is asked, which knows what a missing record means."""
        return True

    def params_changed(self, job: Any, file: Any = None) -> Any:
        """Return how parameters changed; a file without a record was made by unknown ones."""
        changes = super().params_changed(job, file)
        if job.rule.name.startswith(VERIFIED):
            return changes
        unknown = {path for path in job.output if self.metadata(path) is None}
        return changes | ParamsChange(only_old={"unknown"} if unknown else set(), files=unknown)

    def _params(self, job: Any) -> list[str]:
        values = ((name, self._serialize_param(value)) for name, value in job.params.items())
        return sorted(f"{name}={value}" for name, value in values if value is not UNREPRESENTABLE)
