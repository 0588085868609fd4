"""Line layers cut where lines cross or touch."""

from __future__ import annotations

from itertools import pairwise

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city.noding import Corner, cut_lines

ROAD = ((0, 0), (10_000, 0))
PATH = ((4000, -3000), (4000, 3000))


def test_lines_that_cross_get_a_vertex_each_and_say_so() -> None:
    lines, cuts = cut_lines([ROAD, PATH], [{}, {}])
    assert lines == [((0, 0), (4000, 0), (10_000, 0)), ((4000, -3000), (4000, 0), (4000, 3000))]
    assert [(cut.line, cut.other, cut.corner) for cut in cuts] == [(0, 1, (4000, 0)), (1, 0, (4000, 0))]


def test_bridge_is_not_cut() -> None:
    for tags in ({"bridge": "T"}, {"layer": "1"}, {"tunnel": "yes"}, {"level": "2"}):
        assert cut_lines([ROAD, PATH], [{}, tags]) == ([ROAD, PATH], [])
    assert len(cut_lines([ROAD, PATH], [{}, {"bridge": "F", "layer": "0"}])[1]) == 2


def test_line_that_ends_on_another_is_met_within_a_centimetre() -> None:
    for end, met in (((4000, 1), True), ((4000, 2), False)):
        lines, cuts = cut_lines([ROAD, (end, (4000, 3000))], [{}, {}])
        assert (lines[0] == ((0, 0), end, (10_000, 0))) is met
        assert len(cuts) == met


def test_crossing_in_a_noded_layer_is_taken_for_a_bridge() -> None:
    noded = [((0, y), (500, y), (1000, y)) for y in range(0, 3000, 100)]
    rung = tuple((500, y) for y in range(0, 3000, 100))
    lone = ((0, 9000), (100, 9000)), ((50, 8000), (50, 9900))
    lines = [*noded, rung, *lone]
    assert cut_lines(lines, [{}] * len(lines)) == (lines, [])


CORNERS = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda p: (p[0] * 100, p[1] * 100))
LINES = st.lists(st.lists(CORNERS, min_size=2, max_size=4, unique=True).map(tuple), min_size=1, max_size=6)


@settings(max_examples=80, deadline=None)
@given(LINES)
def test_cut_lines_keep_their_shape(lines: list[tuple[Corner, ...]]) -> None:
    cut, cuts = cut_lines(lines, [{}] * len(lines))
    assert sum(map(len, cut)) == sum(map(len, lines)) + len(cuts)
    for before, after in zip(lines, cut, strict=True):
        assert [corner for corner in after if corner in before][:1] == [before[0]]
        assert set(before) <= set(after)
        assert all(a != b for a, b in pairwise(after))
        assert shapely.LineString(before).hausdorff_distance(shapely.LineString(after)) <= 1.5
