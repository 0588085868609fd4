"""Outputs appear whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doorstep.errors import DoorstepError

__all__ = ["whole_file", "whole_folder"]


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
        ``output-not-ours`` if there is something else; ``output-failed`` if it cannot be written (no room, no right):
        nothing is left behind, and an older output stays.
    """
    folder = folder.absolute()
    if folder.exists() and not (folder.is_dir() and ((folder / ours).is_file() or not any(folder.iterdir()))):
        raise DoorstepError("output-not-ours", path=str(folder), ours=ours)
    part: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        part.chmod(0o755)
        yield part
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
            folder.rename(old / folder.name)
            part.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        else:
            part.rename(folder)
    except OSError as error:
        raise DoorstepError("output-failed", path=str(folder), reason=error.strerror or str(error)) from error
    finally:
        if part is not None and part.exists():
            shutil.rmtree(part, ignore_errors=True)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a file name to write to; it becomes ``path`` only when it is written.

    Raises
    ------
    DoorstepError
        ``output-failed``.
    """
    path = path.absolute()
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise DoorstepError("output-failed", path=str(path), reason=error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)
