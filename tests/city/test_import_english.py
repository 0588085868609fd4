"""Lists as British councils keep them, and what the screen says of what was left out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from command_line import doorstep

from doorstep.city.importing import import_files

CARE = """Provider,Service type,Registered places,Address line 1,Postcode,Latitude,Longitude,Phone
Sunny Day Centre,Day care (older people),30,1 High St,NP20 1AA,51.588,-2.998,01633
Little Steps,Nursery,45,2 High St,NP20 1AB,51.589,-2.997,01633
Kingsway,Car park,,3 High St,NP20 1AC,51.59,-2.996,
"""
DWELLINGS = """Building,Estate,No. of storeys,Number of flats,Residents,Lat,Lng
Block A,Duffryn,4,24,50,51.585,-2.993
Block B,Duffryn,3,18,41,51.584,-2.992
"""
EMPTY = """UPRN,Property,Address,Floor,Gross internal area (m2),Net internal area,Landlord,Lift,Date available,Lat,Lng
10001,Old Post Office,5 Bridge St,Ground floor,220,180,Newport City Council,No,13/04/2026,51.587,-2.995
10002,Unit 4 Kingsway,4 Kingsway,1st,320,280,Private landlord,Yes,TBC,51.586,-2.994
"""


def _files(folder: Path) -> list[Path]:
    paths = []
    for name, content in (("care_homes", CARE), ("dwellings", DWELLINGS), ("empty_property", EMPTY)):
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text(content, encoding="utf-8")
    return paths


def test_british_lists_are_read_whole(tmp_path: Path) -> None:
    result = import_files(_files(tmp_path), tmp_path / "city", "en", confirm=True, coordinates="WGS84")
    left = {
        one.entry.source: [head for head, (field, _) in one.entry.columns.items() if not field] for one in result.lists
    }
    assert left == {"care_homes": ["Postcode"], "dwellings": [], "empty_property": []}
    tables = {
        name: pd.read_csv(tmp_path / "city" / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("residences", "facilities", "spaces")
    }
    columns = ["name", "dwellings", "people"]
    assert tables["residences"][columns].to_numpy().tolist() == [
        ["Duffryn Block A", "24", "50"],
        ["Duffryn Block B", "18", "41"],
    ]
    columns = ["place", "service", "capacity"]
    assert tables["facilities"][columns].to_numpy().tolist() == [
        ["Sunny Day Centre", "elderly_care", "30"],
        ["Little Steps", "infant_care", "45"],
    ]
    columns = ["id", "place", "floor_area_m2", "area_m2", "storey", "channel", "available_from"]
    assert tables["spaces"][columns].to_numpy().tolist() == [
        ["10001", "Old Post Office", "220", "180", "1", "transfer", "2026-04-13"],
        ["10002", "Unit 4 Kingsway", "320", "280", "2", "convert", ""],
    ]


def test_the_screen_says_which_columns_are_left_out_and_why_rows_are_not_taken(tmp_path: Path) -> None:
    care, *_ = _files(tmp_path)
    done = doorstep("import", care, "--into", tmp_path / "city", "--coordinates", "WGS84", "--lang", "en")
    assert "care_homes: columns not known and left out (1): Postcode" in done.out
    assert "care_homes.csv: rows not taken (1; row 4): neither name, category nor list tells a service" in done.out
    assert "Nothing is wrong" not in done.out


def test_eastings_and_northings_name_the_likely_grid_and_can_be_read_in_it(tmp_path: Path) -> None:
    path = tmp_path / "facilities.csv"
    path.write_text(
        "Name,Category,Easting,Northing\nCentral Library,Library,331000,188000\nHigh St,Clinic,330800,187600\n",
        encoding="utf-8",
    )
    (asked,) = import_files([path], tmp_path / "city", "en").questions
    assert "EPSG:27700" in asked.values["evidence"]
    import_files([path], tmp_path / "city", "en", confirm=True, coordinates="EPSG:27700")
    found = pd.read_csv(tmp_path / "city" / "facilities.csv")
    assert found["lon"].tolist()[0] == pytest.approx(-2.9955, abs=0.002)
    assert found["lat"].tolist()[0] == pytest.approx(51.586, abs=0.003)
