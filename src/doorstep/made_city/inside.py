"""What is drawn inside compounds: walls with their gates, paths along the rows of buildings, buildings."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.made_city.drawing import Drawing, Ints, Tags, in_order
from doorstep.made_city.ground import LINE_OF_SIDE, LINES, WALL_M
from doorstep.made_city.streets import Doors

__all__ = ["draw_compounds", "stand_gates"]

ALLEY: Tags = {"highway": "living_street", "width": "4", "lit": "no"}
WALL: Tags = {"barrier": "wall", "height": "2.2"}
END_M = 2.0
"""From the end of a row's path to the wall."""
ACCESS: dict[str, Tags] = {
    "yes": {},
    "residents": {"access": "private", "residents": "yes"},
    "private": {"access": "private"},
    "no": {"access": "no"},
}


def stand_gates(gates: pd.DataFrame, compounds: pd.DataFrame, layout: pd.DataFrame, buildings: pd.DataFrame) -> Any:
    """Return the gates with their place: at the end of the spine, or of the path of a row; and that row.

    Columns added: ``x, y`` (in the wall), ``out_x, out_y`` (on the sidewalk or street), ``path_row``.
    """
    at, side = gates["row"].to_numpy(), gates["side"].to_numpy()
    rows = layout["rows"].to_numpy()[at]
    row = np.select([side == 0, side == 1, side == 2], [0, rows - 1, rows // 3], (2 * rows) // 3)
    path_y = _path_y(layout, buildings, at, row)
    wall = {name: compounds[name].to_numpy()[at] for name in ("west", "south", "east", "north")}
    found = gates.copy()
    found["path_row"] = row
    spine = layout["spine_x"].to_numpy()[at]
    found["x"] = np.select([side == 2, side == 3], [wall["west"], wall["east"]], spine)
    found["y"] = np.select([side == 0, side == 1], [wall["south"], wall["north"]], path_y)
    found["out_x"] = found["x"] + np.select([side == 2, side == 3], [-WALL_M, WALL_M], 0.0)
    found["out_y"] = found["y"] + np.select([side == 0, side == 1], [-WALL_M, WALL_M], 0.0)
    return found


def openings_of(compounds: pd.DataFrame) -> pd.DataFrame:
    """Return the ways into a compound without a wall: one on each side, open to all."""
    at = np.repeat(np.flatnonzero(~compounds["walled"].to_numpy()), 4)
    frame = pd.DataFrame({"row": at, "side": np.tile(np.arange(4), len(at) // 4)})
    quarter = compounds["quarter"].to_numpy()[at]
    frame["line"] = compounds["block"].to_numpy()[at] * LINES + LINE_OF_SIDE[quarter, frame["side"]]
    frame["access"], frame["use_zh"], frame["opening_hours"] = "yes", "", ""
    return frame


def _path_y(
    layout: pd.DataFrame, buildings: pd.DataFrame, at: npt.NDArray[np.int64], row: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return the line of the path of a row of a compound: that of the row's first building."""
    first = np.searchsorted(buildings["at"].to_numpy(), at)
    return np.asarray(buildings["path_y"].to_numpy()[first + row * layout["columns"].to_numpy()[at]], dtype=float)


def draw_compounds(
    compounds: pd.DataFrame, layout: pd.DataFrame, buildings: pd.DataFrame, gates: pd.DataFrame, drawing: Drawing
) -> Doors:
    """Draw walls, gates, paths and buildings; return where the ways out meet the streets.

    ``gates`` are those that :func:`stand_gates` returned.
    """
    more = stand_gates(openings_of(compounds), compounds, layout, buildings)
    doors = pd.concat([gates, more], ignore_index=True)
    is_gate = np.arange(len(doors)) < len(gates)
    west, spine, east = _draw_paths(compounds, layout, buildings, drawing)
    tags = [
        {"barrier": "gate", "opening_hours": hours, **({"access": "yes"} if access == "yes" else ACCESS[access])}
        for access, hours in zip(gates["access"].tolist(), gates["opening_hours"].tolist(), strict=True)
    ]
    node = np.concatenate(
        [
            drawing.nodes(gates["x"].to_numpy(), gates["y"].to_numpy(), tags),
            drawing.nodes(more["x"].to_numpy(), more["y"].to_numpy()),
        ]
    )
    out = drawing.nodes(doors["out_x"].to_numpy(), doors["out_y"].to_numpy())
    row = _first_row(layout)[doors["row"].to_numpy()] + doors["path_row"].to_numpy()
    inner = np.select([doors["side"] == 2, doors["side"] == 3], [west[row], east[row]], spine[row])
    driven = np.where(doors["use_zh"].isin(["主门", "侧门", "消防门"]) | ~is_gate, "service", "footway").tolist()
    drawing.ways(np.stack([out, node], axis=1), [{"highway": one} for one in driven])
    drawing.ways(
        np.stack([node, inner], axis=1),
        [{"highway": one, **ACCESS[access]} for one, access in zip(driven, doors["access"].tolist(), strict=True)],
    )
    _draw_walls(compounds, gates, node[: len(gates)], drawing)
    _draw_buildings(buildings, drawing)
    return Doors(doors["line"].to_numpy(), out, doors["out_x"].to_numpy(), doors["out_y"].to_numpy())


def _first_row(layout: pd.DataFrame) -> Ints:
    rows = layout["rows"].to_numpy()
    return np.asarray(np.cumsum(rows) - rows, dtype=np.int64)


def _draw_paths(
    compounds: pd.DataFrame, layout: pd.DataFrame, buildings: pd.DataFrame, drawing: Drawing
) -> tuple[Ints, Ints, Ints]:
    """Draw a path along each row and a spine that joins them; return the rows' nodes: west, on the spine, east."""
    rows = layout["rows"].to_numpy()
    at = np.repeat(np.arange(len(compounds)), rows)
    row = np.arange(len(at)) - np.repeat(_first_row(layout), rows)
    y = _path_y(layout, buildings, at, row)
    west = drawing.nodes(compounds["west"].to_numpy()[at] + END_M, y)
    spine = drawing.nodes(layout["spine_x"].to_numpy()[at], y)
    east = drawing.nodes(compounds["east"].to_numpy()[at] - END_M, y)
    village = (compounds["type"] == "village").to_numpy()
    access = [ACCESS[one] for one in compounds["access"].tolist()]
    along: list[Tags] = [
        ALLEY if open_ else {"highway": "footway", **of}
        for open_, of in zip(village[at].tolist(), [access[one] for one in at.tolist()], strict=True)
    ]
    drawing.ways(np.stack([west, spine, east], axis=1), along)
    nodes, lengths, which = in_order(at, y, spine)
    several = np.repeat(lengths > 1, lengths)
    drawing.uneven(
        nodes[several],
        lengths[lengths > 1],
        [ALLEY if village[one] else {"highway": "service", **access[one]} for one in which[lengths > 1].tolist()],
    )
    return west, spine, east


def _draw_walls(compounds: pd.DataFrame, gates: pd.DataFrame, gate_node: Ints, drawing: Drawing) -> None:
    """Draw each wall as a ring through its gates."""
    walled = np.flatnonzero(compounds["walled"].to_numpy())
    west, south, east, north = (compounds[name].to_numpy()[walled] for name in ("west", "south", "east", "north"))
    wide, deep = east - west, north - south
    corners = drawing.nodes(np.stack([west, east, east, west], axis=1), np.stack([south, south, north, north], axis=1))
    along = np.stack([np.zeros(len(walled)), wide, wide + deep, 2 * wide + deep, 2 * (wide + deep)], axis=1)
    place = np.full(len(compounds), -1, dtype=np.int64)
    place[walled] = np.arange(len(walled))
    of = place[gates["row"].to_numpy()]
    side, x, y = gates["side"].to_numpy(), gates["x"].to_numpy(), gates["y"].to_numpy()
    gate_along = np.select(
        [side == 0, side == 3, side == 1],
        [x - west[of], wide[of] + y - south[of], wide[of] + deep[of] + east[of] - x],
        2 * wide[of] + deep[of] + north[of] - y,
    )
    nodes, lengths, _ = in_order(
        np.concatenate([np.repeat(np.arange(len(walled)), 5), of]),
        np.concatenate([along.ravel(), gate_along]),
        np.concatenate([np.concatenate([corners, corners[:, :1]], axis=1).ravel(), gate_node]),
    )
    drawing.uneven(nodes, lengths, [WALL] * len(walled))


def _draw_buildings(buildings: pd.DataFrame, drawing: Drawing) -> None:
    x, y = buildings["x"].to_numpy()[:, None], buildings["y"].to_numpy()[:, None]
    half_x, half_y = buildings["half_x"].to_numpy()[:, None], buildings["half_y"].to_numpy()[:, None]
    corner = drawing.nodes(x + half_x * np.array([-1, 1, 1, -1]), y + half_y * np.array([-1, -1, 1, 1]))
    tags = [
        {
            "building": "apartments" if built == "建成" else "construction",
            "building:levels": str(levels),
            "building:flats": str(flats),
            "addr:housename": name,
        }
        for built, levels, flats, name in zip(
            buildings["state_zh"], buildings["storeys"], buildings["dwellings"], buildings["name"], strict=True
        )
    ]
    drawing.ways(np.concatenate([corner, corner[:, :1]], axis=1), tags)
