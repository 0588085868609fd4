"""Outputs appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doorstep.errors import DoorstepError

__all__ = ["check_place", "whole_file", "whole_folder"]

_NO_ROOM_BYTES = 1_000_000
"""With less left than this, whatever a library says went wrong is taken for a full disk."""


def check_place(folder: Path, *, ours: str) -> None:
    """Make sure that a folder can be written, before hours of work are spent on what goes into it.

    Parameters
    ----------
    folder, ours
        As for :func:`whole_folder`. Nothing is left behind.

    Raises
    ------
    DoorstepError
        ``output-not-ours``, ``output-failed``.
    """
    folder = folder.absolute()
    _refuse_others(folder, ours)
    try:
        above = next(parent for parent in folder.parents if parent.exists())
        Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=above)).rmdir()
    except OSError as error:
        raise DoorstepError("output-failed", path=str(folder), reason=error) from error


@contextmanager
def whole_folder(folder: Path, *, ours: str) -> Iterator[Path]:
    """Give a new folder to write into; it becomes ``folder`` only when everything is written.

    Parameters
    ----------
    folder
        Where the output shall be. If it exists it is replaced, but only if it is empty or holds the file ``ours``.
    ours
        Name of a file that shows that the folder was written by Doorstep.

    Yields
    ------
    Path
        An empty folder beside ``folder``.

    Raises
    ------
    DoorstepError
        ``output-not-ours`` if there is something else; ``output-failed`` if it cannot be written (no room, no right;
        ``values["reason"]`` is the OSError): nothing is left behind, and an older output stays.
    """
    folder = folder.absolute()
    _refuse_others(folder, ours)
    made: list[Path] = []
    part: Path | None = None
    try:
        made = _make_parents(folder)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        part.chmod(0o755)
        yield part
        _put_in_place(part, folder)
        made = []
    except DoorstepError:
        raise
    except Exception as error:
        reason = _reason(error, part or folder.parent)
        if reason is None:
            raise
        raise DoorstepError("output-failed", path=str(folder), reason=reason) from error
    finally:
        if part is not None and part.exists():
            shutil.rmtree(part, ignore_errors=True)
        _remove(made)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a file name to write to; it becomes ``path`` only when it is written.

    Raises
    ------
    DoorstepError
        ``output-failed``: nothing is left behind, and an older file stays.
    """
    path = path.absolute()
    made: list[Path] = []
    part: Path | None = None
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        made = _make_parents(path)
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        part = Path(name)
        os.close(number)
        part.chmod(0o644)
        yield part
        part.replace(path)
        made = []
    except DoorstepError:
        raise
    except Exception as error:
        reason = _reason(error, path.parent)
        if reason is None:
            raise
        raise DoorstepError("output-failed", path=str(path), reason=reason) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
        _remove(made)


def _refuse_others(folder: Path, ours: str) -> None:
    try:
        free = not folder.exists() or (folder.is_dir() and ((folder / ours).is_file() or not any(folder.iterdir())))
    except OSError as error:
        raise DoorstepError("output-failed", path=str(folder), reason=error) from error
    if not free:
        raise DoorstepError("output-not-ours", path=str(folder), ours=ours)


def _make_parents(path: Path) -> list[Path]:
    """Make the folders above, and return those that were not there, the innermost first."""
    made = [parent for parent in path.parents if not parent.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        _remove(made)
        raise
    return made


def _remove(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return  # never made, or somebody else has put something there


def _put_in_place(part: Path, folder: Path) -> None:
    """Give the new folder its name; the old one comes back if that fails."""
    if not folder.exists():
        part.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
    old = aside / folder.name
    try:
        folder.rename(old)
        part.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)


def _reason(error: Exception, place: Path) -> OSError | None:
    """Return what the system says of a failed output, None for a fault of the program.

    The libraries that write tables and layers report a full disk in their own ways: then the room left decides.
    """
    if isinstance(error, OSError) and error.errno is not None:
        return error
    try:
        full = shutil.disk_usage(place).free < _NO_ROOM_BYTES
    except OSError:
        full = False
    if full:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return error if isinstance(error, OSError) else None
