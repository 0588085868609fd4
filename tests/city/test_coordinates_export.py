"""Layers given back in an office's system, encoding and form."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from doorstep.city.coordinates import convert, fit_grid, write_layer
from doorstep.errors import DoorstepError

PLACES = np.array([[468_300.0, 3_421_700.0], [468_900.0, 3_420_100.0]])


def _layer() -> gpd.GeoDataFrame:
    columns = {"编号": ["K0001", "K0002"], "建筑面积平方米": [427.6, 271.5], "地址": ["云桥街1号", "星火街90号"]}
    return gpd.GeoDataFrame(columns, geometry=shapely.points(PLACES), crs="EPSG:4549")


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "GB18030"])
def test_zone_shapefile_with_its_encoding(tmp_path: Path, encoding: str) -> None:
    notes = write_layer(_layer(), tmp_path / "空间.shp", "EPSG:4528", encoding)
    assert (tmp_path / "空间.cpg").read_text().strip().upper() in (encoding, "CP936")
    read = gpd.read_file(tmp_path / "空间.shp")
    assert read.crs.to_epsg() == 4528
    np.testing.assert_allclose(
        shapely.get_coordinates(read.geometry), convert(PLACES, "EPSG:4549", "EPSG:4528"), atol=1e-3
    )
    assert read["地址"].tolist() == ["云桥街1号", "星火街90号"]
    assert "note_names_cut" in [note.key for note in notes]


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson"])
def test_a_shifted_layer_names_no_system(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"spaces{suffix}"
    write_layer(_layer(), path, "GCJ-02", language="en")
    meta, _, geometry, _ = pyogrio.raw.read(path)
    np.testing.assert_allclose(
        shapely.get_coordinates(shapely.from_wkb(geometry)), convert(PLACES, "EPSG:4549", "GCJ-02"), atol=1e-6
    )
    if suffix != ".geojson":  # a reader must take GeoJSON for WGS84 whatever stands in it
        assert not meta["crs"] or "Undefined" in str(meta["crs"])
    assert "GCJ-02" in (tmp_path / "spaces_coordinates.txt").read_text(encoding="utf-8")


def test_own_grid(tmp_path: Path) -> None:
    known = np.array([[468_000.0, 3_421_000.0], [469_000.0, 3_421_000.0], [468_000.0, 3_422_500.0]])
    grid = fit_grid(known, known - (400_000, 3_380_000), "EPSG:4549", ("a", "b", "c"))
    write_layer(_layer(), tmp_path / "own.gpkg", grid)
    _, _, geometry, _ = pyogrio.raw.read(tmp_path / "own.gpkg")
    found = shapely.get_coordinates(shapely.from_wkb(geometry))
    np.testing.assert_allclose(found, PLACES - (400_000, 3_380_000), atol=1e-3)


def test_nothing_is_left_of_a_failed_layer(tmp_path: Path) -> None:
    layer = _layer()
    layer["地址"] = ["😀", "x"]
    with pytest.raises(DoorstepError, match="text-not-in-encoding"):
        write_layer(layer, tmp_path / "a.shp", "EPSG:4549", "GBK")
    with pytest.raises(DoorstepError, match="layer-form"):
        write_layer(layer, tmp_path / "a.dwg", "EPSG:4549")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "a.dbf").write_bytes(b"mine")
    with pytest.raises(DoorstepError, match="file-exists"):
        write_layer(_layer(), tmp_path / "a.shp", "EPSG:4549")
    assert [path.name for path in tmp_path.iterdir()] == ["a.dbf"]
