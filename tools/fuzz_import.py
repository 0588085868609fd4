"""Feed the readers of an import with bytes that a coverage-guided fuzzer makes: nothing but a told error may come out.

    .venv/bin/pip install atheris
    .venv/bin/python tools/fuzz_import.py -max_total_time=120 -timeout=20 -rss_limit_mb=6000

atheris is no dependency of the program; it runs on Linux. The suffix of each file is drawn from its first byte.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["doorstep.city"]):
    from doorstep.city.importing import import_files
from doorstep.errors import DoorstepError

SUFFIXES = (".csv", ".xlsx", ".xls", ".kml", ".geojson", ".dxf", ".gpkg", ".csv", ".osm", ".osm.pbf")
WORK = Path(tempfile.mkdtemp(prefix="fuzz-import-"))


def one(data: bytes) -> None:
    """Import one invented file; a refused import must leave nothing behind."""
    if len(data) < 2:
        return
    path, city = WORK / f"file{SUFFIXES[data[0] % len(SUFFIXES)]}", WORK / "city"
    path.write_bytes(data[1:])
    try:
        import_files([path], city, "en", confirm=True, coordinates="WGS84")
    except DoorstepError:
        assert not city.exists(), "a refused import left something behind"
    finally:
        shutil.rmtree(city, ignore_errors=True)


if __name__ == "__main__":
    corpus = Path(tempfile.mkdtemp(prefix="fuzz-corpus-"))
    head = "编号,名称,类别,地址,床位数,经度,纬度\n".encode()
    (corpus / "a").write_bytes(b"\x00" + head + "A1,甲养老院,养老机构,路1号,约１０张,119.6,30.9\n".encode())
    (corpus / "b").write_bytes(b"\x00" + head.decode().encode("gbk") + "合计,,,,80-100,0,0\n".encode("gbk"))
    (corpus / "c").write_bytes(
        b"\x03<kml><Document><Placemark><name>x</name><Point><coordinates>1,2</coordinates></Point></Placemark></Document></kml>"
    )
    (corpus / "d").write_bytes(
        b'\x04{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"x"},"geometry":null}]}'
    )
    homes = Path(__file__).resolve().parent.parent / "tests" / "data" / "fuzz" / "homes.xls"
    (corpus / "e").write_bytes(b"\x02" + homes.read_bytes())
    (corpus / "f").write_bytes(
        b'\x08<osm version="0.6"><node id="1" version="1" lat="30.9" lon="119.6">'
        b'<tag k="amenity" v="library"/></node></osm>'
    )
    atheris.Setup([sys.argv[0], *sys.argv[1:], str(corpus)], one)
    atheris.Fuzz()
