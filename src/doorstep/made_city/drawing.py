"""A drawing in nodes and ways, and its OpenStreetMap file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import osmium
import pyproj

from doorstep.made_city.ground import CRS, Ground

__all__ = ["Drawing", "in_order", "write_pbf"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Tags = Mapping[str, str]

MARK = {"note": "made up 虚构"}
"""On every way: a copy of some of them still says what it is."""


class Drawing:
    """Nodes and ways as they are added; nodes in metres before the ground is bent."""

    def __init__(self) -> None:
        self.x: list[Floats] = []
        self.y: list[Floats] = []
        self.count = 0
        self.node_tags: dict[int, Tags] = {}
        self.sequences: list[tuple[Ints, Ints]] = []
        self.way_tags: list[Tags] = []

    def nodes(self, x: Floats, y: Floats, tags: Sequence[Tags] | None = None) -> Ints:
        """Add nodes and return their numbers, of the shape of ``x``."""
        numbers = self.count + np.arange(x.size, dtype=np.int64)
        self.x.append(np.asarray(x, dtype=float).ravel())
        self.y.append(np.asarray(y, dtype=float).ravel())
        self.count += x.size
        if tags is not None:
            self.node_tags.update(zip(numbers.tolist(), tags, strict=True))
        return numbers.reshape(x.shape)

    def ways(self, nodes: Ints, tags: Sequence[Tags]) -> None:
        """Add ways of equally many nodes each: one row a way."""
        self.uneven(nodes.ravel(), np.full(len(nodes), nodes.shape[1] if len(nodes) else 0), tags)

    def uneven(self, nodes: Ints, lengths: Ints, tags: Sequence[Tags]) -> None:
        """Add ways of ``lengths`` nodes, one after the other in ``nodes``."""
        if len(lengths) != len(tags) or int(lengths.sum()) != len(nodes):
            raise ValueError(f"{len(tags)} tags, {len(lengths)} ways, {len(nodes)} nodes")
        self.sequences.append((nodes, lengths))
        self.way_tags.extend(tags)


def in_order(way: Ints, along: Floats, node: Ints) -> tuple[Ints, Ints, Ints]:
    """Return nodes sorted along their ways, the number of nodes of each way, and the ways, ascending.

    Examples
    --------
    >>> [one.tolist() for one in in_order(np.array([1, 0, 1]), np.array([5.0, 0, 2]), np.array([7, 8, 9]))]
    [[8, 9, 7], [1, 2], [0, 1]]
    """
    order = np.lexsort((node, along, way))
    ways, lengths = np.unique(way, return_counts=True)
    return node[order], lengths.astype(np.int64), ways


def write_pbf(drawing: Drawing, ground: Ground, path: Path) -> None:
    """Write the drawing as an OpenStreetMap file: nodes, then ways, numbered from 1."""
    x, y = ground.bent(np.concatenate(drawing.x), np.concatenate(drawing.y))
    lon, lat = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True).transform(x, y)
    lon, lat = np.round(lon, 7), np.round(lat, 7)
    header = osmium.io.Header()
    header.set("generator", "doorstep make-city: MADE UP, 虚构")
    node_tags = drawing.node_tags
    with osmium.SimpleWriter(str(path), bufsz=1 << 22, header=header, overwrite=True) as writer:
        for number, place in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
            tags = node_tags.get(number)
            if tags is None:
                writer.add_node(osmium.osm.mutable.Node(id=number + 1, location=place))
            else:
                writer.add_node(osmium.osm.mutable.Node(id=number + 1, location=place, tags=tags))
        way = 0
        for nodes, lengths in drawing.sequences:
            ends = np.cumsum(lengths).tolist()
            refs = (nodes + 1).tolist()
            start = 0
            for end in ends:
                tags = {**drawing.way_tags[way], **MARK}
                way += 1
                writer.add_way(osmium.osm.mutable.Way(id=way, nodes=refs[start:end], tags=tags))
                start = end
