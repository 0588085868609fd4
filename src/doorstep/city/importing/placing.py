"""Rows without coordinates: placed by building, compound, address or community, and marked so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.city.importing.convert import Reader
from doorstep.city.importing.held import Held, middles_of
from doorstep.city.importing.quantity import tidy

__all__ = [
    "Gazetteer",
    "add",
    "community_id",
    "community_keys",
    "compound_in_address",
    "gazetteer_of",
    "place_rows",
    "plain_name",
    "to_community_ids",
]

Shapes = npt.NDArray[np.object_]
_SHOWN, _EXAMPLES = 20, 6


@dataclass(slots=True, eq=False)
class Gazetteer:
    """Where named things lie: by plain name, in degrees of WGS84.

    ``buildings`` goes by compound and number; ``community_ids`` turns names of communities into ids;
    ``compound_homes`` (by name) and ``community_homes`` (by id) hold a home, or else a compound, about the middle of
    those that are known there.
    """

    communities: dict[str, Any] = field(default_factory=dict)
    community_ids: dict[str, str] = field(default_factory=dict)
    compounds: dict[str, Any] = field(default_factory=dict)
    compound_community: dict[str, str] = field(default_factory=dict)
    buildings: dict[tuple[str, str], Any] = field(default_factory=dict)
    addresses: dict[str, Any] = field(default_factory=dict)
    compound_homes: dict[str, Any] = field(default_factory=dict)
    community_homes: dict[str, Any] = field(default_factory=dict)


def plain_name(text: str) -> str:
    """Return a name as it is compared: without blanks, brackets and what offices add or leave out.

    Examples
    --------
    >>> plain_name("锦绣社 区（筹）"), plain_name("1号楼"), plain_name("Stow Hill")
    ('锦绣社区', '1号楼', 'stowhill')
    """
    return re.sub(r"[(（].*?[)）]|[·・.\-—]", "", tidy(text)).casefold()


def community_keys(text: str) -> tuple[str, ...]:
    """Return the forms under which a community is looked up: as written, without its committee, the bare name.

    Examples
    --------
    >>> community_keys("嘉禾社区居委会"), community_keys("南塘村委会"), community_keys("Stow Hill")
    (('嘉禾社区居委会', '嘉禾社区', '嘉禾'), ('南塘村委会', '南塘村', '南塘'), ('stowhill',))
    """
    whole = plain_name(text)
    bare = re.sub(r"(?:社区)?居民委员会$|(?:社区)?居委会?$|(?:社区)?村民委员会$|(?:社区)?村委会?$", "", whole)
    kind = "社区" if re.search("社区(?:居|村)", whole) else "村" if re.search("村(?:委|民委)", whole) else ""
    settled = bare if bare.endswith(kind) else bare + kind
    core = re.sub(r"(?:社区|村)$", "", bare) if len(bare) > 2 else bare
    return tuple(dict.fromkeys(key for key in (whole, settled, core) if key))


def community_id(known: Gazetteer, text: str) -> str:
    """Return the id of the community that a text names, "" if none: 嘉禾社区居委会 is 嘉禾社区."""
    return next((known.community_ids[key] for key in community_keys(text) if key in known.community_ids), "")


def gazetteer_of(tables: Mapping[str, Held]) -> Gazetteer:
    """Return the places that the city's tables name."""
    found = Gazetteer()
    add(found, "communities", tables["communities"].frame, tables["communities"].shapes)
    add(found, "compounds", tables["compounds"].frame, tables["compounds"].shapes)
    for table in ("residences", "facilities", "spaces"):
        held = tables[table]
        if len(held.frame) <= 50_000:
            add(found, table, held.frame, held.shapes)
    return found


def add(found: Gazetteer, table: str, frame: pd.DataFrame, shapes: Shapes) -> None:
    """Add rows to the places that are known; the first of a name stays."""

    def column(name: str) -> list[str]:
        return [str(one) for one in frame[name]] if name in frame else [""] * len(frame)

    if table == "communities":
        for own, name, shape in zip(column("id"), column("name"), shapes, strict=True):
            for key in (*community_keys(name), own):
                if key:
                    found.community_ids.setdefault(key, own)
                    if shape is not None:
                        found.communities.setdefault(key, shape.representative_point())
    elif table == "compounds":
        for own, name, community, shape in zip(column("id"), column("name"), column("community"), shapes, strict=True):
            for key in (plain_name(name), plain_name(own)):
                if key and community:
                    found.compound_community.setdefault(key, community)
                if key and shape is not None:
                    found.compounds.setdefault(key, shape.representative_point())
        middles = _middle_homes(column("community"), shapes, ~shapely.is_missing(shapes))
        found.community_homes = middles | found.community_homes
    else:
        basis = column("place_basis")
        for compound, building, address, shape, how in zip(
            column("compound"), column("building"), column("address"), shapes, basis, strict=True
        ):
            if shape is None or how not in ("", "given"):
                continue
            point = shape if shape.geom_type == "Point" else shape.representative_point()
            if compound and building:
                found.buildings.setdefault((plain_name(compound), plain_name(building)), point)
            if address:
                found.addresses.setdefault(plain_address(address), point)
        if table == "residences":
            exact = np.array([how in ("", "given") for how in basis], dtype=bool) & ~shapely.is_missing(shapes)
            housing = [
                one if one or re.search(r"\d", name) else name
                for one, name in zip(column("compound"), column("name"), strict=True)
            ]
            compounds = [plain_name(one) for one in housing]
            found.compound_homes |= _middle_homes(compounds, shapes, exact)
            found.community_homes |= _middle_homes(column("community"), shapes, exact)


