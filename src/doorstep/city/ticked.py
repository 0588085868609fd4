"""A list that Doorstep wrote and a person ticked: csv or workbook, as whatever program saved it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from doorstep.city.grids import UnreadableError, read_grids
from doorstep.city.tables import as_text

__all__ = ["read_ticked"]

_HEADER_WITHIN = 3


def read_ticked(path: Path, columns: Sequence[str], names: Mapping[str, str]) -> pd.DataFrame | None:
    """Return the cells of a ticked list as text, by row as a spreadsheet shows it.

    None if no sheet has all of its columns within the first rows: then it is another file.

    Parameters
    ----------
    path
        csv, xlsx or xls.
    columns
        What must be there.
    names
        Header in a language -> column.

    Raises
    ------
    OSError
        It cannot be read at all; the argument says why.
    """
    try:
        grids = read_grids(path)
    except UnreadableError as fault:
        raise OSError(str(fault) or fault.code) from fault
    for grid in grids:
        for place, line in enumerate(grid.lines[:_HEADER_WITHIN]):
            header = [names.get(as_text(cell).strip(), as_text(cell).strip()) for cell in line]
            if not set(columns) <= set(header):
                continue
            rows = [[as_text(cell) for cell in row[: len(header)]] for row in grid.rows()][place + 1 :]
            cells = [row + [""] * (len(header) - len(row)) for row in rows]
            index = pd.RangeIndex(place + 2, place + 2 + len(cells))
            table = pd.DataFrame(cells, columns=header, index=index, dtype=object)
            return table.loc[:, ~table.columns.duplicated()]
    return None
