"""Degrees of maps and metres of zones: there and back, where maps shift and where not."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city.coordinates import (
    ZONES,
    bd09_from_wgs84,
    convert,
    gcj02_from_wgs84,
    is_shifted,
    system_of_text,
    wgs84_from_bd09,
    wgs84_from_gcj02,
    zone_of,
    zones_of_easting,
)
from doorstep.city.coordinates.bd import second_step, second_step_back
from doorstep.city.coordinates.regions import stays
from doorstep.errors import DoorstepError

Turn = Callable[[npt.ArrayLike, npt.ArrayLike], tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]

NOT_SHIFTED = {
    "Hong Kong, Central": (114.158, 22.282),
    "Hong Kong, Tuen Mun": (113.977, 22.391),
    "Hong Kong, Fanling": (114.139, 22.492),
    "Macao, Senado Square": (113.540, 22.194),
    "Macao, Coloane": (113.560, 22.120),
    "Taipei": (121.565, 25.033),
    "Kaohsiung": (120.302, 22.627),
    "Magong, Penghu": (119.566, 23.565),
    "Jincheng, Kinmen": (118.317, 24.432),
    "Nangan, Matsu": (119.940, 26.157),
    "Singapore": (103.82, 1.35),
    "Seoul": (126.98, 37.57),
    "Hanoi": (105.85, 21.03),
    "Ulaanbaatar": (106.92, 47.92),
    "Newport": (-2.998, 51.588),
    "Tokyo": (139.69, 35.69),
}
SHIFTED = {
    "Beijing": (116.391, 39.907),
    "Shenzhen, Futian": (114.0528, 22.5458),
    "Zhuhai, Xiangzhou": (113.5716, 22.2740),
    "Xiamen, Siming": (118.0844, 24.4825),
    "Fuzhou, Pingtan": (119.79, 25.50),
    "Kashgar": (75.99, 39.47),
    "Heihe": (127.50, 50.25),
    "Sanya": (109.51, 18.25),
    "Dandong": (124.38, 40.13),
}

mainland = st.tuples(st.floats(100.5, 117.0), st.floats(26.0, 40.0))
anywhere = st.tuples(st.floats(-180.0, 180.0), st.floats(-90.0, 90.0))


@pytest.mark.parametrize("place", NOT_SHIFTED)
def test_no_map_shifts_there(place: str) -> None:
    point = NOT_SHIFTED[place]
    for turn in (gcj02_from_wgs84, wgs84_from_gcj02, bd09_from_wgs84, wgs84_from_bd09):
        assert [float(value) for value in turn(*point)] == list(point)


@pytest.mark.parametrize("place", SHIFTED)
def test_maps_shift_there(place: str) -> None:
    lon, lat = SHIFTED[place]
    assert is_shifted(lon, lat)
    there = gcj02_from_wgs84(lon, lat)
    away_m = np.hypot((there[0] - lon) * 111_320 * np.cos(np.radians(lat)), (there[1] - lat) * 110_950)
    assert 50 < away_m < 1000


def test_published_pairs_to_the_millimetre() -> None:
    # the constants are those of gcoord; eviltransform's own differ by less than a metre
    lon, lat = gcj02_from_wgs84([121.5272106, 113.912316, 116.377817], [31.1774276, 22.543847, 39.911954])
    np.testing.assert_allclose(lon, [121.531541859215, 113.9171764808363, 116.38404722455657], atol=1e-5)
    np.testing.assert_allclose(lat, [31.17530398364597, 22.540796131694766, 39.91334546536069], atol=1e-5)


@pytest.mark.shared
def test_pairs_of_664_cities_within_a_metre(shared: Path) -> None:
    with (shared / "data" / "coord-pairs" / "china_cities_wgs_gcj_bd.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 664
    wgs, gcj, bd = (
        np.array([[float(row[f"{system}_{axis}"]) for row in rows] for axis in ("lon", "lat")])
        for system in ("wgs84", "gcj02", "bd09")
    )
    ways = (
        (gcj02_from_wgs84, wgs, gcj), (wgs84_from_gcj02, gcj, wgs), (bd09_from_wgs84, wgs, bd),
        (wgs84_from_bd09, bd, wgs), (second_step, gcj, bd), (second_step_back, bd, gcj),
    )  # fmt: skip
    for turn, given_, wanted in ways:
        lon, lat = turn(*given_)
        away_m = np.hypot((lon - wanted[0]) * 111_320 * np.cos(np.radians(lat)), (lat - wanted[1]) * 110_950)
        assert away_m.max() < 1.0, turn.__name__


@given(point=mainland)
def test_there_and_back_is_the_same_place(point: tuple[float, float]) -> None:
    for there, back in ((gcj02_from_wgs84, wgs84_from_gcj02), (bd09_from_wgs84, wgs84_from_bd09)):
        np.testing.assert_allclose(back(*there(*point)), point, rtol=0, atol=1e-9)


@given(point=anywhere)
def test_what_is_shifted_comes_back_wherever_it_is(point: tuple[float, float]) -> None:
    for there, back in ((gcj02_from_wgs84, wgs84_from_gcj02), (bd09_from_wgs84, wgs84_from_bd09)):
        moved = there(*point)
        assert np.isfinite(moved).all()
        if is_shifted(*point) and not stays(*moved):  # a strip of Zhuhai falls into Macao
            np.testing.assert_allclose(back(*moved), point, rtol=0, atol=1e-7)


@pytest.mark.parametrize("turn", [gcj02_from_wgs84, wgs84_from_gcj02, bd09_from_wgs84, wgs84_from_bd09])
def test_what_is_no_number_stays_and_harms_nobody(turn: Turn) -> None:
    lon, lat = turn([np.nan, 116.4, np.inf, 1e300], [39.9, np.nan, -np.inf, 1e300])
    assert np.isnan(lon[0])
    assert np.isnan(lat[1])
    assert lon[3] == 1e300
    assert turn([], [])[0].size == 0
    whole = turn([116.4, 120.1, 114.2], [39.9, 30.2, 22.3])
    for place, point in enumerate([(116.4, 39.9), (120.1, 30.2), (114.2, 22.3)]):
        assert [float(value) for value in turn(*point)] == [float(axis[place]) for axis in whole]


def test_input_is_left_alone() -> None:
    lon, lat = np.array([116.4]), np.array([39.9])
    gcj02_from_wgs84(lon, lat)
    wgs84_from_bd09(lon, lat)
    assert (lon[0], lat[0]) == (116.4, 39.9)


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.crs)
def test_zones_are_those_of_the_register(zone: object) -> None:
    crs = pyproj.CRS(zone.crs)  # type: ignore[attr-defined]
    about = {part["name"]: part["value"] for part in crs.to_json_dict()["conversion"]["parameters"]}
    assert crs.name.startswith("CGCS2000")
    assert about["Longitude of natural origin"] == zone.meridian  # type: ignore[attr-defined]
    assert about["False easting"] == zone.false_easting_m  # type: ignore[attr-defined]


@settings(deadline=None)  # the first use of a zone asks the register
@given(lon=st.floats(73.6, 134.9), lat=st.floats(18.0, 53.5), width=st.sampled_from([3, 6]), prefixed=st.booleans())
def test_the_easting_tells_its_zone(lon: float, lat: float, width: int, prefixed: bool) -> None:
    zone = zone_of(lon, width, prefixed)
    easting = convert([[lon, lat]], "EPSG:4490", zone.crs)[0, 0]
    found = zones_of_easting(easting)
    # without a number in front, the 3-degree zone on the same meridian stands for both
    assert any((other.meridian, other.prefixed) == (zone.meridian, prefixed) for other in found)
    assert len(found) == 1 or not prefixed


@pytest.mark.parametrize(("lon", "width"), [(120.0, 4), (60.0, 3), (150.0, 6)])
def test_no_zone_is_made_up(lon: float, width: int) -> None:
    with pytest.raises(ValueError, match="zone"):
        zone_of(lon, width)


def test_every_system_leads_to_every_other() -> None:
    systems = ("EPSG:4326", "EPSG:4490", "GCJ-02", "BD-09", "EPSG:4549", "EPSG:4528", "EPSG:4498", "EPSG:32650")
    start = np.array([[119.6730, 30.9069], [119.70, 30.93]])
    for source in systems:
        given_ = convert(start, "EPSG:4326", source)
        for target in systems:
            back = convert(convert(given_, source, target), target, "EPSG:4326")
            np.testing.assert_allclose(back, start, rtol=0, atol=1e-8, err_msg=f"{source} {target}")


def test_an_unknown_system_is_named() -> None:
    with pytest.raises(DoorstepError) as caught:
        convert([[1.0, 2.0]], "EPSG:4326", "Mars 2000")
    assert (caught.value.code, caught.value.values) == ("system-unknown", {"found": "Mars 2000"})
    with pytest.raises(DoorstepError, match="Mars 2000"):
        convert([[1.0, 2.0]], "Mars 2000", "GCJ-02")


@settings(max_examples=40, deadline=None)  # the register is asked by name each time
@given(text=st.text(max_size=12))
def test_any_text_is_a_system_or_none(text: str) -> None:
    found = system_of_text(text)
    assert found is None or isinstance(found, str)
