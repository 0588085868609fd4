"""Streets of a made city: sidewalks around the superblocks, streets in them, carriageways, crossings, bridges.

Carriageways are drawn and not for walking; one walks along their sidewalks and over the crossings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.made_city.drawing import Drawing, Floats, Ints, Tags, in_order
from doorstep.made_city.ground import LINES, Ground
from doorstep.made_city.names import Names

__all__ = ["BlockNodes", "Doors", "draw_streets"]

Bools = npt.NDArray[np.bool_]

PRIMARY: Tags = {"highway": "primary", "foot": "no", "sidewalk": "separate", "lanes": "6"}
SECONDARY: Tags = {"highway": "secondary", "foot": "no", "sidewalk": "separate", "lanes": "4"}
SIDEWALK: Tags = {"highway": "footway", "footway": "sidewalk", "surface": "paving_stones", "lit": "yes"}
SIGNALS: Tags = {"highway": "footway", "footway": "crossing", "crossing": "traffic_signals"}
ZEBRA: Tags = {"highway": "footway", "footway": "crossing", "crossing": "uncontrolled"}
BRIDGE: Tags = {"highway": "footway", "bridge": "yes", "layer": "1", "lit": "yes"}
STAIRS: Tags = {"highway": "steps", "step_count": "32", "handrail": "yes", "incline": "up", "lit": "yes", "ramp": "no"}
LIFT: Tags = {"highway": "elevator", "wheelchair": "yes", "opening_hours": "06:30-22:30"}
TO_LIFT: Tags = {"highway": "footway", "wheelchair": "yes"}

SW, SE, NE, NW, MID_S, MID_N, MID_W, MID_E, CENTRE = range(9)
ON_LINE = (
    (SW, MID_S, SE),
    (NW, MID_N, NE),
    (SW, MID_W, NW),
    (SE, MID_E, NE),
    (MID_S, CENTRE, MID_N),
    (MID_W, CENTRE, MID_E),
)
"""Nodes of a block on each of its six lines."""
ACROSS_NORTH = ((NW, SW, 1.0), (NE, SE, 0.85), (MID_N, MID_S, 0.55))
ACROSS_EAST = ((SE, SW, 1.0), (NE, NW, 0.85), (MID_E, MID_W, 0.55))
"""From which node of a block to which of the next one crosses, and how often: at corners, in the middle of a side."""


@dataclass(frozen=True, slots=True, eq=False)
class BlockNodes:
    """Nodes of each block, shape (blocks, 9): corners of its sidewalks, ends of its streets, their crossing."""

    number: Ints
    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Doors:
    """Where ways out of compounds meet a sidewalk or street: its line, the node and the node's place."""

    line: Ints
    node: Ints
    x: Floats
    y: Floats


def block_nodes(ground: Ground, drawing: Drawing) -> BlockNodes:
    """Add the nine nodes of each block."""
    west, south, east, north = ground.sidewalks_m()
    column, row = ground.column_row()
    mid_x, mid_y = ground.mid_x_m[column], ground.mid_y_m[row]
    x = np.stack([west, east, east, west, mid_x, mid_x, west, east, mid_x], axis=1)
    y = np.stack([south, south, north, north, south, north, mid_y, mid_y, mid_y], axis=1)
    return BlockNodes(drawing.nodes(x, y), x, y)


def draw_streets(
    ground: Ground, blocks: BlockNodes, doors: Doors, drawing: Drawing, names: Names, rng: np.random.Generator
) -> None:
    """Draw all that is outside compounds."""
    _draw_lines(blocks, doors, drawing, names)
    across = _across(ground, blocks, rng)
    _draw_crossings(ground, across, drawing, names)


