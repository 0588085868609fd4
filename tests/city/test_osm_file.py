"""OpenStreetMap files as arrays: every tag and node as another reader of the same file finds them."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import osmium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.city.osm_file import osm_objects

NEWPORT = Path(__file__).resolve().parents[2] / "examples" / "newport" / "streets.osm.pbf"
# osmium writes the last plane of Unicode, for private use, wrongly
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), max_codepoint=0xFFFFF), min_size=1, max_size=12)


def test_newport_is_as_another_reader_finds_it() -> None:
    found = osm_objects(NEWPORT, ("highway", "barrier"))
    at, place = 0, 0
    for element in osmium.FileProcessor(str(NEWPORT)).with_locations():
        tags = {tag.k: tag.v for tag in element.tags}
        if not {"highway", "barrier"} & tags.keys():
            continue
        if element.is_node():
            assert found.node_tags[element.id] == tags
        elif element.is_way():
            nodes = [(node.ref, node.location.lon, node.location.lat) for node in element.nodes]
            assert (found.way_id[at], found.way_tags[at], found.n_nodes[at]) == (element.id, tags, len(nodes))
            ref, lon, lat = zip(*nodes, strict=True)
            here = slice(place, place + len(nodes))
            np.testing.assert_array_equal(found.ref[here], ref)
            np.testing.assert_array_equal(found.degrees[here], np.column_stack([lon, lat]))
            at, place = at + 1, place + len(nodes)
    assert at == len(found.way_id) > 1000
    assert place == len(found.ref)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=TEXT, value=TEXT)
def test_any_characters_come_through(key: str, value: str, tmp_path: Path) -> None:
    file = tmp_path / "a.osm"
    tag = f"<tag k={quoteattr(key)} v={quoteattr(value)}/>"
    file.write_text(
        '<osm version="0.6"><node id="7" lon="1.5" lat="-2.25"/>'
        f'<way id="12345678901"><nd ref="7"/><nd ref="13000000000"/><tag k="highway" v="path"/>{tag}</way>'
        '<way id="2"><tag k="highway" v="path"/></way></osm>',
        encoding="utf-8",
    )
    found = osm_objects(file, ("highway",))
    if key != "highway":
        assert found.way_tags == [{"highway": "path", key: value}]
    assert found.way_id.tolist() == [12345678901]
    assert found.ref.tolist() == [7, 13000000000]
    np.testing.assert_array_equal(found.degrees, [[1.5, -2.25], [np.nan, np.nan]])


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "short.osm.pbf"
    short.write_bytes(NEWPORT.read_bytes()[:200_000])
    with pytest.raises(RuntimeError):
        osm_objects(short, ("highway",))
