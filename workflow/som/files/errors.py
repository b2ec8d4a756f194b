"""Errors that a person can act on: one sentence that names the file or key and what to do."""

from pathlib import Path


class SomError(Exception):
    """Something a user can mend; the message is one sentence that says what and how."""


class DamagedFileError(SomError):
    """A file whose content was altered; nothing may be computed from it."""


def damaged(path: Path | str, reason: str) -> DamagedFileError:
    """Return the error for a damaged file that the workflow can make again."""
    return DamagedFileError(
        f"{path} is damaged ({reason}): "
        "delete it and run the same command again to have it rebuilt."
    )


def reason(error: BaseException) -> str:
    """Return the first line of what an error says, or its kind if it says nothing."""
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
