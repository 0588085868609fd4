"""Two sources that speak of the same places: what OpenStreetMap adds to offices, and what may stand there twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

import numpy as np
import shapely

from doorstep.city.importing.findings import Finding
from doorstep.city.importing.held import Held, middles_of
from doorstep.city.importing.placing import plain_name
from doorstep.city.importing.reading import Imported
from doorstep.city.streets import OSM_SUFFIXES

__all__ = ["left_beside_offices", "may_be_twice"]

_NEAR_M = 60.0
_EXAMPLES = 3


def left_beside_offices(imported: Imported, sources: Iterable[tuple[str, str]], *, has_homes: bool) -> None:
    """Propose to leave out the homes of OpenStreetMap where an office lists homes: everybody would live there twice.

    A person who takes them all the same (``table = "residences"`` in the page) gets those added of which no known home
    lies inside the outline.

    Parameters
    ----------
    imported
        Files as read; changed in place.
    sources
        Source and table of what the city holds from earlier imports.
    has_homes
        Whether the city holds residences.
    """
    osm = [one for one in imported.lists if one.listed is not None and _is_osm(one.listed.file)]
    osm = [one for one in osm if one.listed is not None and one.listed.table == "residences"]
    kept = {source for source, table in sources if table == "residences"}
    others = any(one.entry.table == "residences" and one not in osm for one in imported.lists)
    for one in osm:
        if one.confirmed or not (others or (has_homes and kept != {one.source})):
            continue
        assert one.listed is not None
        values = {"count": f"{len(one.listed.frame):,}", "source": one.source}
        imported.findings.append(Finding("layout", one.listed.file, "", None, "", "osm-beside", values))
        one.entry, one.listed = dataclasses.replace(one.entry, table=""), None


def _is_osm(file: str) -> bool:
    return file.casefold().endswith(OSM_SUFFIXES)


def may_be_twice(tables: Mapping[str, Held]) -> list[Finding]:
    """Say how many facilities and rooms of two sources may be one: of one service and near, or of one name and near.

    They stand side by side until a person has matched them: two offices may also mean two places at one address.
    """
    found = []
    for table, what in (("facilities", "service"), ("spaces", "kind")):
        held = tables.get(table)
        if held is None or "source" not in held.frame or held.frame["source"].nunique() < 2:
            continue
        source = held.frame["source"].to_numpy(dtype=object)
        kinds = held.frame[what].to_numpy(dtype=object) if what in held.frame else np.full(len(source), "")
        places = held.frame["place"] if "place" in held.frame else [""] * len(source)
        names = [plain_name(str(one)) for one in places]
        points = middles_of(held.shapes)
        known = np.flatnonzero(~shapely.is_missing(points))
        if len(known) < 2:
            continue
        lat = float(np.median(shapely.get_y(points[known])))
        flat = np.column_stack([shapely.get_x(points[known]) * np.cos(np.radians(lat)), shapely.get_y(points[known])])
        tree = shapely.STRtree(shapely.points(flat * 111_000.0))
        one, other = tree.query(tree.geometries, predicate="dwithin", distance=_NEAR_M)
        first, second = known[one], known[other]
        pairs = [
            (a, b)
            for a, b in zip(first.tolist(), second.tolist(), strict=True)
            if a < b
            and source[a] != source[b]
            and ((names[a] and names[a] == names[b]) or (table == "facilities" and kinds[a] and kinds[a] == kinds[b]))
        ]
        if pairs:
            rows = sorted({b for _, b in pairs})
            shown = ", ".join(str(held.frame["id"].iloc[row]) for row in rows[:_EXAMPLES])
            values = {"count": str(len(rows)), "table": table, "examples": shown}
            found.append(Finding("layout", "", "", None, "", f"twice-{table}", values))
    return found