def _draw_lines(blocks: BlockNodes, doors: Doors, drawing: Drawing, names: Names) -> None:
    """Sidewalks and streets, each through the nodes of the doors on it."""
    runs_east = np.array([True, True, False, False, False, True])
    first = LINES * np.arange(len(blocks.number))
    line, along, node = [doors.line], [np.where(runs_east[doors.line % LINES], doors.x, doors.y)], [doors.node]
    for number, three in enumerate(ON_LINE):
        place = blocks.x if runs_east[number] else blocks.y
        for one in three:
            line.append(first + number)
            along.append(place[:, one])
            node.append(blocks.number[:, one])
    nodes, lengths, lines = in_order(np.concatenate(line), np.concatenate(along), np.concatenate(node))
    inner = lines % LINES >= 4
    called = np.where(lines % LINES == 4, names.take("lane", lines // LINES), names.take("street", lines // LINES))
    tags = [
        {"highway": "residential", "sidewalk": "both", "lit": "yes", "width": "9", "name": name} if street else SIDEWALK
        for street, name in zip(inner.tolist(), called.tolist(), strict=True)
    ]
    drawing.uneven(nodes, lengths, tags)


@dataclass(frozen=True, slots=True, eq=False)
class _Across:
    """Ways over a carriageway or the river: ends, place of the middle, the road segment, how."""

    a: Ints
    b: Ints
    x: Floats
    y: Floats
    a_x: Floats
    a_y: Floats
    b_x: Floats
    b_y: Floats
    segment: Ints
    how: npt.NDArray[np.object_]


def _across(ground: Ground, blocks: BlockNodes, rng: np.random.Generator) -> _Across:
    """At corners nearly always, in the middle of a side about half the time; over the river at every third column."""
    column, row = ground.column_row()
    segments_east = ground.columns * (ground.rows + 1)
    found: dict[str, list[npt.NDArray[np.generic]]] = {name: [] for name in _Across.__dataclass_fields__}
    for north in (False, True):
        here = np.flatnonzero(row + 1 < ground.rows if north else column + 1 < ground.columns)
        there = here + (ground.columns if north else 1)
        line = row[here] + 1 if north else column[here] + 1
        primary = (ground.primary_y if north else ground.primary_x)[line]
        river = (line == ground.river) if north else np.zeros(len(here), dtype=np.bool_)
        segment = line * ground.columns + column[here] if north else segments_east + line * ground.rows + row[here]
        for a, b, share in ACROSS_NORTH if north else ACROSS_EAST:
            middle = share == 0.55
            drawn = rng.random(len(here)) < share
            bridged = river & (share == 1.0) & (column[here] % 3 == 0)
            high = middle & primary & (rng.random(len(here)) < 0.45)
            signals = np.full(len(here), not middle) & (primary | (rng.random(len(here)) < 0.5))
            lift = rng.random(len(here)) < 0.4
            how = np.select(
                [river, high & lift, high, signals], ["bridge", "lift", "overpass", "signals"], "zebra"
            ).astype(object)
            kept = np.where(river, bridged, drawn)
            one, two = here[kept], there[kept]
            at = (ground.y_m if north else ground.x_m)[line[kept]]
            values = {
                "a": blocks.number[one, a],
                "b": blocks.number[two, b],
                "x": blocks.x[one, a] if north else at,
                "y": at if north else blocks.y[one, a],
                "a_x": blocks.x[one, a],
                "a_y": blocks.y[one, a],
                "b_x": blocks.x[two, b],
                "b_y": blocks.y[two, b],
                "segment": segment[kept],
                "how": how[kept],
            }
            for name, value in values.items():
                found[name].append(value)
    return _Across(**{name: np.concatenate(parts) for name, parts in found.items()})


def _draw_crossings(ground: Ground, across: _Across, drawing: Drawing, names: Names) -> None:
    level = np.isin(across.how, ["signals", "zebra"])
    kind = np.where(across.how[level] == "signals", "traffic_signals", "uncontrolled").tolist()
    middle = drawing.nodes(across.x[level], across.y[level], [{"highway": "crossing", "crossing": one} for one in kind])
    drawing.ways(
        np.stack([across.a[level], middle, across.b[level]], axis=1),
        [SIGNALS if one == "traffic_signals" else ZEBRA for one in kind],
    )
    over = across.how == "bridge"
    drawing.ways(np.stack([across.a[over], across.b[over]], axis=1), [BRIDGE] * int(over.sum()))
    _draw_overpasses(across, np.isin(across.how, ["overpass", "lift"]), drawing)
    _draw_carriageways(ground, across.segment[level], across.x[level], across.y[level], middle, drawing, names)


def _draw_overpasses(across: _Across, here: Bools, drawing: Drawing) -> None:
    """Stairs up, over, stairs down; some with a lift at each end."""
    a_x, a_y, b_x, b_y = across.a_x[here], across.a_y[here], across.b_x[here], across.b_y[here]
    up = drawing.nodes(a_x + 0.25 * (b_x - a_x), a_y + 0.25 * (b_y - a_y))
    down = drawing.nodes(a_x + 0.75 * (b_x - a_x), a_y + 0.75 * (b_y - a_y))
    count = int(here.sum())
    drawing.ways(np.stack([across.a[here], up], axis=1), [STAIRS] * count)
    drawing.ways(np.stack([up, down], axis=1), [BRIDGE] * count)
    drawing.ways(np.stack([across.b[here], down], axis=1), [STAIRS] * count)
    with_lift = across.how[here] == "lift"
    number = int(with_lift.sum())
    for end, x, y, top in ((across.a[here], a_x, a_y, up), (across.b[here], b_x, b_y, down)):
        cabin = drawing.nodes(x[with_lift] + 1.5, y[with_lift] + 1.5, [LIFT] * number)
        drawing.ways(np.stack([end[with_lift], cabin, top[with_lift]], axis=1), [TO_LIFT] * number)


def _draw_carriageways(
    ground: Ground, segment: Ints, x: Floats, y: Floats, crossing: Ints, drawing: Drawing, names: Names
) -> None:
    """One way a segment between two crossroads, through the crossings on it; none along the river."""
    corner_x, corner_y = np.meshgrid(ground.x_m, ground.y_m)
    corner = drawing.nodes(corner_x, corner_y)  # (rows + 1, columns + 1)
    east = np.arange(ground.columns * (ground.rows + 1))
    line, at = east // ground.columns, east % ground.columns
    north = len(east) + np.arange(ground.rows * (ground.columns + 1))
    line_n, at_n = (north - len(east)) // ground.rows, (north - len(east)) % ground.rows
    way = np.concatenate([east, east, north, north, segment])
    runs_east = segment < len(east)
    along = np.concatenate(
        [ground.x_m[at], ground.x_m[at + 1], ground.y_m[at_n], ground.y_m[at_n + 1], np.where(runs_east, x, y)]
    )
    node = np.concatenate(
        [corner[line, at], corner[line, at + 1], corner[at_n, line_n], corner[at_n + 1, line_n], crossing]
    )
    kept = ~((way < len(east)) & (way // ground.columns == ground.river))
    nodes, lengths, ways = in_order(way[kept], along[kept], node[kept])
    is_east = ways < len(east)
    number = np.where(is_east, ways // ground.columns, (ways - len(east)) // ground.rows)
    primary = np.where(
        is_east, ground.primary_y[np.where(is_east, number, 0)], ground.primary_x[np.where(is_east, 0, number)]
    )
    number = number + 1_000 * is_east
    name = np.where(primary, names.take("avenue", number), names.take("road", number))
    drawing.uneven(
        nodes,
        lengths,
        [
            {**(PRIMARY if one else SECONDARY), "name": called}
            for one, called in zip(primary.tolist(), name.tolist(), strict=True)
        ],
    )
