"""Marked nodes and ways of an OpenStreetMap file: osmium picks them and writes them as lines of text (OPL).

One line for an object costs a tenth of asking for its tags and nodes one by one.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import osmium

from doorstep.city.collecting import collecting_later

__all__ = ["OsmObjects", "osm_objects"]

_ESCAPED = re.compile(r"%([0-9a-fA-F]+)%")


@dataclass(frozen=True, slots=True, eq=False)
class OsmObjects:
    """What was picked, in the order of the file.

    Parameters
    ----------
    node_tags
        Of the nodes, by id.
    way_id, way_tags
        One for each way.
    n_nodes
        Shape (n_ways,): how many nodes each way has.
    ref
        Shape (sum of ``n_nodes``,): ids of the nodes of the ways, way after way.
    degrees
        Shape (sum of ``n_nodes``, 2): their longitude and latitude, NaN where the file lacks the node.
    """

    node_tags: dict[int, dict[str, str]]
    way_id: npt.NDArray[np.int64]
    way_tags: list[dict[str, str]]
    n_nodes: npt.NDArray[np.int64]
    ref: npt.NDArray[np.int64]
    degrees: npt.NDArray[np.float64]


def osm_objects(path: Path, keys: Iterable[str]) -> OsmObjects:
    """Read the nodes and ways that have one of some keys.

    Parameters
    ----------
    path
        Any format that osmium reads.
    keys
        Of tags.

    Raises
    ------
    RuntimeError, OSError, ValueError
        If the file cannot be read to its end.

    Notes
    -----
    The format: https://osmcode.org/opl-file-format/
    """
    bits = osmium.osm.osm_entity_bits
    locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    locations.ignore_errors()
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "picked.opl"
        writer = osmium.SimpleWriter(osmium.io.File(str(lines), "opl,locations_on_ways=true,add_metadata=none"))
        try:
            reader = osmium.io.Reader(str(path), bits.NODE | bits.WAY)
            osmium.apply(reader, locations, osmium.filter.KeyFilter(*keys), writer)
        finally:
            writer.close()
        with collecting_later():
            return _objects(lines.read_text(encoding="utf-8").split("\n"))


def _objects(lines: Collection[str]) -> OsmObjects:
    node_tags: dict[int, dict[str, str]] = {}
    way_id: list[int] = []
    way_tags: list[dict[str, str]] = []
    way_nodes: list[str] = []
    for line in filter(None, lines):
        head, _, rest = line.partition(" T")
        tags, _, rest = rest.partition(" ")
        if line[0] == "n":
            node_tags[int(head[1:])] = _tags(tags)
        elif line[0] == "w" and rest[1:]:
            way_id.append(int(head[1:]))
            way_tags.append(_tags(tags))
            way_nodes.append(rest[1:])
    # n123x-8.58y41.28 for each node, nothing behind x and y where the file lacks it
    text = ",".join(way_nodes).replace("n", "").replace("xy", ",nan,nan").replace("x", ",").replace("y", ",")
    numbers = np.fromstring(text, sep=",").reshape(-1, 3)
    return OsmObjects(
        node_tags=node_tags,
        way_id=np.array(way_id, dtype=np.int64),
        way_tags=way_tags,
        n_nodes=np.array([one.count(",") + 1 for one in way_nodes], dtype=np.int64),
        ref=numbers[:, 0].astype(np.int64),
        degrees=numbers[:, 1:],
    )


def _tags(text: str) -> dict[str, str]:
    """Read ``key=value,key=value``, with characters that would part them as ``%20%``."""
    text = text.replace("%20%", " ")
    tags = dict([pair.split("=", 1) for pair in text.split(",")])
    if "%" not in text:
        return tags
    return {_unescaped(key): _unescaped(value) for key, value in tags.items()}


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "%" in text else text
