"""Columns of long text files are read as the cells one by one would be."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city.importing.convert import Reader
from doorstep.city.importing.headings import Heading, field
from doorstep.city.long_text import TextColumn, read_columns

CELLS = st.lists(
    st.sampled_from(
        ["", " ", "12", " 12.5", "-3", "1e3", ".5", "12层", "１２", "1,200", "inf", "nan", "—", "在建", "+7"]
    )
    | st.text(max_size=6),
    min_size=1,
    max_size=30,
)


def column(cells: list[str]) -> TextColumn:
    return TextColumn(pa.array(cells, type=pa.string()))


@settings(max_examples=200, deadline=None)
@given(CELLS)
def test_numbers_as_cell_by_cell(cells: list[str]) -> None:
    readers = [Reader("f", "", np.arange(len(cells)) + 2, typed=False) for _ in range(2)]
    heading, about = Heading(0, "户数", "dwellings"), field("dwellings")
    long, short = (
        reader.numbers(some, heading, about, "") for reader, some in zip(readers, (column(cells), cells), strict=True)
    )
    np.testing.assert_array_equal(long, short)
    assert readers[0].findings == readers[1].findings


@settings(max_examples=200, deadline=None)
@given(CELLS)
def test_texts_as_cell_by_cell(cells: list[str]) -> None:
    cells = [*cells, "王某 13800138000", "锦 绣", "锦 绣", "王某 13800138000"]
    readers = [Reader("f", "", np.arange(len(cells)) + 2, typed=False) for _ in range(2)]
    heading = Heading(0, "名称", "name")
    long, short = (
        reader.texts(some, heading, name=True) for reader, some in zip(readers, (column(cells), cells), strict=True)
    )
    assert long.tolist() == short.tolist()
    assert readers[0].findings == readers[1].findings


def test_rows_of_unlike_length_are_no_columns() -> None:
    assert read_columns("a,b\n1,2\n3\n", ",") is None


def test_a_column_is_walked_and_cut() -> None:
    some = column([str(number) for number in range(25_000)])
    assert list(some) == [str(number) for number in range(25_000)]
    assert list(some[24_998:]) == ["24998", "24999"]
    assert some[3] == "3"
    with pytest.raises(IndexError):
        some[25_000]
