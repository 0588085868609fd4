"""Heights of nodes from a made raster and from the map."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from doorstep.city import Streets, read_city
from doorstep.city.elevation import find_elevation, node_heights
from doorstep.errors import InputError, Problem

REPOSITORY = Path(__file__).resolve().parents[2]
CRS = "EPSG:4549"
EAST, NORTH = 500_000.0, 3_000_000.0
FOOT = {"highway": "footway"}


def streets_of(
    points: list[tuple[float, float]],
    ways: list[tuple[list[int], Mapping[str, str]]],
    node_tags: Mapping[int, Mapping[str, str]] | None = None,
) -> Streets:
    return Streets(
        node_id=np.arange(len(points)),
        node_x_m=np.array([EAST + x for x, _ in points]),
        node_y_m=np.array([NORTH + y for _, y in points]),
        node_tags=node_tags or {},
        way_id=np.arange(len(ways)),
        first_node_of_way=np.concatenate([[0], np.cumsum([len(nodes) for nodes, _ in ways])]).astype(np.int64),
        way_nodes=np.array([node for nodes, _ in ways for node in nodes], dtype=np.int64),
        way_tags=tuple(tags for _, tags in ways),
    )


def plane(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Ten metres up, a rise of 10 in 100 to the east and a fall of 5 in 100 to the north."""
    return 10 + 0.1 * x - 0.05 * y


def write(
    path: Path, heights: npt.NDArray[np.float64], *, crs: str | None = CRS, pixel: float = 10.0, nodata: float = -9999.0
) -> Path:
    """Write heights whose lower left pixel centre is the origin of the drawings."""
    top = NORTH + pixel * (heights.shape[0] - 1) + pixel / 2
    place = {"transform": Affine(pixel, 0, EAST - pixel / 2, 0, -pixel, top), "crs": crs} if crs else {}
    shape = {"height": heights.shape[0], "width": heights.shape[1]}
    with rasterio.open(path, "w", driver="GTiff", count=1, dtype="float32", nodata=nodata, **shape, **place) as out:
        out.write(heights.astype(np.float32), 1)
    return path


def made_raster(path: Path, **how: object) -> Path:
    x, y = np.meshgrid(np.arange(11) * 10.0, np.arange(10, -1, -1) * 10.0)
    return write(path, plane(x, y), **how)  # type: ignore[arg-type]


def heights_of(streets: Streets, raster: Path | None) -> list[float]:
    problems: list[Problem] = []
    found = node_heights(streets, CRS, raster, problems)
    assert {one.code for one in problems} <= {"elevation-part"}
    return [float(one) for one in found]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=20))
def test_a_plane_is_read_exactly(tmp_path_factory: pytest.TempPathFactory, points: list[tuple[float, float]]) -> None:
    path = tmp_path_factory.getbasetemp() / "plane.tif"
    if not path.exists():
        made_raster(path)
    x, y = np.array(points).T
    assert heights_of(streets_of(points, []), path) == pytest.approx(plane(x, y), abs=1e-4)


@pytest.mark.parametrize("none", [-9999.0, 9001.0, -501.0])
def test_outside_the_outermost_centres_and_beside_holes_nothing_is_known(tmp_path: Path, none: float) -> None:
    heights = np.full((4, 4), 7.0)
    heights[0, 0] = none
    path = write(tmp_path / "elevation.tif", heights)
    points = [(-0.1, 15.0), (30.0, 0.0), (30.1, 0.0), (15.0, 15.0), (5.0, 25.0), (0.0, 20.0), (500.0, 500.0)]
    assert heights_of(streets_of(points, []), path) == pytest.approx(
        [np.nan, 7, np.nan, 7, np.nan, 7, np.nan], nan_ok=True
    )


def test_raster_in_degrees(tmp_path: Path) -> None:
    streets = streets_of([(0.0, 0.0), (100.0, 50.0)], [])
    lon, lat = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(EAST, NORTH)
    ramp = np.tile(np.arange(40.0), (40, 1))
    with rasterio.open(
        tmp_path / "elevation.tif", "w", driver="GTiff", count=1, dtype="float32", width=40, height=40,
        crs="EPSG:4326", transform=Affine(0.0005, 0, lon - 0.01, 0, -0.0005, lat + 0.01),
    ) as out:  # fmt: skip
        out.write(ramp.astype(np.float32), 1)
    west, east = heights_of(streets, tmp_path / "elevation.tif")
    assert west == pytest.approx(19.5, abs=1e-3)
    assert east - west == pytest.approx(100 / (0.0005 * 111_320 * np.cos(np.radians(lat))), rel=0.01)


@pytest.mark.parametrize("kind", ["bridge", "tunnel"])
def test_bridges_and_tunnels_run_straight_between_their_ends(tmp_path: Path, kind: str) -> None:
    x, _ = np.meshgrid(np.arange(11) * 10.0, np.arange(11))
    path = write(tmp_path / "elevation.tif", np.abs(x - 50))  # a valley
    points = [(0.0, 50.0), (10.0, 50.0), (50.0, 50.0), (70.0, 50.0), (90.0, 50.0), (100.0, 50.0), (50.0, 90.0)]
    ground = [([0, 1], FOOT), ([4, 5], FOOT)]

    def middle(over: Mapping[str, str], *more: tuple[list[int], Mapping[str, str]]) -> list[float]:
        return heights_of(streets_of(points, [*ground, ([1, 2, 3], over), ([3, 4], over), *more]), path)[2:4]

    assert middle(FOOT) == pytest.approx([0, 20])
    assert middle({**FOOT, kind: "no"}) == pytest.approx([0, 20])
    assert middle({**FOOT, kind: "yes"}) == pytest.approx([40, 40])
    # A bridge of two ways, from a bank of 40 m down to the floor of the valley.
    up = {**FOOT, kind: "yes"}
    three = heights_of(streets_of(points, [([0, 1], FOOT), ([1, 2], up), ([2, 6], up), ([6, 5], FOOT)]), path)
    assert three[2] == pytest.approx(40 * 0.5)
    assert np.isnan(heights_of(streets_of(points, [([2, 3], up)]), path)[2:4]).all()


