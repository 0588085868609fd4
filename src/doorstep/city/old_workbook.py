"""Workbooks of Excel 97 (.xls), read in a process of its own: damage in one can make its reader ask for all memory.

The compiled reader trusts the counts of a file's header and follows chains of sectors that may close on themselves;
what it then meets ends the process that it runs in, not only the reading.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

__all__ = ["DamagedError", "read_old_workbook"]

SECONDS = 120
"""A workbook of that form has at most 65,536 rows a sheet and is read in a few seconds."""
_BYTES = 4 << 30
_READER = f"""
import io, pickle, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({_BYTES}, {_BYTES}))
except (ImportError, ValueError, OSError):
    pass  # not every system can limit a process: there only the time is limited
import python_calamine
book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
sheets = []
for about in book.sheets_metadata:
    if str(about.typ) == "SheetTypeEnum.WorkSheet":
        sheet = book.get_sheet_by_name(about.name)
        hidden = str(about.visible) != "SheetVisibleEnum.Visible"
        sheets.append((about.name, hidden, sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []))
sys.stdout.buffer.write(pickle.dumps(sheets))
"""

Sheet = tuple[str, bool, list[list[Any]], list[tuple[tuple[int, int], tuple[int, int]]]]


class DamagedError(Exception):
    """What is wrong with the file."""


def read_old_workbook(content: bytes) -> list[Sheet]:
    """Return name, whether it is hidden, rows and merged cells of each sheet.

    Raises
    ------
    DamagedError
        With the reader's last words.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-c", _READER], input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as fault:
        raise DamagedError("no end of reading") from fault
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DamagedError(next((line for line in reversed(said) if "Error" in line), "damaged")[:200])
    sheets: list[Sheet] = pickle.loads(done.stdout)
    return sheets
