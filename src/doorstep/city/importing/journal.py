"""Several files of a city folder changed together: all or none, and back again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from doorstep.errors import DoorstepError

__all__ = ["BOOKS", "change_files", "last_import", "mended", "undo_last"]

BOOKS = "imports"
"""Folder inside a city folder that keeps what imports did."""
_PAGE = "journal.json"


def change_files(
    folder: Path, written: Mapping[str, bytes], removed: tuple[str, ...], records: Mapping[str, bytes]
) -> Path:
    """Write and remove files of a city folder, keep what was there, and return the folder of the record.

    Parameters
    ----------
    folder
        The city folder; made if it is not there.
    written, removed
        Files by name relative to the folder, ``/`` between parts.
    records
        Files of the record itself: findings, changes.

    Raises
    ------
    DoorstepError
        ``output-failed``: everything is as it was.
    """
    is_new = not folder.exists()
    try:
        (folder / BOOKS).mkdir(parents=True, exist_ok=True)
        number = 1 + max((int(one.name) for one in (folder / BOOKS).iterdir() if one.name.isdigit()), default=0)
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder / BOOKS))
    except OSError as fault:
        if is_new and folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise DoorstepError("output-failed", path=str(folder), reason=fault) from fault
    record = folder / BOOKS / f"{number:04d}"
    try:
        part.chmod(0o755)  # a temporary folder is for its maker alone
        (part / "after").mkdir()
        for name, content in written.items():
            target = part / "after" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        for name, content in records.items():
            (part / name).write_bytes(content)
        touched = sorted({*written, *removed})
        for name in touched:
            if (folder / name).is_file():
                kept = part / "before" / name
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / name, kept)
        page = {
            "touched": touched,
            "removed": list(removed),
            "after": {name: hashlib.sha256(content).hexdigest() for name, content in written.items()},
            "done": False,
        }
        _put(part / _PAGE, page)
        part.rename(record)
    except OSError as fault:
        shutil.rmtree(part, ignore_errors=True)
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise DoorstepError("output-failed", path=str(folder), reason=fault) from fault
    try:
        for name in sorted(written):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(record / "after" / name, folder / name)
        for name in removed:
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(record / "after", ignore_errors=True)
        page["done"] = True
        _put(record / _PAGE, page)
    except OSError as fault:
        _restore(folder, record)
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise DoorstepError("output-failed", path=str(folder), reason=fault) from fault
    return record


def _put(path: Path, page: dict[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(page, ensure_ascii=False, indent=1), encoding="utf-8")
    fresh.replace(path)


def _page(record: Path) -> dict[str, Any]:
    try:
        page = json.loads((record / _PAGE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise DoorstepError("journal-broken", path=str(record / _PAGE)) from fault
    if not isinstance(page, dict) or not isinstance(page.get("touched"), list):
        raise DoorstepError("journal-broken", path=str(record / _PAGE))
    return page


def last_import(folder: Path) -> Path | None:
    """Return the record of the last import that stands, None if there is none."""
    books = folder / BOOKS
    found = sorted(one for one in books.iterdir() if one.name.isdigit() and one.is_dir()) if books.is_dir() else []
    return found[-1] if found else None


def mended(folder: Path) -> bool:
    """Take back an import that was cut off (power, kill); return whether there was one."""
    for one in (folder / BOOKS).glob(".part-*") if (folder / BOOKS).is_dir() else ():
        shutil.rmtree(one, ignore_errors=True)
    record = last_import(folder)
    if record is None or _page(record).get("done") is True:
        return False
    _restore(folder, record)
    return True


def undo_last(folder: Path) -> tuple[str, tuple[str, ...]]:
    """Put back every file as it was before the last import; return its number and files that were edited since.

    A file that was edited since the import is kept as ``<name>.edited`` beside it.

    Raises
    ------
    DoorstepError
        ``nothing-to-undo``, ``journal-broken``, ``output-failed``.
    """
    record = last_import(folder)
    if record is None:
        raise DoorstepError("nothing-to-undo", path=str(folder))
    page = _page(record)
    edited = []
    for name, told in page.get("after", {}).items():
        path = folder / name
        if (
            path.is_file()
            and hashlib.sha256(path.read_bytes()).hexdigest() != told
            and not name.startswith(f"{BOOKS}/")
        ):
            shutil.copy2(path, path.with_name(path.name + ".edited"))
            edited.append(name)
    _restore(folder, record)
    return record.name, tuple(edited)


def _restore(folder: Path, record: Path) -> None:
    try:
        for name in _page(record)["touched"]:
            kept = record / "before" / name
            if kept.is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(kept, folder / name)
            else:
                (folder / name).unlink(missing_ok=True)
        shutil.rmtree(record)
    except OSError as fault:
        raise DoorstepError("output-failed", path=str(folder), reason=fault) from fault
