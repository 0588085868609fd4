"""What is awkward or wrong in the offices' files of a made city, written down as it is put there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from doorstep.made_city.city import MadeCity

__all__ = ["Faults", "full_width"]

ROWS = (
    "rows as a spreadsheet or text editor shows them, the first row is 1; "
    "for a shapefile the number of the feature, the first is 1"
)
NUMBER = "read as a number and say so"
REPORT = "report with row; do not use as it is"


class Faults:
    """The list of faults of one made city.

    Parameters
    ----------
    planted
        Whether errors are put into cells and rows; how the files are laid out is written down in any case.
    rng
        Chooses the rows.
    """

    def __init__(self, planted: bool, rng: np.random.Generator) -> None:
        self.planted = planted
        self.rng = rng
        self.entries: list[dict[str, Any]] = []

    def layout(self, file: str, what: str, expect: str, sheet: str = "", row: int | None = None) -> None:
        """Write down how a file is laid out."""
        self._add("layout", file, sheet, row, "", "", what, None, None, expect)

    def plant(
        self,
        file: str,
        row: int,
        column: str,
        record: str,
        what: str,
        given: Any,
        true: Any,
        expect: str,
        sheet: str = "",
    ) -> None:
        """Write down one error that was put into a cell or a row."""
        self._add("planted", file, sheet, row, column, record, what, given, true, expect)

    def _add(
        self,
        kind: str,
        file: str,
        sheet: str,
        row: int | None,
        column: str,
        record: str,
        what: str,
        given: Any,
        true: Any,
        expect: str,
    ) -> None:
        entry = {"no": len(self.entries) + 1, "kind": kind, "file": file, "sheet": sheet, "row": row, "column": column}
        entry |= {"record": record, "what": what, "given": _plain(given), "true": _plain(true), "expect": expect}
        self.entries.append(entry)

    def chosen(self, rows: int, kinds: Sequence[str], most: int = 2) -> list[tuple[str, int]]:
        """Return kinds of fault with a row each: one to ``most`` rows a kind, no row twice, fewer if rows run out."""
        if not self.planted:
            return []
        wanted = [kind for kind in kinds for _ in range(int(self.rng.integers(1, most + 1)))]
        first = [kind for place, kind in enumerate(wanted) if kind not in wanted[:place]]
        again = [kind for place, kind in enumerate(wanted) if kind in wanted[:place]]
        taken = self.rng.permutation(rows)[: len(wanted)].tolist()
        return sorted(zip([*first, *again], taken, strict=False), key=lambda one: one[1])

    def write(self, city: MadeCity, path: Path) -> None:
        """Write ``faults.json``."""
        expected = {
            "people": int(city.residences["people"].sum()),
            "communities": len(city.communities),
            "compounds": len(city.compounds),
            "residences": len(city.residences),
            "gates": len(city.gates),
            "facilities": len(city.facilities),
            "spaces": len(city.spaces),
        }
        head = {"made_up": "虚构", "rows": ROWS, "expected": expected}
        lines = [f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}," for key, value in head.items()]
        listed = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in self.entries)
        path.write_text("\n".join(["{", *lines, ' "faults": [', listed, " ]", "}"]) + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def full_width(number: object) -> str:
    """Return a number in full-width digits.

    Examples
    --------
    >>> full_width(468)
    '４６８'
    """
    return "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in str(number))
