"""Communities of a list that nobody has drawn, in a city whose communities are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from doorstep.city.importing.communities import alike
from doorstep.city.importing.findings import Finding, rare
from doorstep.city.importing.held import Held, outlined
from doorstep.city.importing.placing import Gazetteer
from doorstep.city.importing.reading import ReadList

__all__ = ["counted_out", "without_undrawn"]


def without_undrawn(
    held: Held,
    before: frozenset[str],
    lists: Sequence[ReadList],
    bases: dict[tuple[str, str], pd.DataFrame],
    known: Gazetteer,
) -> tuple[Held, list[Finding], pd.DataFrame]:
    """Take new communities without an outline out again where others are drawn: a city cannot use half a map.

    Where no community is drawn at all they stay, for the outlines may come with the next file.

    Parameters
    ----------
    held
        The communities after all lists of an import.
    before
        Ids that were there before it.
    lists
        All lists of the import.
    bases, known
        Rows as imported and names of places; what is taken out leaves them, too.

    Returns
    -------
    tuple
        The communities that stay, what is to be told, and the rows that were not taken: file, sheet, row, name, reason.
    """
    drawn = outlined(held.shapes)
    ids = held.frame["id"].astype(str)
    out = ~drawn & ~ids.isin(list(before)).to_numpy(dtype=bool)
    if not drawn.any() or not out.any():
        return held, [], pd.DataFrame()
    gone = frozenset(ids[out])
    drawn_names = _texts(held.frame[drawn], "name")
    rows = held.frame[out]
    told: list[Finding] = []
    refused: list[dict[str, str]] = []
    for one in lists:
        listed = one.listed
        if listed is None or listed.table != "communities":
            continue
        own = rows[(rows["source"] == one.source).to_numpy(dtype=bool)]
        heading = next((head.text for head in listed.headings if head.field in ("community", "name")), "")
        faults = []
        for name, row in zip(_texts(own, "name"), _texts(own, "source_row"), strict=True):
            faults.append(
                Finding(
                    "fault",
                    listed.file,
                    listed.sheet,
                    int(row) if row else None,
                    heading,
                    "undrawn",
                    {"found": name, "nearest": ", ".join(alike(name, drawn_names)) or "–"},
                )
            )
            about = {"file": listed.file, "sheet": listed.sheet, "row": row, "name": name, "reason": "undrawn"}
            refused.append(about)
        told += rare(faults, len(listed.frame))
        base = bases.get((one.source, "communities"))
        if base is not None:
            bases[one.source, "communities"] = base[~base["id"].isin(list(gone)).to_numpy(dtype=bool)]
    for key in [key for key, own in known.community_ids.items() if own in gone]:
        del known.community_ids[key]
    kept = held.frame[~out].reset_index(drop=True)
    return Held(held.table, held.path, kept, held.shapes[~out]), told, pd.DataFrame(refused)


def counted_out(counts: Sequence[dict[str, Any]], refused: pd.DataFrame) -> None:
    """Correct the figures of the lists by rows that were taken out again."""
    if not len(refused):
        return
    for row in counts:
        if row["table"] != "communities":
            continue
        n_rows = int(np.sum((refused["file"] == row["file"]) & (refused["sheet"] == row["sheet"])))
        for name, by in (("accepted", -n_rows), ("new", -n_rows), ("rejected", n_rows)):
            row[name] = row.get(name, 0) + by


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    return [str(one) for one in frame[name]] if name in frame else [""] * len(frame)