def _middle_homes(names: Sequence[str], shapes: Shapes, usable: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """For each name the home nearest to the mean of its homes: a place where somebody lives, not a field between."""
    keys = np.array(names, dtype=object)
    usable = usable & (keys != "")
    if not usable.any():
        return {}
    points = shapely.get_coordinates(middles_of(shapes[usable]))
    frame = pd.DataFrame({"key": keys[usable], "x": points[:, 0], "y": points[:, 1]})
    means = frame.groupby("key")[["x", "y"]].transform("mean")
    frame["off"] = (frame["x"] - means["x"]) ** 2 + (frame["y"] - means["y"]) ** 2
    nearest = frame.sort_values(["off", "x", "y"], kind="stable").drop_duplicates("key")
    return {str(row.key): shapely.Point(row.x, row.y) for row in nearest.itertuples()}


def plain_address(text: str) -> str:
    """Return street and number of an address, without what stands before: offices name city and district or not.

    Examples
    --------
    >>> plain_address("澄川市云桥区石桥街道凤台社区观澜街286号"), plain_address("滨河和顺街166号")
    ('观澜街286号', '滨河和顺街166号')
    >>> plain_address("云桥区幸福小区12号楼"), plain_address("水泥厂家属区12号楼")
    ('幸福小区12号楼', '水泥厂家属区12号楼')
    """
    plain = tidy(text).casefold()
    behind = re.sub(r"^.*(?:街道|街办|社区)", "", plain)
    short = re.sub(rf"^.*?(?:街道办?|社区|镇|乡|村委会|居委会|{_DISTRICT}(?=.{{4,}}))", "", behind)
    return plain if not short or _NUMBER_ONLY.match(short) else short


_DISTRICT = "(?<!小)(?<!住宅)(?<!家属)(?<!生活)(?<!宿舍)区"
_NUMBER_ONLY = re.compile(r"\d{1,4}(?:号楼|幢|栋|座|单元)")
"""A number of a building alone is that of any compound: 12号楼."""


def place_rows(table: str, made: pd.DataFrame, places: Shapes | None, known: Gazetteer, reader: Reader) -> Shapes:
    """Return a place for each row that can be placed; the column ``place_basis`` says how where it was not given."""
    found = np.full(len(made), None, dtype=object) if places is None else places
    given = np.array([one is not None for one in found], dtype=bool)
    if table in ("communities", "compounds") or given.all():
        return found
    basis = np.full(len(made), "", dtype=object)
    inside = known.compound_homes | known.compounds
    compounds = sorted(known.compounds, key=len, reverse=True)
    housing = sorted((one for one in inside if len(one) > 1), key=len, reverse=True)
    cores = _cores(compounds)
    communities = _communities(known)
    placed: dict[str, list[tuple[int, str]]] = {}
    unplaced: list[int] = []

    def cell_of(place: int, name: str) -> str:
        return str(made[name].iloc[place]) if name in made else ""

    for place in np.flatnonzero(~given).tolist():
        names = " ".join(cell_of(place, name) for name in ("name", "place"))
        said = cell_of(place, "address")
        compound = plain_name(cell_of(place, "compound"))
        if not compound or compound not in inside:
            bare = plain_name(names)
            compound = (
                next((one for one in compounds if len(one) > 1 and one in bare), "")
                or compound_in_address(said, housing)
                or _shortened(bare, cores)
                or compound
            )
        building = re.search(r"\d{1,4}(?:号楼|幢|栋|座)", tidy(f"{cell_of(place, 'building')} {names} {said}"))
        number = plain_name(cell_of(place, "building")) or (building.group() if building else "")
        address = plain_address(said)
        tries = (
            ("building", known.buildings.get((compound, number)) if number else None),
            ("address", known.addresses.get(address) if address and plain_name(address) not in inside else None),
            ("compound", inside.get(compound) if compound else None),
            (
                "community",
                _of_community(cell_of(place, "community"), communities) or _in_address(f"{said} {names}", communities),
            ),
        )
        how, point = next(((how, point) for how, point in tries if point is not None), ("", None))
        if point is None:
            unplaced.append(int(place))
            continue
        found[place], basis[place] = point, how
        placed.setdefault(how, []).append((place, compound if how == "compound" else said or names.strip()))
    if unplaced:
        rows = ", ".join(str(reader.rows[place]) for place in unplaced[:_SHOWN])
        reader.layout("", "unplaced", count=len(unplaced), rows=rows)
        _no_place_tells(reader, frozenset(int(reader.rows[place]) for place in unplaced))
    if placed:
        made["place_basis"] = basis
    for how, some in placed.items():
        rooms = table != "residences" and how in ("compound", "community")
        rows = ", ".join(str(reader.rows[place]) for place, _ in some[:_SHOWN]) + (" …" if len(some) > _SHOWN else "")
        names_told = list(dict.fromkeys(name for _, name in some if name))
        examples = ", ".join(names_told[:_EXAMPLES]) + (" …" if len(names_told) > _EXAMPLES else "")
        values = {"rows": rows, "examples": examples} if rooms else {}
        reader.layout("", f"rooms-by-{how}" if rooms else f"placed-by-{how}", count=len(some), **values)
    return found


def _no_place_tells(reader: Reader, rows: frozenset[int]) -> None:
    """Say of rows without a place that no place tells their community; while a system is asked for they may get one."""
    if any(one.kind == "question" and one.code == "system" for one in reader.findings):
        return
    reader.findings[:] = [
        replace(one, code="community-unplaced") if one.code == "community-none" and one.row in rows else one
        for one in reader.findings
    ]


def _communities(known: Gazetteer) -> dict[str, Any]:
    """A place in each community, by id and name: inside its outline, else at a home of it."""
    homes = known.community_homes
    by_name = {name: homes[own] for name, own in known.community_ids.items() if own in homes}
    return homes | by_name | known.communities


def _of_community(name: str, communities: Mapping[str, Any]) -> Any:
    return next((communities[key] for key in (name, *community_keys(name)) if key in communities), None)


_STREET = re.compile(r".{0,2}(?:路|街|巷|道|弄|胡同|社区|村)")
_OTHER = re.compile(r"[新老大小东西南北中上下前后]$")
"""What makes another name of it: 锦绣花园 is neither 锦绣花园东路 nor 新锦绣花园."""


def compound_in_address(address: str, compounds: Sequence[str]) -> str:
    """Return the compound that an address names whole, "" if none; names in Latin letters stand between commas.

    Parameters
    ----------
    address
        As it stands.
    compounds
        Plain names, the longest first.

    Examples
    --------
    >>> known = ["锦绣花园", "幸福小区", "duffryn"]
    >>> [compound_in_address(one, known) for one in ("云桥区幸福小区内", "锦绣花园东路3号", "新幸福小区")]
    ['幸福小区', '', '']
    >>> compound_in_address("The Lodge, Duffryn, Newport", known), compound_in_address("2 Duffryn Way", known)
    ('duffryn', '')
    """
    bare = plain_name(address)
    parts = {plain_name(part) for part in re.split(r"[,，;；]", address)}
    for one in compounds:
        if one in parts:
            return one
        at = bare.find(one) if not one.isascii() else -1
        if at >= 0 and not _STREET.match(bare, at + len(one)) and not _OTHER.search(bare[:at]):
            return one
    return ""


_KIND = re.compile("(?:职工)?(?:住宅小?区|家属[区院]|生活区|宿舍|小区|新村|大院|公寓|花园|[佳雅家]?苑)$")


def _cores(compounds: Sequence[str]) -> dict[str, str]:
    """Compounds by what stands before their kind (水泥厂二家属院: 水泥厂二), where no other begins so."""
    cores = {core: one for one in compounds if len(core := _KIND.sub("", one)) > 1 and core != one}
    return {core: one for core, one in cores.items() if not any(o.startswith(core) for o in compounds if o != one)}


def _shortened(name: str, cores: Mapping[str, str]) -> str:
    """The compound whose name a record begins with, its kind left out or written otherwise: 水泥厂二宿舍车棚."""
    bare = name.removeprefix("原")
    held = [core for core in cores if bare.startswith(core)]
    return cores[max(held, key=len)] if held else ""


def _in_address(address: str, communities: Mapping[str, Any]) -> Any:
    for community in re.findall(r"[\u4e00-\u9fff]{2,6}(?:社区|里)", address):
        for start in range(len(community) - 2):
            point = communities.get(plain_name(community[start:]))
            if point is not None:
                return point
    plain = tidy(address).casefold()
    cores = {key.removesuffix("社区"): point for key, point in communities.items() if len(key.removesuffix("社区")) > 1}
    return next((cores[core] for core in sorted(cores, key=len, reverse=True) if core in plain), None)


def to_community_ids(made: pd.DataFrame, known: Gazetteer, reader: Reader, heading: str, *, drawn: bool) -> None:
    """Turn names of communities into ids; a name that nobody knows stays and is told.

    ``drawn``: the city has outlines of communities, so that a place tells its community all the same.
    """
    if "community" not in made or not known.community_ids:
        return
    codes, names = pd.factorize(made["community"].to_numpy(dtype=object))
    owns = []
    for name in names:
        own = community_id(known, str(name)) or None
        owns.append(own)
        if plain_name(str(name)) and own is None:
            for place in np.flatnonzero(codes == len(owns) - 1).tolist():
                reader.fault(place, heading, "community-none" if drawn else "community-kept", found=str(name))
    table = np.array([own if own is not None else name for own, name in zip(owns, names, strict=True)], dtype=object)
    made["community"] = table[codes]
