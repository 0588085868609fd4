"""Candidates are proposed from tags and neighbours, each with its evidence; none is put into a register by itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import shapely

from doorstep.errors import DoorstepError
from doorstep.inventory.candidates import Mapped, find_spaces, read_mapped
from doorstep.inventory.candidates.tables import accepted, write_proposals

MONACO = Path(__file__).resolve().parents[1] / "data" / "monaco"
SHOPS = [{"shop": "bakery", "name": "B"}, {"amenity": "cafe", "name": "C"}, {"shop": "books", "name": "D"}]


def _mapped(*things: tuple[Mapping[str, str], shapely.Geometry]) -> Mapped:
    """A street along y = 0, three shops on it, and some more things."""
    shapes = [shapely.box(20 * nth, 5, 20 * nth + 10, 15) for nth in range(3)] + [shape for _, shape in things]
    tags = [*({"building": "retail", **one} for one in SHOPS), *(dict(told) for told, _ in things)]
    return Mapped(
        ids=tuple(f"w{nth}" for nth in range(len(tags))),
        tags=tuple(tags),
        shapes=np.array(shapes, dtype=object),
        streets=np.array([shapely.LineString([(-500, 0), (500, 0)])], dtype=object),
        street_kinds=("residential",),
        crs="EPSG:4549",
    )


BESIDE = shapely.box(60, 5, 70, 15)


@pytest.mark.parametrize(
    ("tags", "shape", "evidence"),
    [
        ({"shop": "vacant"}, shapely.Point(65, 10), "vacant_tag"),
        ({"disused:amenity": "pub", "building": "yes"}, BESIDE, "vacant_tag"),
        ({"building": "yes", "abandoned": "yes"}, BESIDE, "vacant_tag"),
        ({"name": "Former bank", "building": "yes"}, BESIDE, "vacant_tag"),
        ({"landuse": "brownfield"}, shapely.box(0, 50, 60, 90), "brownfield"),
        ({"building": "retail"}, BESIDE, "ground_floor"),
        ({"building": "garages"}, shapely.box(60, 50, 80, 60), "low_rise_service"),
        ({"amenity": "parking"}, shapely.box(0, 50, 60, 90), "car_park_corner"),
        ({"building": "school", "amenity": "school", "name": "S"}, shapely.box(0, 50, 60, 90), "roof"),
    ],
)
def test_each_kind_of_evidence(tags: dict, shape: shapely.Geometry, evidence: str) -> None:
    found = find_spaces(_mapped((tags, shape)))
    assert [(one.id, one.evidence) for one in found] == [("w3", evidence)]
    assert 0 < found[0].weight <= 1


@pytest.mark.parametrize(
    ("tags", "shape"),
    [
        ({"building": "retail", "shop": "shoes"}, BESIDE),  # somebody is there
        ({"building": "retail", "name": "Kingsway"}, BESIDE),  # named
        ({"building": "retail"}, shapely.box(60, 60, 70, 70)),  # far from any street
        ({"building": "retail"}, shapely.box(400, 5, 410, 15)),  # nobody around has been mapped
        ({"building": "house"}, BESIDE),
        ({"building": "garages"}, shapely.box(60, 50, 64, 60)),  # too small
        ({"building": "garages", "building:levels": "4"}, shapely.box(60, 50, 80, 60)),
        ({"amenity": "parking", "access": "private"}, shapely.box(0, 50, 60, 90)),
        ({"amenity": "parking", "parking": "underground"}, shapely.box(0, 50, 60, 90)),
        ({"amenity": "cafe", "disused:amenity": "pub"}, shapely.Point(65, 30)),  # in use again
    ],
)
def test_what_is_no_candidate(tags: dict, shape: shapely.Geometry) -> None:
    assert find_spaces(_mapped((tags, shape))) == ()


def test_a_unit_with_a_tenant_drawn_as_a_point_is_taken() -> None:
    unit = ({"building": "retail"}, BESIDE)
    assert [one.evidence for one in find_spaces(_mapped(unit))] == ["ground_floor"]
    assert find_spaces(_mapped(unit, ({"shop": "shoes"}, shapely.Point(65, 10)))) == ()


def test_an_address_without_a_tenant_among_shops() -> None:
    point = ({"addr:street": "High Street", "addr:housenumber": "4"}, shapely.Point(46, 22))
    mapped = _mapped(({"building": "retail", "name": "Arcade"}, shapely.box(42, 18, 60, 30)), point)
    assert [(one.evidence, one.address) for one in find_spaces(mapped)] == [("address_without_tenant", "4 High Street")]


def test_places_of_the_register_and_beyond_the_border_are_left_out() -> None:
    mapped = _mapped(({"shop": "vacant"}, shapely.Point(65, 10)))
    known = np.array([shapely.Point(70, 10)], dtype=object)
    assert find_spaces(mapped, known=known) == ()
    assert len(find_spaces(mapped, known=known, known_m=3)) == 1
    assert find_spaces(mapped, within=shapely.box(0, 0, 50, 50)) == ()


def test_one_premises_drawn_twice_is_one_proposal() -> None:
    mapped = _mapped(
        ({"building": "retail", "disused:shop": "yes"}, BESIDE), ({"shop": "vacant"}, shapely.Point(65, 10))
    )
    assert len(find_spaces(mapped)) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_person_ticks_comes_back_as_spaces(tmp_path: Path, language: str) -> None:
    mapped = _mapped(({"building": "retail"}, BESIDE), ({"shop": "vacant", "name": "Old bank"}, shapely.Point(265, 10)))
    write_proposals(find_spaces(mapped), mapped.crs, tmp_path, language, attribution="made up")
    path = tmp_path / "proposals.xlsx"
    with pytest.raises(DoorstepError, match="proposals-none-ticked"):
        accepted(path)
    book = openpyxl.load_workbook(path)
    book.active["A3"] = "yes" if language == "en" else "是"
    book.save(path)
    rows = accepted(path)
    assert rows["place"].tolist() == ["Old bank"]
    assert rows["area_basis"].tolist() == ["estimated"]
    assert {"id", "channel", "lon", "lat"} <= set(rows.columns)


def test_a_file_that_is_no_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    (tmp_path / "b.xlsx").write_bytes(b"no workbook")
    for name, code in (("a.csv", "other"), ("b.xlsx", "unreadable"), ("none.csv", "unreadable")):
        with pytest.raises(DoorstepError, match=f"proposals-{code}"):
            accepted(tmp_path / name)


def test_a_real_map_is_read_and_a_damaged_one_refused(tmp_path: Path) -> None:
    file = next(MONACO.glob("*.osm.pbf"))
    mapped = read_mapped(file, "EPSG:32632")
    assert len(mapped.ids) == len(mapped.tags) == len(mapped.shapes) == len(set(mapped.ids))
    assert len(mapped.streets) == len(mapped.street_kinds) > 0
    (tmp_path / "cut.osm.pbf").write_bytes(file.read_bytes()[:2000])
    with pytest.raises(DoorstepError, match="osm-unreadable"):
        read_mapped(tmp_path / "cut.osm.pbf", "EPSG:32632")
