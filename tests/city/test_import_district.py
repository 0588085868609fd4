"""What one made-up district's offices hand in: every planted fault named, nothing else, places where they are."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from doorstep.city import check_city
from doorstep.city.importing import Result, import_files

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def district(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    clean, city = shared / "data" / "made-city-cn" / "clean", tmp_path_factory.mktemp("district") / "city"
    city.mkdir()
    for name in ("city.toml", "communities.geojson", "streets.osm.pbf"):
        shutil.copyfile(clean / name, city / name)
    kinds = (".xlsx", ".xls", ".csv", ".shp", ".kml", ".dxf")
    files = sorted(path for path in (shared / "data/made-city-cn/offices").iterdir() if path.suffix in kinds)
    return city, import_files(files, city, "en", confirm=True)


def test_every_planted_fault_is_named_and_nothing_else(shared: Path, district: tuple[Path, Result]) -> None:
    page = json.loads((shared / "data/made-city-cn/faults.json").read_text(encoding="utf-8"))
    planted = {(one["file"], one["sheet"], one["row"]) for one in page["faults"] if one["kind"] == "planted"}
    # one cell should hold full-width digits and holds plain ones: there is nothing to name
    planted.remove(("卫健委_医疗托育机构.csv", "", 25))
    found = [(one.file, one.sheet, one.row) for one in district[1].outcome.findings if one.kind == "fault"]
    assert len(found) == len(set(found))
    assert set(found) == planted


def test_places_are_where_they_are(shared: Path, district: tuple[Path, Result]) -> None:
    truth, city = shared / "data" / "made-city-cn", district[0]
    true = pd.read_csv(truth / "clean/facilities.csv", dtype=str).set_index("id")
    found = pd.read_csv(city / "facilities.csv", dtype=str, keep_default_na=False)
    for source, name, metres in (
        ("卫健委_医疗托育机构", "health_bureau", 1.0),
        ("体育局_健身和游憩场地", "local_grid", 0.1),
        ("地图POI导出", "map_export", 25.0),
    ):
        with (truth / f"truth/{name}.csv").open(encoding="utf-8") as stream:
            facility_of = {row["row"]: row["facility"] for row in csv.DictReader(stream) if row["facility"]}
        rows = found[(found["source"] == source) & (found.get("place_basis", "") == "")]
        own = true.loc[[facility_of[row] for row in rows["source_row"]]]
        assert (own["service"].to_numpy() == rows["service"].to_numpy()).all()
        lon, lat = (rows[axis].astype(float).to_numpy() - own[axis].astype(float).to_numpy() for axis in ("lon", "lat"))
        assert np.hypot(lon * 95_600, lat * 110_950).max() < metres


def test_buildings_and_rooms_are_those_of_the_register(shared: Path, district: tuple[Path, Result]) -> None:
    clean, city = shared / "data/made-city-cn/clean", district[0]
    homes = pd.read_csv(city / "residences.csv", dtype=str, keep_default_na=False).merge(
        pd.read_csv(clean / "residences.csv", dtype=str), on="name", suffixes=("", "_true")
    )
    assert len(homes) == 922
    for column in ("storeys", "dwellings", "year"):
        assert (homes[column] == homes[f"{column}_true"]).all()
    rooms = pd.read_csv(city / "spaces.csv", dtype=str, keep_default_na=False)
    assert (rooms["source"] == "住建局_房屋台账/闲置用房").sum() == 220
    assert not rooms["limits"].str.contains("10000002100").any()


def test_the_city_is_sound(district: tuple[Path, Result]) -> None:
    found = check_city(district[0])
    assert [one for one in found.problems if one.severity == "error"] == []
    assert found.city is not None
