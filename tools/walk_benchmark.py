"""The part of docs/reference/benchmarks.md about walking, and its charts, from what benchmarks/walk.py wrote."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

__all__ = ["growth_chart", "log_chart", "porto_chart", "walk_section"]

Rows = Mapping[str, Mapping[str, Any]]
NETWORKS = {
    "newport": "Newport",
    "monaco": "Monaco",
    "porto": "Porto",
    "made_city": "The made city",
    "planted": "Streets invented as traps: parallel edges, loops, ties, edges of no length",
}
OWN = {
    "nearest": "The nearest places against brute force",
    "renumbered": "Nodes and edges numbered otherwise, half of the edges turned round",
    "threads": "Other numbers of threads",
    "blocks": "Other blocks of memory",
}
INK, LINE, OURS, PEERS = "#1f2933", "#9aa5b1", "#0b6e4f", "#b08900"


def walk_section(measured: Mapping[str, Any]) -> list[str]:
    """Return the lines of the section.

    Parameters
    ----------
    measured
        What benchmarks/walk.py wrote.
    """
    rows: Rows = {row["name"]: row for row in measured["rows"]}
    lines = [
        "## Walking",
        "",
        f"With Doorstep {measured['doorstep']} on {measured['date']}, by `{measured['command'].strip()}`, on",
        f"{measured['machine']}. The figures as numbers: [benchmark-walk.json](benchmark-walk.json).",
        "Seconds are medians of 5 runs after one that does not count, on all processors.",
    ]
    if "porto_times_scipy" in rows:
        lines += _porto(rows)
    if "megacity_matrix_seconds" in rows:
        lines += _megacity(rows)
    if _sizes(rows):
        lines += _growth(rows)
    if any(f"exact_{name}" in rows for name in (*NETWORKS, *OWN)):
        lines += _exact(rows)
    return lines


def _porto(rows: Rows) -> list[str]:
    on, scipy_on = rows["porto_times_pandana"]["on"], rows["porto_times_scipy"]["on"]

    def seconds(name: str) -> str:
        return _short(rows[f"porto_{name}"]["value"])

    def times(name: str) -> str:
        return f"{rows[f'porto_{name}']['value']:.0f} times"

    return [
        "",
        "### Porto: everything within 1,000 m",
        "",
        f"OpenStreetMap, {on['nodes']:,} nodes and {on['edges']:,} edges (all ways that people may walk on, of",
        f"parallel edges the shortest, walked both ways); {on['places']:,} places at nodes. Each reaches",
        f"{on['mean reached nodes']:,} nodes on average: {on['rows out']:,} rows of place, node and metres. All get",
        "the same arrays and return the same rows.",
        "",
        "| | preparation, s | query, s | query against ours |",
        "|---|---:|---:|---:|",
        f"| Doorstep | {seconds('preparation_seconds')} | {seconds('query_seconds')} | |",
        f"| {on['peer'].split(',')[0]}, `nodes_in_range`, no `precompute` | {seconds('pandana_preparation_seconds')} "
        f"| {seconds('pandana_query_seconds')} | {times('times_pandana_query')} |",
        f"| {scipy_on['peer'].removesuffix(', equal rows and metres')} | – | {seconds('scipy_seconds')} "
        f"| {times('times_scipy')} |",
        "",
        f"Preparation and query together, pandana takes {times('times_pandana')} as long. From the OpenStreetMap",
        f"file to a network ready for searching Doorstep takes {seconds('from_pbf_seconds')} s.",
        "",
        "![Seconds in Porto](benchmark-walk-porto.svg)",
    ]


def _megacity(rows: Rows) -> list[str]:
    on = rows["megacity_matrix_seconds"]["on"]
    lines = [
        "",
        "### A megacity",
        "",
        f"Porto's streets laid 3 × 3 side by side and joined where tiles meet ({on['joints']:,} joints):",
        f"{on['nodes']:,} nodes, {on['residences']:,} residences and {on['places']:,} places on edges, 1,000 m:",
        f"{on['rows out']:,} walks. Measured in a process of its own.",
        "",
        "| | |",
        "|---|---:|",
    ]
    for name, said in (
        ("build_seconds", "from the OpenStreetMap file to the network, s"),
        ("preparation_seconds", "preparation, s"),
        ("matrix_seconds", "full matrix, s"),
        ("memory_gb", "most memory, from the file to the matrix, GB"),
        ("eight_walkers_times", "eight limits and speeds at once, times one"),
        ("one_place_ms", "one place moved, ms"),
    ):
        if f"megacity_{name}" in rows:
            lines.append(f"| {said} | {_short(rows[f'megacity_{name}']['value'])} |")
    return lines


def _sizes(rows: Rows) -> list[str]:
    prefix = "growth_ns_per_node_"
    return [name.removeprefix(prefix) for name in rows if name.startswith(prefix)]


def _growth(rows: Rows) -> list[str]:
    lines = [
        "",
        "### As cities grow",
        "",
        "Porto's streets tiled and cut to size, a place to 100 nodes, 1,000 m. The share of the memory's bandwidth",
        f"({rows['growth_memory_gb_s']['value']:.1f} GB/s, STREAM triad on the same processors) counts 16 bytes a",
        "reached node: its row written, one edge read.",
        "",
        "| nodes | places | reached by each | rows | ns a reached node | of the bandwidth |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for size in _sizes(rows):
        row, share = rows[f"growth_ns_per_node_{size}"], rows[f"growth_share_of_memory_{size}"]["value"]
        on = row["on"]
        lines.append(
            f"| {on['nodes']:,} | {on['places']:,} | {on['mean reached nodes']:,} | {on['rows out']:,} "
            f"| {row['value']:.1f} | {share:.1%} |"
        )
    return [*lines, "", "![Time per reached node](benchmark-walk-growth.svg)"]


def _exact(rows: Rows) -> list[str]:
    lines = [
        "",
        "### Exact",
        "",
        "Pairs of a residence and a place near each other, drawn at random; every one is compared in whole millimetres",
        "and milliseconds, waits apart, with the best walk that networkx finds on a multigraph in which the points are",
        "nodes, in metres and again in minutes; also whether there is a walk at all.",
        "",
        "| | nodes | pairs | differences |",
        "|---|---:|---:|---:|",
    ]
    for name, said in NETWORKS.items():
        if row := rows.get(f"exact_{name}"):
            lines.append(f"| {said} | {row['on']['nodes']:,} | {row['on']['pairs']:,} | {row['value']:.0f} |")
    lines += ["", "| all pairs of Newport, compared with | rows | differences |", "|---|---:|---:|"]
    for name, said in OWN.items():
        if row := rows.get(f"exact_{name}"):
            lines.append(f"| {said} | {row['on']['rows out']:,} | {row['value']:.0f} |")
    return lines


def _short(value: float) -> str:
    return f"{value:.2g}" if value < 10 else f"{value:,.0f}"


def porto_chart(rows: Rows) -> str:
    """Return bars of the seconds in Porto, preparation light, query full, as SVG."""
    bars = [
        ("Doorstep", rows["porto_preparation_seconds"]["value"], rows["porto_query_seconds"]["value"], OURS),
        (
            "pandana",
            rows["porto_pandana_preparation_seconds"]["value"],
            rows["porto_pandana_query_seconds"]["value"],
            PEERS,
        ),
        ("SciPy (extrapolated)", 0.0, rows["porto_scipy_seconds"]["value"], PEERS),
    ]
    scale = 420 / max(first + second for _, first, second, _ in bars)
    parts = []
    for place, (name, first, second, colour) in enumerate(bars):
        top = 20 + 44 * place
        end = 150 + scale * (first + second)
        said = f"{_short(first)} + {_short(second)} s" if first else f"{_short(second)} s"
        parts += [
            _text(140, top + 17, name, "end"),
            f'<rect x="150" y="{top}" width="{scale * first:.1f}" height="24" fill="{colour}" fill-opacity="0.4"/>',
            f'<rect x="{150 + scale * first:.1f}" y="{top}" width="{scale * second:.1f}" height="24" fill="{colour}"/>',
            _text(end + 8, top + 17, said),
        ]
    parts.append(_text(150, 168, "preparation (light) + query (full), seconds"))
    return _svg(700, 185, "Seconds for all nodes within 1,000 m of 5,000 places in Porto", parts)


def growth_chart(rows: Rows) -> str:
    """Return nanoseconds a reached node over the number of nodes, as SVG."""
    points = [rows[f"growth_ns_per_node_{size}"] for size in _sizes(rows)]
    nodes = [float(row["on"]["nodes"]) for row in points]
    most = _round_up(max(row["value"] for row in points))
    low, high = math.log10(min(nodes)) - 0.15, math.log10(max(nodes)) + 0.15

    def x(count: float) -> float:
        return 70 + 560 * (math.log10(count) - low) / (high - low)

    def y(value: float) -> float:
        return 240 - 200 * value / most

    parts = []
    for step in range(5):
        value = most * step / 4
        parts.append(f'<path d="M70 {y(value):.1f}H630" stroke="{LINE}" stroke-width="{1 if step == 0 else 0.4}"/>')
        parts.append(_text(62, y(value) + 4, f"{value:g}", "end"))
    line = " ".join(f"{x(count):.1f},{y(row['value']):.1f}" for count, row in zip(nodes, points, strict=True))
    parts.append(f'<polyline points="{line}" fill="none" stroke="{OURS}" stroke-width="2"/>')
    for count, row in zip(nodes, points, strict=True):
        parts.append(f'<circle cx="{x(count):.1f}" cy="{y(row["value"]):.1f}" r="4" fill="{OURS}"/>')
        parts.append(_text(x(count), y(row["value"]) - 10, f"{row['value']:.1f}", "middle"))
        parts.append(_text(x(count), 258, f"{count:,.0f}", "middle"))
    parts += [_text(350, 280, "nodes of the network", "middle"), _text(70, 22, "nanoseconds a reached node")]
    return _svg(660, 290, "Time per reached node over the size of the network", parts)


def log_chart(points: Sequence[tuple[float, float]], title: str, below: str, above: str) -> str:
    """Return points joined by a line, both scales in powers of ten, and beside it in light a straight proportion."""
    low_x, high_x = math.log10(points[0][0]) - 0.15, math.log10(points[-1][0]) + 0.15
    values = [value for _, value in points]
    low_y, high_y = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 0.1)

    def x(count: float) -> float:
        return 70 + 560 * (math.log10(count) - low_x) / (high_x - low_x)

    def y(value: float) -> float:
        return 240 - 200 * (math.log10(value) - low_y) / (high_y - low_y)

    parts = []
    for power in range(low_y, high_y + 1):
        at = y(10.0**power)
        parts.append(f'<path d="M70 {at:.1f}H630" stroke="{LINE}" stroke-width="{1 if power == low_y else 0.4}"/>')
        parts.append(_text(62, at + 4, f"{10.0**power:g}", "end"))
    first, last = points[0], points[-1]
    straight = first[1] * last[0] / first[0]
    parts.append(
        f'<path d="M{x(first[0]):.1f} {y(first[1]):.1f}L{x(last[0]):.1f} {y(straight):.1f}" stroke="{PEERS}" '
        f'stroke-dasharray="4 4"/>'
    )
    line = " ".join(f"{x(count):.1f},{y(value):.1f}" for count, value in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="{OURS}" stroke-width="2"/>')
    for count, value in points:
        parts.append(f'<circle cx="{x(count):.1f}" cy="{y(value):.1f}" r="4" fill="{OURS}"/>')
        parts.append(_text(x(count), y(value) - 10, f"{value:.3g}", "middle"))
        parts.append(_text(x(count), 258, f"{count:,.0f}", "middle"))
    parts += [_text(350, 280, f"{below} (dashed: in proportion)", "middle"), _text(70, 22, above)]
    return _svg(660, 290, title, parts)


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 4, 8 times a power of ten, so that four steps of a scale are short numbers."""
    power = 10 ** math.floor(math.log10(value))
    return next(factor * power for factor in (1.2, 2.0, 4.0, 8.0, 12.0) if factor * power >= value * 1.1)


def _text(x: float, y: float, said: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{escape(said)}</text>'


def _svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="13" role="img">'
    )
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", ground, *parts, "</svg>"]) + "\n"
