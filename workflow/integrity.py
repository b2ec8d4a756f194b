"""What the Snakefile sees to before any job: causes of reruns, and who keeps the records."""

from typing import Any

from snakemake.persistence.file import FilePersistence
from snakemake.settings.enums import RerunTrigger

from workflow.records import Records


def use_code_hashes_and_resume(workflow: Any) -> None:
    """Set what would otherwise have to be typed at each call.

    Every rule carries the hash of its code as a parameter, so that Snakemake's own trigger (the
    script file's time, which a fresh checkout changes) is not needed; and every job can be started
    anew after it was cut off (`--rerun-incomplete`), because its outputs are written whole or not
    at all. Records and locks are kept by `Records`.
    """

    class Resuming(type(workflow)):  # type: ignore[misc]
        """A workflow that adjusts its settings when Snakemake hands them over, after parsing."""

        @property
        def dag_settings(self) -> Any:
            return self.__dict__.get("dag_settings")

        @dag_settings.setter
        def dag_settings(self, settings: Any) -> None:
            if settings is not None:
                if set(settings.rerun_triggers) == set(RerunTrigger.all()):
                    settings.rerun_triggers = frozenset(RerunTrigger.all()) - {RerunTrigger.CODE}
                settings.force_incomplete = True
            self.__dict__["dag_settings"] = settings

        @property
        def _persistence(self) -> Any:
            return self.__dict__.get("_persistence")

        @_persistence.setter
        def _persistence(self, persistence: Any) -> None:
            if type(persistence) is FilePersistence:
                persistence.__class__ = Records
                persistence.keep_beside_results()
            self.__dict__["_persistence"] = persistence

    workflow.__class__ = Resuming
