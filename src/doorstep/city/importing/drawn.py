"""What is drawn (KML, DXF): outlines of communities, compounds and buildings, and what is written in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import shapely

from doorstep.city.importing.convert import Reader
from doorstep.city.importing.findings import Finding
from doorstep.city.importing.lists import Listed
from doorstep.city.importing.mapping import source_name
from doorstep.city.importing.quantity import quantity_of
from doorstep.city.importing.storeys import storey_of

__all__ = ["DRAWN", "drawn_lists", "kind_of"]

DRAWN = ("communities", "compounds", "residences")
"""Tables that a drawing may fill."""
_BUILDING = re.compile(
    r"\d{1,4}[-–]?\d{0,3}(?:号楼|幢|栋|座)(?:楼|幢|栋)?$|^\d{1,4}[-–]?\d{0,3}号$|^[A-Za-z]?\d{0,3}(?:栋|幢|座|号楼)$"
    r"|(?:^|\s)(?:block|building|blk)\s*\w+$",
    re.IGNORECASE,
)
_LAYERS = {
    "communities": r"社区|居委会?|村委会?|村界|communit(?:y|ies)|wards?\b|neighbou?rhoods?",
    "compounds": r"围墙|用地|红线|小区|院墙|宗地|地块|家属院|walls?\b|compounds?|parcels?|estates?\b|zd",
    "residences": r"建筑物?|房屋|住宅|楼栋|楼房|房子|楼宇|buildings?|houses?|bldgs?|footprints?|jmd",
    "gates": r"大门|出入口|门岗|入口|gates?\b|entrances?",
    "streets": r"道路|路网|街道?|roads?\b|streets?\b|dlss",
    "texts": r"注记|文字|标注|text|label|anno|zj",
}
_EDGE = re.compile(r"边界|范围|界线|轮廓|boundar(?:y|ies)|outlines?", re.IGNORECASE)
"""Said of outlines of any kind: alone it stands for compounds."""
_PLAIN = re.compile(
    r"住宅小区|现状|图层|面|层|示意图?|分布图?|layers?|polygons?|[\s_\-—0-9()（）.]+|楼$", re.IGNORECASE
)
_NAMES = {
    "communities": re.compile(r"(?:社区|居委会|居民委员会|村委会|村民委员会)$|\bward$", re.IGNORECASE),
    "compounds": re.compile(r"(?:小区|家属[院区]|宿舍|新村|花园|[佳雅家]?苑|大院|华庭|estate|court)$", re.IGNORECASE),
}
_BUILDING_M2 = 4_000.0
"""Outlines of no known kind are buildings if half of those in their layer are smaller: few blocks of flats are larger,
few compounds smaller."""
_SAID = ("name", "layer", "size")


def drawn_lists(file: str, rows: list[dict[str, Any]], crs: str, unit: str) -> list[Listed]:
    """Return what was drawn as communities, compounds and buildings; what is no table of a city is counted.

    A row has ``folder`` (or layer), ``name``, ``words`` and ``shape``. By what each kind was judged is told.
    """
    judged = _judged(rows, in_degrees=bool(crs))
    kinds = [kind for kind, _ in judged]
    texts = [
        row
        for row, kind in zip(rows, kinds, strict=True)
        if kind == "texts" or (row["words"] and row["shape"] is not None and row["shape"].geom_type == "Point")
    ]
    tree = shapely.STRtree([row["shape"] for row in texts if row["shape"] is not None])
    written = [row["words"] for row in texts if row["shape"] is not None]
    lists = []
    for table in DRAWN:
        places = [place for place, kind in enumerate(kinds) if kind == table]
        if not places:
            continue
        reader = Reader(file, "", np.array(places, dtype=np.int64) + 1, typed=False)
        some = [rows[place] for place in places]
        columns = _residences(some, tree, written) if table == "residences" else _named(some, table, tree, written)
        frame = pd.DataFrame({"row": reader.rows, **columns})
        shapes = np.empty(len(places), dtype=object)
        shapes[:] = [row["shape"] for row in some]
        if unit == "none":
            reader.question("", "unit-none", taken="m")
        _tell_kind(reader, table, some, [judged[place][1] for place in places])
        lists.append(Listed(file, "", table, frame, None, shapes, crs, "", reader.findings, (), "", reader))
    others = len(rows) - sum(len(one.frame) for one in lists)
    if lists and others:
        lists[0].findings.append(Finding("layout", file, "", None, "", "left-drawn", {"count": str(others)}))
    return lists


def _tell_kind(reader: Reader, table: str, rows: list[dict[str, Any]], said: list[str]) -> None:
    """Say what the outlines are taken for, and why; where only their size tells, a person is asked."""
    layers = ", ".join(dict.fromkeys(row["folder"] or "–" for row in rows))[:120]
    values = {f"by_{one}": f"{said.count(one):,}" for one in _SAID}
    source = f"{source_name(reader.file, '')}:{table}"
    tell = reader.question if "size" in said else reader.layout
    tell("", f"drawn-{table}", count=f"{len(rows):,}", layers=layers, source=source, **values)


def kind_of(row: dict[str, Any]) -> str:
    """Return what an outline, a line or a point of a drawing is: a key of the words for layers, "" if unknown.

    Examples
    --------
    >>> house = shapely.box(0, 0, 30, 12)
    >>> kind_of({"folder": "房屋", "name": "", "words": "", "shape": house})
    'residences'
    >>> kind_of({"folder": "社区范围", "name": "红旗", "words": "", "shape": house})
    'communities'
    >>> kind_of({"folder": "", "name": "红旗", "words": "", "shape": house})
    ''
    """
    return _kind(row)[0]


def _kind(row: dict[str, Any]) -> tuple[str, str]:
    """What is drawn, and what told it: its name or its layer; "" where only the size may tell."""
    shape = row["shape"]
    if shape is None:
        return "", ""
    if shape.geom_type == "Point" and row["words"] and not row["name"]:
        return "texts", ""
    flat = shape.geom_type in ("Polygon", "MultiPolygon")
    name = row["name"].strip()
    if flat and name and _BUILDING.search(name):
        return "residences", "name"
    own = bool(_place_of_folder(row))  # 晓园小区 names a place, 小区 says what is drawn
    by_layer = "" if own else _said_by(row["folder"])
    if by_layer and (flat or by_layer not in DRAWN):
        return by_layer, "layer"
    if flat and name:
        if own and name == row["folder"].strip():
            return "compounds", "name"
        return next(((table, "name") for table, words in _NAMES.items() if words.search(name)), ("", ""))
    if own and (by_layer := _said_by(row["folder"])) and (flat or by_layer not in DRAWN):
        return by_layer, "layer"
    return "", ""


def _said_by(folder: str) -> str:
    """What the name of a folder or layer says: the last word of a kind counts, as in 小区房屋 and compound walls."""
    said = folder.replace("住宅小区", "小区").replace("建筑用地", "用地")
    found = [
        (match.end(), kind) for kind, words in _LAYERS.items() for match in re.finditer(words, said, re.IGNORECASE)
    ]
    return max(found)[1] if found else "compounds" if _EDGE.search(said) else ""


def _place_of_folder(row: dict[str, Any]) -> str:
    """The compound that a folder is named after (映月佳苑房屋: 映月佳苑), "" if it only says what is drawn.

    Layers of things without names are called as draughtsmen like: only one that ends as compounds do is a place.
    """
    bare = str(row["folder"]).strip()
    for words in (_LAYERS["residences"], r"用地|红线|围墙"):
        bare = re.sub(rf"(?:{words})+$", "", bare, flags=re.IGNORECASE).strip(" _-—")
    core = bare
    for words in (*_LAYERS.values(), _EDGE.pattern, _PLAIN.pattern):
        core = re.sub(words, "", core, flags=re.IGNORECASE)
    named = bool(row["name"]) or bool(_NAMES["compounds"].search(bare))
    return bare if named and len(re.findall(r"[^\W\d_]", core)) >= 2 else ""


def _judged(rows: list[dict[str, Any]], *, in_degrees: bool) -> list[tuple[str, str]]:
    """What each row is and what told it; outlines that neither name nor layer tells go by the size in their layer."""
    found = [_kind(row) for row in rows]
    open_of: dict[str, list[int]] = {}
    for place, (row, (kind, _)) in enumerate(zip(rows, found, strict=True)):
        flat = row["shape"] is not None and row["shape"].geom_type in ("Polygon", "MultiPolygon")
        if flat and not kind and (row["name"] or _place_of_folder(row)):
            open_of.setdefault(row["folder"], []).append(place)
    for places in open_of.values():
        half = float(np.median([_square_metres(rows[place]["shape"], in_degrees) for place in places]))
        for place in places:
            found[place] = ("residences" if half < _BUILDING_M2 else "compounds", "size")
    return found


def _square_metres(shape: Any, in_degrees: bool) -> float:
    area = float(shape.area)
    return area * 111_320.0 * 110_950.0 * float(np.cos(np.radians(shape.centroid.y))) if in_degrees else area


def _named(rows: list[dict[str, Any]], table: str, tree: shapely.STRtree, written: list[str]) -> dict[str, list[str]]:
    """Names of communities and compounds: their own, else the only one that is written within."""
    names = [
        row["name"] or _name_among({written[one] for one in tree.query(row["shape"], predicate="contains")})
        for row in rows
    ]
    return {"community" if table == "communities" else "compound": names}


def _residences(rows: list[dict[str, Any]], tree: shapely.STRtree, written: list[str]) -> dict[str, Any]:
    """Compound, number, address and figures of buildings, by their names, folders and what is written in them."""
    made: dict[str, list[str]] = {"compound": [], "building": [], "address": []}
    figures = []
    for row in rows:
        words = " ".join(
            [row["words"], *(written[one] for one in sorted(tree.query(row["shape"], predicate="contains")))]
        )
        for name, value in zip(made, _called(row, words), strict=True):
            made[name].append(value)
        figures.append(_figures(words))
    columns: dict[str, Any] = {name: values for name, values in made.items() if name != "address" or any(values)}
    for name in ("storeys", "dwellings"):
        values = np.array([one.get(name, np.nan) for one in figures])
        if np.isfinite(values).any():
            columns[name] = values
    return columns


def _called(row: dict[str, Any], words: str) -> tuple[str, str, str]:
    """Compound, building and address of an outline: 前进小区1号楼 is building 1号楼 of 前进小区."""
    said = f"{row['name']} {words}"
    address = re.search(r"[\u4e00-\u9fff]{1,8}(?:路|街|巷|弄|道|里弄)\d{1,4}(?:弄\d{1,4})?号(?![楼幢栋座])", said)
    rest = said.replace(address.group(), " ") if address else said
    number = re.search(r"([\u4e00-\u9fff]{2,20})?([A-Za-z]?\d{1,4}(?:号楼|号|栋|幢|座))", rest)
    compound = (number.group(1) or "") if number else ""
    building = number.group(2) if number else ""
    own = row["name"].strip()
    if own and not (number and own.endswith(building)) and not (address and own == address.group()):
        building = own
    return compound or _place_of_folder(row), building, address.group() if address else ""


def _name_among(texts: Iterable[str]) -> str:
    """The name of a compound among the texts within its outline: the only one that is no number, storey or building."""
    names = [
        one
        for one in (text.strip() for text in texts)
        if re.search(r"[^\W\d_]{2}", one)
        and not _figures(one)
        and not _BUILDING.search(one)
        and not re.search(r"[路街巷道门]$|^[A-Za-z]?\d", one)
    ]
    return names[0] if len(names) == 1 else ""


def _figures(words: str) -> dict[str, float]:
    """Storeys and dwellings that are written in or beside an outline: 层数:6 户数:36, 6F, 砖6."""
    found: dict[str, float] = {}
    for name, pattern in (
        (
            "storeys",
            r"(?:层数|storeys?)[:：=]?\s*(\d{1,3})|(?:^|\s)[砖混框砼]{0,2}(\d{1,3})\s*(?:[Ff]|层)(?:\s|$)|(?:^|\s)[砖混框砼]{1,2}(\d{1,3})(?:\s|$)",
        ),
        ("dwellings", r"(?:户数|套数|dwellings?)[:：=]?\s*(\d{1,5})|(\d{1,5})户"),
    ):
        match = re.search(pattern, words)
        text = next((one for one in match.groups() if one), "") if match else ""
        read = quantity_of(text) if text else None
        if read is not None:
            found[name] = read.value
    if "storeys" not in found:
        storey = storey_of(words.strip()) if len(words) < 8 else None
        if storey is not None and storey.low is not None and storey.low > 0:
            found["storeys"] = float(storey.low)
    return found
