"""What lies under the plan on every map: streets, communities, homes, facilities and spaces, in metres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.city import City, Streets
from doorstep.errors import DoorstepError

__all__ = ["Background", "background_of_city", "background_of_plan_folder", "street_lines"]

# Ways that people walk on (docs/explain/model.md, "Walking"); a drawing does not ask which of them may be entered.
_MAIN = frozenset(
    {"primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link", "trunk", "trunk_link"}
)
_OTHER = frozenset(
    {"footway", "path", "pedestrian", "steps", "corridor", "living_street", "residential", "unclassified", "service"}
    | {"track", "cycleway", "bridleway", "road", "platform"}
)
_CLOSED = frozenset({"no", "use_sidepath"})


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Map layers in one metric system.

    Parameters
    ----------
    streets, street_main
        Shape (n_ways,): lines, and True for the through roads that are drawn wider.
    communities
        ``id, name, cut, geometry``.
    residences
        ``id, name, community, people, geometry``.
    facilities
        ``id, place, service, geometry``.
    spaces
        ``id, place, geometry``.
    crs
        Of all coordinates.
    attribution
        To be printed on every picture.
    made_up
        True if the city is invented: said on every picture.
    """

    streets: npt.NDArray[np.object_]
    street_main: npt.NDArray[np.bool_]
    communities: gpd.GeoDataFrame
    residences: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    spaces: gpd.GeoDataFrame
    crs: str
    attribution: tuple[str, ...]
    made_up: bool

    def view_m(self, hubs_m: npt.NDArray[np.float64] | None = None) -> tuple[float, float, float, float]:
        """Return west, south, east, north of what a reader wants to see.

        Parameters
        ----------
        hubs_m
            Shape (n, 2), metres. If given, the view holds them and the homes but the outermost hundredths, so that a
            few far farms do not make the town small; else all homes, spaces and communities.
        """
        if hubs_m is not None and len(hubs_m) > 0 and len(self.residences) > 0:
            homes = shapely.get_coordinates(shapely.point_on_surface(self.residences.geometry.to_numpy()))
            ends = np.concatenate([np.quantile(homes, [0.01, 0.99], axis=0), hubs_m])
            (west, south), (east, north) = ends.min(axis=0), ends.max(axis=0)
        else:
            layers = (self.residences, self.spaces, self.communities)
            shown = [layer.geometry.to_numpy() for layer in layers if len(layer) > 0] or [self.streets]
            west, south, east, north = shapely.total_bounds(np.concatenate(shown))
        margin = 0.03 * max(east - west, north - south) + 50.0
        return float(west - margin), float(south - margin), float(east + margin), float(north + margin)


def background_of_city(city: City, attribution: tuple[str, ...]) -> Background:
    """Return the map layers of a city.

    Parameters
    ----------
    city
        As read.
    attribution
        As the plan says it (``PlanFile.attribution``).
    """
    lines, main = street_lines(city.streets)
    people = city.residences[[column for column in city.residences.columns if column.startswith("p_")]].sum(axis=1)
    residences = city.residences[["id", "name", "community", "geometry"]].assign(people=people)
    return Background(
        lines,
        main,
        city.communities[["id", "name", "cut", "geometry"]],
        residences,
        city.facilities[["id", "place", "service", "geometry"]],
        city.spaces[["id", "place", "geometry"]],
        city.crs,
        attribution,
        city.made_up,
    )


def street_lines(streets: Streets) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """Return the ways that people walk on as lines, and which of them are through roads."""
    main = np.array([tags.get("highway") in _MAIN for tags in streets.way_tags], dtype=bool)
    walked = np.array([_is_walked(tags) for tags in streets.way_tags], dtype=bool)
    n_of_way = np.diff(streets.first_node_of_way)
    walked &= n_of_way >= 2
    if not walked.any():
        return np.empty(0, dtype=object), np.empty(0, dtype=bool)
    nodes = streets.way_nodes[np.repeat(walked, n_of_way)]
    xy = np.column_stack([streets.node_x_m[nodes], streets.node_y_m[nodes]])
    line_of_node = np.repeat(np.arange(int(walked.sum())), n_of_way[walked])
    return shapely.linestrings(xy, indices=line_of_node), main[walked]


def _is_walked(tags: Mapping[str, str]) -> bool:
    highway = tags.get("highway", "")
    return (highway in _MAIN or highway in _OTHER) and tags.get("foot", "") not in _CLOSED


def background_of_plan_folder(folder: Path) -> Background:
    """Return the map layers that a plan folder carries in ``plan.gpkg``.

    Raises
    ------
    DoorstepError
        ``geopackage-missing`` if the file or one of its layers cannot be read.
    """
    path = folder / "plan.gpkg"
    try:
        layer = {
            name: gpd.read_file(path, layer=name, engine="pyogrio")
            for name in ("streets", "communities", "residences", "facilities", "spaces")
        }
        notes = gpd.read_file(path, layer="read_me", engine="pyogrio")
    except Exception as error:  # pyogrio's errors share no class, and each means the same to the reader
        raise DoorstepError("geopackage-missing", file=str(path)) from error
    told = notes[notes["subject"] == "attribution"]["text"]
    made_up = bool((notes["subject"] == "made_up").any())
    return Background(
        layer["streets"].geometry.to_numpy(),
        layer["streets"]["main"].to_numpy(dtype=bool),
        _plain(layer["communities"], ["id", "name", "cut"]),
        _plain(layer["residences"], ["id", "name", "community", "people"]),
        _plain(layer["facilities"], ["id", "place", "service"]),
        _plain(layer["spaces"], ["id", "place"]),
        str(layer["residences"].crs),
        tuple(str(one) for one in told),
        made_up,
    )


def _plain(layer: gpd.GeoDataFrame, columns: list[str]) -> gpd.GeoDataFrame:
    """Text columns without nulls: GeoPackage gives back an empty text as missing."""
    kept = layer[[*columns, "geometry"]].copy()
    for column in columns:
        if not pd.api.types.is_numeric_dtype(kept[column]):
            kept[column] = kept[column].fillna("").astype(str)
    return kept
