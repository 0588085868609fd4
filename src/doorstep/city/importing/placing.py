"""Rows without coordinates: placed by building, compound, address or community, and marked so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.importing.convert import Reader
from doorstep.city.importing.held import Held
from doorstep.city.importing.quantity import tidy

__all__ = [
    "Gazetteer",
    "add",
    "community_id",
    "community_keys",
    "gazetteer_of",
    "place_rows",
    "plain_name",
    "to_community_ids",
]

Shapes = npt.NDArray[np.object_]


@dataclass(slots=True, eq=False)
class Gazetteer:
    """Where named things lie: by plain name, in degrees of WGS84.

    ``buildings`` goes by compound and number; ``community_ids`` turns names of communities into ids.
    """

    communities: dict[str, Any] = field(default_factory=dict)
    community_ids: dict[str, str] = field(default_factory=dict)
    compounds: dict[str, Any] = field(default_factory=dict)
    compound_community: dict[str, str] = field(default_factory=dict)
    buildings: dict[tuple[str, str], Any] = field(default_factory=dict)
    addresses: dict[str, Any] = field(default_factory=dict)


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


def plain_address(text: str) -> str:
    """Return street and number of an address, without what stands before: offices name city and district or not.

    Examples
    --------
    >>> plain_address("澄川市云桥区石桥街道凤台社区观澜街286号"), plain_address("滨河和顺街166号")
    ('观澜街286号', '滨河和顺街166号')
    """
    plain = tidy(text).casefold()
    return (
        re.sub(r"^.*?(?:街道办?|社区|镇|乡|村委会|居委会|区(?=.{4,}))", "", re.sub(r"^.*(?:街道|街办|社区)", "", plain))
        or plain
    )


def place_rows(table: str, made: pd.DataFrame, places: Shapes | None, known: Gazetteer, reader: Reader) -> Shapes:
    """Return a place for each row that can be placed; the column ``place_basis`` says how where it was not given."""
    found = np.full(len(made), None, dtype=object) if places is None else places
    given = np.array([one is not None for one in found], dtype=bool)
    if table in ("communities", "compounds") or given.all():
        return found
    basis = np.full(len(made), "", dtype=object)
    compounds = sorted(known.compounds, key=len, reverse=True)
    cores = _cores(compounds)
    counts: dict[str, int] = {}
    unplaced: list[int] = []

    def cell_of(place: int, name: str) -> str:
        return str(made[name].iloc[place]) if name in made else ""

    for place in np.flatnonzero(~given).tolist():
        names = " ".join(cell_of(place, name) for name in ("name", "place"))
        compound = plain_name(cell_of(place, "compound"))
        if not compound or compound not in known.compounds:
            bare = plain_name(names)
            compound = (
                next((one for one in compounds if len(one) > 1 and one in bare), "")
                or _shortened(bare, cores)
                or compound
            )
        building = re.search(r"\d{1,4}(?:号楼|幢|栋|座)", tidy(f"{cell_of(place, 'building')} {names}"))
        number = plain_name(cell_of(place, "building")) or (building.group() if building else "")
        address = plain_address(cell_of(place, "address"))
        tries = (
            ("building", known.buildings.get((compound, number)) if number else None),
            ("address", known.addresses.get(address) if address else None),
            ("compound", known.compounds.get(compound) if compound else None),
            (
                "community",
                next(
                    (
                        known.communities[key]
                        for key in (cell_of(place, "community"), *community_keys(cell_of(place, "community")))
                        if key in known.communities
                    ),
                    None,
                )
                or _in_address(f"{cell_of(place, 'address')} {names}", known),
            ),
        )
        how, point = next(((how, point) for how, point in tries if point is not None), ("", None))
        if point is None:
            unplaced.append(int(place))
            continue
        found[place], basis[place] = point, how
        counts[how] = counts.get(how, 0) + 1
    if unplaced:
        rows = ", ".join(str(reader.rows[place]) for place in unplaced[:20])
        reader.layout("", "unplaced", count=len(unplaced), rows=rows)
    if counts:
        made["place_basis"] = basis
        for how, count in counts.items():
            reader.layout("", f"placed-by-{how}", count=count)
    return found


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


def _in_address(address: str, known: Gazetteer) -> Any:
    for community in re.findall(r"[\u4e00-\u9fff]{2,6}(?:社区|里)", address):
        for start in range(len(community) - 2):
            point = known.communities.get(plain_name(community[start:]))
            if point is not None:
                return point
    plain = tidy(address).casefold()
    cores = {
        key.removesuffix("社区"): point for key, point in known.communities.items() if len(key.removesuffix("社区")) > 1
    }
    return next((cores[core] for core in sorted(cores, key=len, reverse=True) if core in plain), None)


def to_community_ids(made: pd.DataFrame, known: Gazetteer, reader: Reader, heading: str) -> None:
    """Turn names of communities into ids; a name that nobody knows stays and is told."""
    if "community" not in made or not known.community_ids:
        return
    codes, names = pd.factorize(made["community"].to_numpy(dtype=object))
    owns = []
    for name in names:
        own = community_id(known, str(name)) or None
        owns.append(own)
        if plain_name(str(name)) and own is None:
            for place in np.flatnonzero(codes == len(owns) - 1).tolist():
                reader.fault(place, heading, "community-none", found=str(name))
    table = np.array([own if own is not None else name for own, name in zip(owns, names, strict=True)], dtype=object)
    made["community"] = table[codes]
