"""Map layers of who reaches a service: the ground it is reached from, residences, facilities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio

from doorstep.city import PEOPLE_COLUMNS, City
from doorstep.walk import Connections, Network
from doorstep.walk.catchment import catchment
from doorstep.walk.toward import Measure, Nearest

__all__ = ["bands", "write_reach"]

_BAND = {"minutes": 5 * 60_000, "metres": 250_000}
_DATE = "2000-01-01T00:00:00.000Z"  # the same answer gives the same file


def bands(limit: int, measure: Measure) -> tuple[int, ...]:
    """Return the limits that are drawn: every five minutes or 250 m, and the limit itself.

    Examples
    --------
    >>> [one // 60_000 for one in bands(12 * 60_000, "minutes")]
    [5, 10, 12]
    """
    return (*range(_BAND[measure], limit, _BAND[measure]), limit)


def write_reach(
    city: City,
    network: Network,
    places: Connections,
    counted: Sequence[int],
    nearest: Nearest,
    folder: Path,
    *,
    limit: int,
    measure: Measure,
) -> None:
    """Write ``reach.gpkg`` (layers catchment, residences, facilities) and ``catchment.geojson`` (longitude, latitude).

    Parameters
    ----------
    city
        As read.
    network, places, counted, nearest
        What was walked on, the facilities on it, those that count, and the nearest of each residence.
    folder
        Where to write.
    limit, measure
        Millimetres or milliseconds.
    """
    drawn = bands(limit, measure)
    unit = 60_000 if measure == "minutes" else 1000
    source = "; ".join(one.attribution for one in city.sources if one.attribution)
    areas = catchment(network, places, counted, drawn, measure=measure)
    ground = gpd.GeoDataFrame(
        {
            measure: [one / unit for one in drawn],
            "walker": network.walker.id,
            "made_up": city.made_up,
            "attribution": source,
        },
        geometry=list(areas),
        crs=city.crs,
    )
    found = nearest.place >= 0
    ids = np.array([*city.facilities["id"], ""], dtype=object)
    homes = city.residences[["id", "name", "community", "geometry"]].assign(
        people=city.residences[list(PEOPLE_COLUMNS)].sum(axis=1).round(3),
        reaches=found,
        facility=ids[nearest.place],
        walk_m=np.where(found, nearest.walk_mm / 1000, np.nan),
        walk_min=np.where(found, (nearest.walk_ms / 60_000).round(2), np.nan),
    )
    facilities = city.facilities[["id", "service", "place", "opening_hours", "geometry"]].iloc[list(counted)]
    path = folder / "reach.gpkg"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    try:
        for name, layer in (("catchment", ground), ("residences", homes), ("facilities", facilities)):
            layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    degrees = ground.to_crs("EPSG:4326")
    pyogrio.write_dataframe(degrees, folder / "catchment.geojson", driver="GeoJSON", RFC7946="YES")