def test_heights_in_the_map_count_without_a_raster_and_spread_along_their_way_only() -> None:
    points = [(0.0, 0.0), (10.0, 0.0), (30.0, 0.0), (40.0, 0.0), (10.0, 9.0)]
    tags = {0: {"ele": "5"}, 2: {"ele": "11.0 m"}, 4: {"ele": "about 3"}}
    streets = streets_of(points, [([0, 1, 2, 3], FOOT), ([1, 4], FOOT)], tags)
    assert heights_of(streets, None) == pytest.approx([5, 7, 11, np.nan, np.nan], nan_ok=True)
    wall = streets_of(points, [([0, 1, 2, 3], {"barrier": "wall"})], tags)
    assert heights_of(wall, None) == pytest.approx([5, np.nan, 11, np.nan, np.nan], nan_ok=True)


def test_the_map_does_not_mix_with_a_raster(tmp_path: Path) -> None:
    streets = streets_of([(0.0, 0.0), (-500.0, 0.0)], [], {1: {"ele": "99"}})
    assert heights_of(streets, made_raster(tmp_path / "elevation.tif")) == pytest.approx([10, np.nan], nan_ok=True)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")  # writing it warns, too
def test_bad_rasters_are_problems(tmp_path: Path) -> None:
    streets = streets_of([(0.0, 0.0)], [])
    (tmp_path / "text.tif").write_text("not a raster")
    whole = made_raster(tmp_path / "whole.tif").read_bytes()
    (tmp_path / "cut.tif").write_bytes(whole[:-100])
    made_raster(tmp_path / "nowhere.tif", crs=None)
    for name, code in (
        ("text.tif", "elevation-unreadable"),
        ("cut.tif", "elevation-unreadable"),
        ("nowhere.tif", "elevation-crs-missing"),
    ):
        problems: list[Problem] = []
        assert np.isnan(node_heights(streets, CRS, tmp_path / name, problems)).all()
        assert [(one.file, one.code, one.severity) for one in problems] == [(name, code, "error")]


def test_the_raster_of_a_folder(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert find_elevation(tmp_path, problems) is None
    (tmp_path / "Elevation.TIF").touch()
    found = find_elevation(tmp_path, problems)
    assert found is not None
    assert found.name == "Elevation.TIF"
    assert not problems
    (tmp_path / "elevation.tiff").touch()
    find_elevation(tmp_path, problems)
    assert [problem.code for problem in problems] == ["table-twice"]


def test_rasters_are_not_loaded_without_need() -> None:
    lines = "import sys, doorstep.pipeline; sys.exit('rasterio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0


def test_a_city_with_a_raster_knows_its_heights_and_names_the_file(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "examples" / "made-city", tmp_path / "city")
    plain = read_city(tmp_path / "city")
    assert np.isnan(plain.streets.node_ele_m).all()
    x, y = plain.streets.node_x_m, plain.streets.node_y_m
    place = Affine(100, 0, x.min() - 200, 0, -100, y.max() + 200)
    heights = np.full((round((y.max() - y.min()) / 100) + 5, round((x.max() - x.min()) / 100) + 5), 12.5, np.float32)
    size = {"height": heights.shape[0], "width": heights.shape[1]}
    with rasterio.open(
        tmp_path / "city" / "elevation.tif",
        "w",
        driver="GTiff",
        count=1,
        dtype="float32",
        crs=plain.crs,
        transform=place,
        **size,
    ) as out:
        out.write(heights, 1)
    city = read_city(tmp_path / "city")
    np.testing.assert_allclose(city.streets.node_ele_m, 12.5)
    assert set(city.inputs) - set(plain.inputs) == {"elevation.tif"}
    (tmp_path / "city" / "elevation.tif").write_text("no raster")
    with pytest.raises(InputError) as caught:
        read_city(tmp_path / "city")
    assert [problem.code for problem in caught.value.problems] == ["elevation-unreadable"]


@pytest.mark.parametrize(
    ("points", "share"),
    [
        ([(10.0, 10.0), (50.0, 50.0), (90.0, 90.0), (20.0, 80.0)], None),
        ([(10.0, 10.0), (50.0, 50.0), (190.0, 90.0), (20.0, 80.0)], "75"),
        ([(1000.0, 1000.0), (5000.0, 50.0), (1900.0, 90.0), (2000.0, 80.0)], "0"),
    ],
)
def test_a_raster_that_does_not_cover_the_streets_is_said(
    tmp_path: Path, points: list[tuple[float, float]], share: str | None
) -> None:
    streets = streets_of([*points, (-500.0, 0.0)], [([0, 1, 2, 3], FOOT), ([0, 4], {"highway": "motorway"})])
    problems: list[Problem] = []
    node_heights(streets, CRS, made_raster(tmp_path / "elevation.tif"), problems)
    found = [(one.code, one.file, one.severity, one.values["share"]) for one in problems]
    assert found == ([] if share is None else [("elevation-part", "elevation.tif", "warning", share)])
