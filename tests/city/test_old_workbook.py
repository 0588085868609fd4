"""Workbooks of Excel 97 whose damage would ask their reader for all memory or all time are refused in words."""

from __future__ import annotations

import contextlib
import random
import struct
from pathlib import Path

import pytest

from doorstep.city.grids import UnreadableError, read_grids

HOMES = (Path(__file__).parents[1] / "data" / "fuzz" / "homes.xls").read_bytes()


def _first_sector_of(place: int) -> int:
    """Where in the file the sector begins whose number stands there."""
    return (struct.unpack_from("<I", HOMES, place)[0] + 1) * 512


def _with(place: int, form: str, value: int) -> bytes:
    changed = bytearray(HOMES)
    struct.pack_into(form, changed, place, value)
    return bytes(changed)


def _record(kind: int) -> int:
    """Where the first record of a kind stands, its head of four bytes before it."""
    place = HOMES.index(struct.pack("<H", 0x0809))
    while struct.unpack_from("<H", HOMES, place)[0] != kind:
        place += 4 + int(struct.unpack_from("<H", HOMES, place + 2)[0])
    return place + 4


def test_a_sound_workbook_is_read(tmp_path: Path) -> None:
    (tmp_path / "机构.xls").write_bytes(HOMES)
    (grid,) = read_grids(tmp_path / "机构.xls")
    assert grid.lines[1][:3] == ["编号", "名称", "类别"]
    assert grid.merged == ((0, 0, 0, 6),)
    assert len(grid) == 11


@pytest.mark.parametrize(
    "damaged",
    [
        HOMES[:700],
        _with(_first_sector_of(0x4C), "<I", 0),  # a chain of sectors that closes on itself
        _with(_record(0x0200), "<I", 1 << 31),  # a sheet that ends before it begins
    ],
)
def test_damage_that_asks_for_all_memory_is_told(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "a.xls").write_bytes(damaged)
    with pytest.raises(UnreadableError):
        read_grids(tmp_path / "a.xls")


def test_any_damage_is_told_or_read(tmp_path: Path) -> None:
    chance = random.Random(1)
    path = tmp_path / "a.xls"
    for _ in range(25):
        changed = bytearray(HOMES)
        for _ in range(chance.randrange(1, 6)):
            changed[chance.randrange(len(changed))] = chance.choice((0, 1, 255, chance.randrange(256)))
        path.write_bytes(changed)
        with contextlib.suppress(UnreadableError):
            read_grids(path)
