"""What an import must show: its speed, the faults it names, every folder of data, fuzzed readers."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.register_folders import folder_rows
from benchmarks.register_fuzz import fuzz_rows, guided_rows
from benchmarks.register_layouts import judge
from benchmarks.rows import REPOSITORY, Row, judged

ROWS, QUICK_ROWS = 1_000_000, 50_000
HEADERS = "楼栋编号,小区名称,楼号,所属社区,层数,户数,建筑面积(㎡),建成年代,常住人口,电梯,经度,纬度"
SHARED = Path(os.environ.get("DOORSTEP_SHARED", REPOSITORY.parent / "shared"))
ALIASES = {
    "name": "社区名称",
    "area": "面积",
    "floor area": "建筑面积",
    "usable area": "可用面积",
    "storeys": "层数",
    "year": "建成年代",
    "storey": "所在层",
    "remarks": "限制条件",
    "channel": "来源渠道",
    "available from": "可交付时间",
    "location": "location",
    "coordinates": "经度",
    "local Y": "Y(东)_本地",
    "geometry": "geometry",
    "6-14": "6-14岁",
    "15-34": "15-34岁",
    "3-5": "3-5岁",
    "80+": "80岁及以上",
    "1": "1、",
}
"""Columns as faults.json calls them -> what their header holds."""


def _lines(count: int) -> Iterator[tuple[object, ...]]:
    from doorstep.city.coordinates import gcj02_from_wgs84

    chance = np.random.default_rng(1)
    lon, lat = gcj02_from_wgs84(chance.uniform(119.3, 119.9, count), chance.uniform(30.6, 31.2, count))
    storeys, dwellings = chance.integers(1, 34, count), chance.integers(1, 200, count)
    area = np.round(dwellings * chance.uniform(60, 120, count), 1)
    people, year = chance.integers(0, 400, count), chance.integers(1960, 2025, count)
    for row in range(count):
        yield (
            f"B{row:07d}",
            f"小区{row // 20}",
            f"{row % 20 + 1}号楼",
            f"社区{row // 2000}",
            int(storeys[row]),
            int(dwellings[row]),
            float(area[row]),
            int(year[row]),
            int(people[row]),
            "是" if storeys[row] > 6 else "否",
            round(float(lon[row]), 6),
            round(float(lat[row]), 6),
        )


def make_csv(path: Path, count: int) -> None:
    """Write residences of 12 columns with GCJ-02 points."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(HEADERS + "\n")
        stream.writelines(",".join(map(str, line)) + "\n" for line in _lines(count))


def make_xlsx(path: Path, count: int) -> None:
    """Write the same as a workbook, its XML by hand: openpyxl would take minutes."""
    names = "ABCDEFGHIJKL"

    def cell(column: str, row: int, value: object) -> str:
        if isinstance(value, str):
            return f'<c r="{column}{row}" t="inlineStr"><is><t>{value}</t></is></c>'
        return f'<c r="{column}{row}"><v>{value}</v></c>'

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        parts = (("/xl/workbook.xml", "sheet.main"), ("/xl/worksheets/sheet1.xml", "worksheet"))
        types = "".join(f'<Override PartName="{part}" ContentType="{kind}.{what}+xml"/>' for part, what in parts)
        rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        rels += '<Default Extension="xml" ContentType="application/xml"/>'
        book.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types">{rels}{types}</Types>')
        for name, what, target in (
            ("_rels/.rels", "officeDocument", "xl/workbook.xml"),
            ("xl/_rels/workbook.xml.rels", "worksheet", "worksheets/sheet1.xml"),
        ):
            one = f'<Relationship Id="r1" Type="{office}/{what}" Target="{target}"/>'
            book.writestr(name, f'<Relationships xmlns="{package}/relationships">{one}</Relationships>')
        sheets = '<sheets><sheet name="楼栋" sheetId="1" r:id="r1"/></sheets>'
        book.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{office}">{sheets}</workbook>')
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            stream.write(f'<worksheet xmlns="{main}"><dimension ref="A1:L{count + 1}"/><sheetData>'.encode())
            lines = [HEADERS.split(",")]
            for number, line in enumerate([*lines, *_lines(count)], start=1):
                cells = "".join(cell(column, number, value) for column, value in zip(names, line, strict=True))
                stream.write(f'<row r="{number}">{cells}</row>'.encode())
            stream.write(b"</sheetData></worksheet>")


