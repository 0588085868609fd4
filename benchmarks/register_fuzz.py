"""Readers fed with damaged and invented files: nothing but a told error may come out, nothing may be left behind."""

from __future__ import annotations

import importlib.util
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows import REPOSITORY, Row, judged

__all__ = ["fuzz_rows", "guided_rows"]

SECONDS, QUICK_SECONDS = 60.0, 10.0
SLOW_S = 20.0
"""A file of a few kilobytes that takes longer is a hang."""


def fuzz_rows(work: Path, *, quick: bool) -> Iterator[Row]:
    """Yield crashes, hangs and partial writes of a time-boxed run of mutated office files (seed 1)."""
    from doorstep.city.importing import import_files
    from doorstep.errors import DoorstepError

    seeds = _seeds(work)
    chance = random.Random(1)
    crashes, hangs, partial, runs, imported = [], 0, 0, 0, 0
    end = time.perf_counter() + (QUICK_SECONDS if quick else SECONDS)
    city = work / "fuzzed"
    while time.perf_counter() < end:
        name, content = seeds[runs % len(seeds)]
        path = work / f"fuzz_{name}"
        path.write_bytes(_mutated(content, chance))
        start = time.perf_counter()
        try:
            import_files([path], city, "en", confirm=True, coordinates="WGS84")
            imported += 1
        except DoorstepError:
            partial += city.exists()
        except Exception as fault:
            crashes.append(f"{name}: {type(fault).__name__}: {fault}"[:80])
            partial += city.exists()
        hangs += time.perf_counter() - start > SLOW_S
        shutil.rmtree(city, ignore_errors=True)
        runs += 1
    kinds = ", ".join(name.partition(".")[2] for name, _ in seeds)
    on = {
        "files": runs,
        "of": kinds,
        "imported all the same": imported,
        "first": "; ".join(dict.fromkeys(crashes))[:300] or "none",
    }
    yield judged("register", ("fuzz_mutated_crashes", float(len(crashes)), "files"), on)
    yield judged("register", ("fuzz_mutated_hangs", float(hangs), "files"), {"files": runs})
    yield judged("register", ("fuzz_mutated_partial_writes", float(partial), "files"), {"files": runs})


def _seeds(work: Path) -> list[tuple[str, bytes]]:
    import geopandas as gpd
    import openpyxl
    import osmium
    import shapely

    folder = work / "seeds"
    folder.mkdir()
    text = "编号,名称,类别,地址,床位数,经度,纬度\n" + "".join(
        f"A{n},望月{n}养老院,养老机构,路{n}号,{n * 10}张,119.6{n},30.9{n}\n" for n in range(1, 9)
    )
    (folder / "a.csv").write_text(text, encoding="utf-8")
    (folder / "b.csv").write_bytes(text.encode("gbk"))
    (folder / "c.csv").write_bytes(text.encode("utf-16"))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["养老机构一览表"])
    sheet.merge_cells("A1:G1")
    for line in text.splitlines():
        sheet.append(line.split(","))
    book.save(folder / "d.xlsx")
    layer = gpd.GeoDataFrame(
        {"名称": ["甲", "乙"], "类别": ["图书馆", "诊所"]},
        geometry=shapely.points([[119.6, 30.9], [119.61, 30.91]]),
        crs=4326,
    )
    layer.to_file(folder / "e.geojson")
    layer.to_file(folder / "f.gpkg")
    (folder / "g.kml").write_text(
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>园</name><Placemark><name>1号楼</name>'
        "<Polygon><outerBoundaryIs><LinearRing>"
        "<coordinates>119.6,30.9 119.61,30.9 119.61,30.91 119.6,30.9</coordinates>"
        "</LinearRing></outerBoundaryIs></Polygon>"
        "</Placemark></Folder></Document></kml>",
        encoding="utf-8",
    )
    (folder / "h.dxf").write_text(
        "0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n建筑\n90\n4\n70\n1\n10\n0\n20\n0\n10\n9\n20\n0\n10\n9\n20\n9\n10\n0\n20\n9\n0\nENDSEC\n0\nEOF\n",
        encoding="utf-8",
    )
    shutil.copyfile(REPOSITORY / "tests" / "data" / "fuzz" / "homes.xls", folder / "i.xls")
    nodes = "".join(
        f'<node id="{n}" version="1" lat="30.9{n}" lon="119.6{n}"><tag k="amenity" v="library"/>'
        f'<tag k="name" v="馆{n}"/><tag k="opening_hours" v="Mo-Su 08:00-1{n}:00"/><tag k="level" v="0;1"/></node>'
        for n in range(1, 5)
    )
    ways = (
        '<way id="9" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="building" v="apartments"/>'
        '<tag k="building:levels" v="6"/></way><way id="10" version="1"><nd ref="1"/><nd ref="4"/>'
        '<tag k="highway" v="residential"/></way>'
    )
    (folder / "j.osm").write_text(f'<osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    with osmium.SimpleWriter(str(folder / "k.osm.pbf")) as writer:
        for thing in osmium.FileProcessor(str(folder / "j.osm")):
            writer.add(thing)
    return [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]


def guided_rows(*, quick: bool) -> Iterator[Row]:
    """Yield crashes of a time-boxed run of atheris, which looks for inputs that reach new lines of the readers.

    atheris is no dependency of the program: where it is not installed, the row says so and has no value.
    """
    seconds = round(QUICK_SECONDS if quick else SECONDS)
    if importlib.util.find_spec("atheris") is None:
        yield judged("register", ("fuzz_guided_crashes", float("nan"), "files"), {"atheris": "not installed"})
        return
    with tempfile.TemporaryDirectory() as work:
        limits = (f"-max_total_time={seconds}", f"-timeout={SLOW_S:.0f}", "-rss_limit_mb=6000")
        command = [sys.executable, str(REPOSITORY / "tools" / "fuzz_import.py"), *limits]
        done = subprocess.run(command, capture_output=True, text=True, cwd=work, check=False)
        found = [path.name for path in Path(work).iterdir() if path.name.startswith(("crash-", "timeout-", "oom-"))]
        runs = re.search(r"Done (\d+) runs", done.stderr)
        last = [line for line in done.stderr.splitlines() if "SUMMARY" in line or "Error:" in line][-2:]
        crashed = max(len(found), int(done.returncode != 0))
        on = {"files": int(runs.group(1)) if runs else 0, "seconds": seconds, "first": "; ".join(last)[:200] or "none"}
        yield judged("register", ("fuzz_guided_crashes", float(crashed), "files"), on)


def _mutated(content: bytes, chance: random.Random) -> bytes:
    """Bytes flipped, cut out, doubled, cut off; in one of ten files nothing but noise."""
    data = bytearray(content)
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(1, 2000))
    for _ in range(chance.randrange(1, 12)):
        if not data:
            break
        kind, at = chance.randrange(4), chance.randrange(len(data))
        if kind == 0:
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at : at + chance.randrange(1, 40)]
        elif kind == 2:
            data[at:at] = data[at : at + chance.randrange(1, 40)] * chance.randrange(1, 4)
        elif chance.random() < 0.2:
            del data[at:]
    return bytes(data)
