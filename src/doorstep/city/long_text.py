"""A long text file by columns: each stays one piece of memory, and becomes Python texts only where somebody asks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

__all__ = ["TextColumn", "read_columns"]

_PLAIN = r"^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?$"
"""What arrow reads as a number, but for infinities."""
_PIECE = 10_000


class TextColumn(Sequence[str]):
    """Cells of a column as they stand in the file, "" for an empty one.

    Parameters
    ----------
    arrow
        The cells, none of them null.
    """

    def __init__(self, arrow: Any) -> None:
        self.arrow = arrow.combine_chunks() if isinstance(arrow, pa.ChunkedArray) else arrow
        self._coded: tuple[npt.NDArray[np.int32], npt.NDArray[np.object_]] | None = None

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.arrow)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> TextColumn: ...
    def __getitem__(self, place: int | slice) -> str | TextColumn:
        """Return a cell, or a stretch of the column."""
        if isinstance(place, slice):
            first, last, _ = place.indices(len(self))
            return TextColumn(self.arrow.slice(first, max(last - first, 0)))
        return str(self.arrow[place].as_py())

    def __iter__(self) -> Iterator[str]:
        """Walk through the cells."""
        for first in range(0, len(self), _PIECE):
            yield from self.arrow.slice(first, _PIECE).to_pylist()

    def filled(self) -> npt.NDArray[np.bool_]:
        """Return which cells hold something."""
        return np.asarray(pc.not_equal(self.arrow, "").to_numpy(zero_copy_only=False), dtype=bool)

    def coded(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.object_]]:
        """Return the different texts, and for each cell which of them it holds."""
        if self._coded is None:
            coded = pc.dictionary_encode(self.arrow)
            self._coded = (coded.indices.to_numpy(), coded.dictionary.to_numpy(zero_copy_only=False))
        return self._coded

    def numbers(self) -> tuple[npt.NDArray[np.float64], list[int]]:
        """Return the cells as numbers, NaN where they are none, and the places of those that hold something else."""
        try:
            found = pc.cast(self.arrow, pa.float64()).to_numpy().copy()
            if np.isfinite(found).all():
                return found, []
        except pa.ArrowException:
            pass
        bare = pc.utf8_trim_whitespace(self.arrow)
        plain = pc.match_substring_regex(bare, _PLAIN)
        numbers = pc.cast(pc.if_else(plain, bare, pa.scalar(None, pa.string())), pa.float64())
        values = numbers.to_numpy(zero_copy_only=False).astype(np.float64)
        values[~np.isfinite(values)] = np.nan
        odd = pc.and_(pc.invert(plain), pc.not_equal(bare, ""))
        return values, np.flatnonzero(odd.to_numpy(zero_copy_only=False)).tolist()


def read_columns(text: str, mark: str) -> tuple[TextColumn, ...] | None:
    """Return the columns of a long text whose rows all have one length; None if they have not: then row by row."""
    width = len(next(csv.reader(io.StringIO(text[:100_000]), delimiter=mark), []))
    names = [str(place) for place in range(width)]
    try:
        table = pyarrow.csv.read_csv(
            pa.py_buffer(text.encode()),
            pyarrow.csv.ReadOptions(column_names=names, block_size=8_000_000),
            pyarrow.csv.ParseOptions(delimiter=mark, newlines_in_values=True, ignore_empty_lines=False),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowException:
        return None
    return tuple(TextColumn(table[name]) for name in names)