def import_alone(path: Path, city: Path) -> tuple[float, float, int]:
    """Import a file in a process of its own; return seconds, most memory in GB, rows accepted."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.register_import", str(path), str(city)],
        check=True,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return found["seconds"], found["gigabytes"], found["accepted"]


def _import_here(path: Path, city: Path) -> None:
    from doorstep.city.importing import import_files

    start = time.perf_counter()
    result = import_files([path], city, "zh", confirm=True, coordinates="GCJ-02")
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    accepted = int(result.outcome.counts["accepted"].sum())
    sys.stdout.write(json.dumps({"seconds": seconds, "gigabytes": memory, "accepted": accepted}) + "\n")


def speed_rows(work: Path, kind: str, make: Callable[[Path, int], None], *, quick: bool) -> Iterator[Row]:
    """Yield seconds and memory of a million residences in a kind of file, from the file to the written city."""
    count = QUICK_ROWS if quick else ROWS
    name = f"quick_import_{kind}" if quick else f"import_{kind}"
    path = work / f"residences_list.{kind}"
    make(path, count)
    seconds, memory, accepted = import_alone(path, work / f"city_{kind}")
    on = {"rows": count, "accepted": accepted, "bytes": path.stat().st_size}
    yield judged("register", (f"{name}_seconds", seconds, "s"), on)
    yield judged("register", (f"{name}_memory_gb", memory, "GB"), {"rows": count})
    path.unlink()


def fault_rows(work: Path) -> Iterator[Row]:
    """Yield how many planted faults of the made district are named with file, row and column, and what else is."""
    data = SHARED / "data" / "made-city-cn"
    kinds = (".xlsx", ".xls", ".csv", ".shp", ".kml", ".dxf")
    every = sorted(path.name for path in (data / "offices").iterdir() if path.suffix in kinds)
    result = _district(data, work, every)
    page = json.loads((data / "faults.json").read_text(encoding="utf-8"))
    planted = [one for one in page["faults"] if one["kind"] == "planted"]
    absent = [
        one
        for one in planted
        if one["what"] == "full-width digits"
        and str(one["given"]).isascii()
        and str(one["given"]) == str(one["true"])
        and one["file"].endswith(".csv")
    ]
    there = [one for one in planted if one not in absent]
    found = [one for one in result.outcome.findings if one.kind == "fault"]
    missed = [one["no"] for one in there if not any(_is(one, other) for other in found)]
    extra = [other for other in found if not any(_is(one, other) for one in planted)]
    on = {"planted": len(there), "missed": ", ".join(map(str, missed)) or "none"}
    yield judged("register", ("faults_planted_missed", float(len(missed)), "faults"), on)
    yield judged("register", ("faults_else_flagged", float(len(extra)), "faults"), {"named": len(found)})
    yield judged(
        "register",
        ("faults_planted_not_in_the_file", float(len(absent)), "faults"),
        {"which": ", ".join(f"{one['no']}: the cell holds plain digits" for one in absent)},
    )
    layouts = judge(data, result, lambda names: _district(data, work, names))
    bad = [f"{number}: {len(one.wrong)} of {one.compared}" for number, one in layouts.items() if one.wrong]
    wrong = [f"{number}: {said}" for number, one in layouts.items() for said in one.wrong[:3]]
    on = {
        "layouts": len(layouts),
        "cells compared": f"{sum(one.compared for one in layouts.values()):,}",
        "not": "; ".join(bad) or "none",
        "such as": "; ".join(wrong)[:400] or "none",
    }
    yield judged("register", ("faults_layout_not_handled", float(len(bad)), "layouts"), on)


def _district(data: Path, work: Path, names: Iterable[str]) -> Any:
    """Import offices' files into a city that knows its streets and the outlines of its communities, nothing else."""
    from doorstep.city.importing import import_files

    city = Path(tempfile.mkdtemp(dir=work)) / "city"
    city.mkdir()
    for name in ("city.toml", "streets.osm.pbf"):
        shutil.copyfile(data / "clean" / name, city / name)
    layer = json.loads((data / "clean" / "communities.geojson").read_text(encoding="utf-8"))
    for one in layer["features"]:
        one["properties"] = {name: one["properties"][name] for name in ("id", "name")}
    (city / "communities.geojson").write_text(json.dumps(layer, ensure_ascii=False), encoding="utf-8")
    return import_files([data / "offices" / name for name in names], city, "en", confirm=True)


def _is(planted: dict[str, object], found: object) -> bool:
    column = ALIASES.get(str(planted["column"]), str(planted["column"]))
    same = (planted["file"], planted["sheet"], planted["row"]) == (found.file, found.sheet, found.row)  # type: ignore[attr-defined]
    names = (column, str(planted["column"]))
    return same and (not column or any(name in found.column for name in names))  # type: ignore[attr-defined]


PARTS: Mapping[str, Callable[[Path, bool], Iterator[Row]]] = {
    "import_csv": lambda work, quick: speed_rows(work, "csv", make_csv, quick=quick),
    "import_xlsx": lambda work, quick: speed_rows(work, "xlsx", make_xlsx, quick=quick),
    "faults_": lambda work, _: fault_rows(work),
    "folders_": lambda work, _: folder_rows(SHARED / "data", work),
    "fuzz_guided": lambda _, quick: guided_rows(quick=quick),
    "fuzz_mutated": lambda work, quick: fuzz_rows(work, quick=quick),
}
"""How the names of rows begin -> what measures them."""


def rows(only: str | None = None, *, quick: bool = False) -> list[Row]:
    """Return the rows whose name begins with ``only``."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for start, make in PARTS.items():
            if not only or only.startswith(start) or start.startswith(only):
                found += make(Path(folder), quick)
    return [row for row in found if not only or row.name.startswith(only)]


if __name__ == "__main__":
    _import_here(Path(sys.argv[1]), Path(sys.argv[2]))
