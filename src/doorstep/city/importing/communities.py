"""Names of communities that a list writes otherwise than the city: read as a person said, else asked about."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.importing.convert import Reader
from doorstep.city.importing.held import Held, outlined
from doorstep.city.importing.mapping import NEW, ListMapping
from doorstep.city.importing.placing import Gazetteer, community_id, community_keys

__all__ = ["alike", "as_said", "asked"]

_ALIKE, _OFFERED, _SHOWN, _MOST = 0.5, 3, 10, 500
"""Likeness of two names without 社区 and 村 from which one may be meant for the other: 嘉和 for 嘉禾. Our judgement."""


def as_said(made: pd.DataFrame, table: str, entry: ListMapping, known: Gazetteer, held: Held) -> None:
    """Give names of communities the meaning that a person wrote into the mapping; ``made`` is changed."""
    column = "name" if table == "communities" else "community"
    if column not in made or not entry.communities:
        return
    ids = held.frame["id"].astype(str)
    names = dict(zip(ids, held.frame["name"].astype(str) if "name" in held.frame else ids, strict=True))
    meant = {
        given: names.get(own, own)
        for given, said in entry.communities.items()
        if said and said != NEW and (own := community_id(known, said))
    }
    if meant:
        made[column] = np.array([meant.get(str(one).strip(), one) for one in made[column]], dtype=object)


def asked(
    made: pd.DataFrame, table: str, entry: ListMapping, known: Gazetteer, held: Held, reader: Reader, heading: str
) -> tuple[npt.NDArray[np.bool_], ListMapping]:
    """Ask which community is meant by a name that the city does not know, where no outlines tell.

    A row of a list of communities is then not taken until a person says what it is: a community that is written
    otherwise would be there twice. Rows of other tables are taken, their community stays as it is written. Of a list
    of other communities altogether (of the next street office) only the names that are alike are asked about. Where
    communities are drawn, rows without an outline are left out anyway (:mod:`undrawn`); the mapping asks all the same.

    Returns
    -------
    tuple
        The rows of ``made`` that wait for an answer, and the mapping with the names that are asked about.
    """
    waiting = np.zeros(len(made), dtype=bool)
    column = "name" if table == "communities" else "community"
    if column not in made or not len(held.frame):
        return waiting, entry
    drawn = bool(outlined(held.shapes).any())
    if drawn and table != "communities":
        return waiting, entry  # the map tells
    names = np.array([str(one).strip() for one in made[column]], dtype=object)
    ids = set(held.frame["id"].astype(str))
    codes = made["id"].astype(str).to_numpy(dtype=object) if table == "communities" and "id" in made else None
    of_code = np.isin(codes, list(ids)) if codes is not None else waiting
    of_row, distinct = pd.factorize(names)
    told = np.array([not one or bool(community_id(known, one)) or one in ids for one in distinct], dtype=bool)[of_row]
    told |= of_code
    if codes is not None and of_code.any():
        told |= codes != ""  # a code of its own among codes that are known is another community
    known_names = [str(one) for one in held.frame["name"]] if "name" in held.frame else []
    unknown = list(dict.fromkeys(names[~told]))
    near = {one: alike(one, known_names) for one in unknown[:_MOST]}
    speaks_of_them = bool((told & (names != "")).any())
    whole = table == "communities" and speaks_of_them
    open_names = [one for one, others in near.items() if (others or whole) and entry.communities.get(one, "") != NEW]
    if not open_names:
        return waiting, entry
    open_now: Mapping[str, str] = {one: entry.communities.get(one, "") for one in open_names}
    nearest = {one: ", ".join(near[one]) for one in open_names}
    entry = dataclasses.replace(entry, communities={**entry.communities, **open_now}, nearest=nearest)
    if drawn:
        return waiting, entry
    shown = "; ".join(f"{one} ({', '.join(near[one]) or '–'})" for one in open_names[:_SHOWN])
    shown += " …" if len(open_names) > _SHOWN else ""
    code = "community-new" if table == "communities" else "community-other"
    reader.question(heading, code, count=f"{len(open_names):,}", names=shown)
    if table == "communities":
        waiting = ~told & np.isin(names, open_names)
    return waiting, entry


def alike(name: str, names: Sequence[str]) -> Sequence[str]:
    """Return those of some names of communities that are spelled nearly as one is, the nearest first.

    Examples
    --------
    >>> alike("嘉和社区居委会", ["望月社区", "嘉禾社区"]), alike("云桥社区", ["望月社区", "嘉禾社区"])
    (['嘉禾社区'], [])
    """
    bare = (community_keys(name) or ("",))[-1]
    known: dict[str, str] = {}
    for one in names:
        if community_keys(one):
            known.setdefault(community_keys(one)[-1], one)
    return [known[one] for one in difflib.get_close_matches(bare, known, n=_OFFERED, cutoff=_ALIKE)]
