"""Pictures that are no map of a walk: how a home joins a street, what a slope costs, which streets are islands."""

from __future__ import annotations

import math

import numpy as np
import shapely
from walk_map import AFTER, BEFORE, INK, Frame, box_of, foot, line, lines_of, mark, svg, words

from doorstep.city import City
from doorstep.standards import load_profile
from doorstep.walk import build_network, planner
from doorstep.walk.slope import slope_factor

__all__ = ["islands", "slope", "snapping"]

WIDTH, HEIGHT = 720.0, 360.0
ROAD, CASING = "#ffffff", "#c9c4b8"


def snapping() -> str:
    """Draw a home between the two ends of a block: the nearest point of the street, and the nearest node."""
    frame = Frame(0.0, 90.0, 4.0, WIDTH, HEIGHT)
    home, left, right, up = (66.0, 58.0), (18.0, 28.0), (150.0, 40.0), (138.0, 96.0)
    share = _share(home, left, right)
    on = (left[0] + share * (right[0] - left[0]), left[1] + share * (right[1] - left[1]))
    body = []
    for road in ([(-10.0, 25.5), left, right, (190.0, 43.6)], [(10.0, -5.0), left], [right, up]):
        body.append(line(frame, road, CASING, 26))
    for road in ([(-10.0, 25.5), left, right, (190.0, 43.6)], [(10.0, -5.0), left], [right, up]):
        body.append(line(frame, road, ROAD, 22))
    body.append(line(frame, [on, right], AFTER, 5))
    body.append(line(frame, [home, left], BEFORE, 3, dash="9 6"))
    body.append(line(frame, [home, on], INK, 3, dash="1 6"))
    for node in (left, right):
        x, y = frame.at(*node)
        body.append(f"<circle cx='{x:g}' cy='{y:g}' r='6' fill='{INK}'/>")
    x, y = frame.at(*on)
    body.append(f"<circle cx='{x:g}' cy='{y:g}' r='6' fill='white' stroke='{AFTER}' stroke-width='4'/>")
    x, y = frame.at(*home)
    roof = f"M{x - 22:g} {y:g}v-26l22 -18l22 18v26z"
    body.append(f"<path d='{roof}' fill='#efe6d2' stroke='{INK}' stroke-width='2'/>")
    lengths = ((home, on, (10, 4), INK), (home, left, (-14, -10), BEFORE), (on, right, (0, 34), AFTER))
    for start, end, shift, colour in lengths:
        px, py = frame.at((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        said = f"{math.dist(start, end):.0f} m"
        anchor = "end" if shift[0] < 0 else "start"
        body.append(words((px + shift[0], py + shift[1]), said, size=16, bold=True, colour=colour, anchor=anchor))
    body += [mark(frame.at(*right), "B"), mark((x, y - 12), "A")]
    return svg(WIDTH, HEIGHT, "A home joins the nearest point of the street, not the nearest node", body)


def _share(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    return ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / (dx * dx + dy * dy)


def slope() -> str:
    """Draw by how much a slope lengthens the time of a walk, down to the left, up to the right."""
    left, bottom, right, top = 60.0, 322.0, 690.0, 20.0
    grades = np.linspace(-0.3, 0.3, 121)
    times = slope_factor(grades)
    most = 3.6

    def at(grade: float, time: float) -> tuple[float, float]:
        return left + (grade + 0.3) / 0.6 * (right - left), bottom - time / most * (bottom - top)

    body = []
    for time in (1, 2, 3):
        y = at(0, time)[1]
        body.append(f"<path d='M{left:g} {y:.1f}H{right:g}' stroke='{CASING}'/>")
        body.append(words((left - 8, round(y + 5, 1)), f"× {time}", anchor="end"))
    for grade in (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3):
        x = at(grade, 0)[0]
        body.append(
            f"<path d='M{x:.1f} {top:g}V{bottom:g}' stroke='{CASING}' stroke-width='{2 if grade == 0 else 1}'/>"
        )
        body.append(words((round(x, 1), bottom + 20), f"{100 * grade:+.0f} %" if grade else "0", anchor="middle"))
    curve = [at(*one) for one in zip(grades.tolist(), times.tolist(), strict=True)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in curve)
    body.append(f"<path d='M{path}' stroke='{AFTER}' stroke-width='4'/>")
    for grade in (-0.1, -0.05, 0.1, 0.2):
        time = float(slope_factor(np.array([grade]))[0])
        x, y = at(grade, time)
        body.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='5' fill='white' stroke='{AFTER}' stroke-width='3'/>")
        below = 24 if grade == -0.05 else -12
        body.append(words((round(x, 1), round(y + below, 1)), f"× {time:.2f}", bold=True, anchor="middle"))
    return svg(WIDTH, HEIGHT, "Time on a slope against level ground", body)


def islands(city: City, attribution: str) -> str:
    """Draw the network of a city, what does not hang together with it in another colour."""
    network = build_network(city.streets, planner(load_profile(city.profile)))
    u, v = network.edge_u, network.edge_v
    x, y = network.node_x_m, network.node_y_m
    part = network.component[np.where(network.is_closed[u], v, u)]
    bounds = city.communities.total_bounds
    frame = box_of([(bounds[0], bounds[1]), (bounds[2], bounds[3])], WIDTH, 520.0, least_m=500, margin=0.06)
    seen = shapely.box(*frame.box)
    ends = np.stack([np.stack([x[u], y[u]], axis=1), np.stack([x[v], y[v]], axis=1)], axis=1)
    lines = shapely.linestrings(ends)
    body = []
    for is_island, colour, width in ((False, "#9aa5b1", 1.2), (True, BEFORE, 4.0)):
        chosen = lines[(part != 0) == is_island]
        merged = shapely.line_merge(shapely.union_all(chosen[shapely.intersects(chosen, seen)]))
        parts = shapely.get_parts(shapely.simplify(merged, 0.6 / frame.scale))
        body.append(lines_of(frame, [list(one.coords) for one in parts], colour, width))
    return svg(WIDTH, 520.0, "Islands of the network of Monaco", [*body, *foot(frame, attribution)])
