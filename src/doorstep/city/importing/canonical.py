"""Rows of a list under the names of the city's tables: services, channels, states, capacities, names, ids."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.importing.lists import Listed
from doorstep.city.importing.rules import heading_at
from doorstep.city.importing.services import is_closed, service_of
from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.city.rooms import kind_word, suggested_channel
from doorstep.city.vocabulary import plain, simplified, word, words

__all__ = ["COLUMNS", "canonical"]

COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "communities": {
        "id": ("community_code", "id"),
        "name": ("community", "name"),
        "subdistrict": ("subdistrict",),
        "type": ("compound_type", "category"),
        "households": ("dwellings",),
        "compounds": ("compounds",),
        "area_m2": ("land_m2", "area_m2"),
        "people": ("people",),
    },
    "compounds": {
        "id": ("compound_code", "id"),
        "name": ("compound", "name"),
        "community": ("community",),
        "type": ("compound_type", "category"),
        "buildings": ("buildings",),
        "dwellings": ("dwellings",),
        "people": ("people",),
        "land_m2": ("land_m2", "area_m2"),
        "floor_area_m2": ("floor_area_m2",),
        "year": ("year",),
    },
    "residences": {
        "id": ("id",),
        "name": ("name",),
        "compound": ("compound",),
        "building": ("building",),
        "community": ("community",),
        "address": ("address",),
        "state": ("state",),
        "storeys": ("storeys",),
        "units": ("units",),
        "lift": ("lift",),
        "year": ("year",),
        "dwellings": ("dwellings",),
        "occupied": ("occupied",),
        "floor_area_m2": ("floor_area_m2", "area_m2"),
        "people": ("people",),
        "remark": ("remark",),
    },
    "facilities": {
        "id": ("id",),
        "service": (),
        "place": ("name", "operator"),
        "kind": ("category",),
        "community": ("community",),
        "compound": ("compound",),
        "address": ("address",),
        "capacity": ("capacity", "beds", "nursery_places", "meals_day", "seats"),
        "capacity_unit": ("capacity_unit",),
        "area_m2": ("area_m2", "floor_area_m2"),
        "storey": ("storey",),
        "opening_hours": ("opening_hours",),
        "price": ("price",),
        "price_unit": ("price_unit",),
        "operator": ("operator",),
        "access": ("access",),
        "remark": ("remark",),
    },
    "spaces": {
        "id": ("id",),
        "place": ("name", "building"),
        "kind": ("space_kind", "category"),
        "community": ("community",),
        "compound": ("compound",),
        "address": ("address",),
        "floor_area_m2": ("floor_area_m2",),
        "area_m2": ("area_m2",),
        "storey": ("storey",),
        "storeys": ("storeys",),
        "clear_height_m": ("clear_height_m",),
        "lift": ("lift",),
        "light": ("light",),
        "outdoor_m2": ("outdoor_m2",),
        "owner": ("owner",),
        "title": ("title",),
        "structure": ("structure",),
        "built": ("year",),
        "fire_class": ("fire_class",),
        "present_use": ("present_use", "state"),
        "channel": ("channel",),
        "channel_basis": (),
        "capital_cost_per_m2": ("capital_cost_per_m2",),
        "rent_per_m2_year": ("rent_per_m2_year",),
        "available_from": ("available_from",),
        "photos": ("photo",),
        "limits": ("limits",),
        "decision": ("decision",),
        "remark": ("remark",),
    },
}
"""The columns that an import writes: name -> fields of the list that fill it, the first that is there."""

_UNIT_OF_FIELD = {"beds": "day_place", "nursery_places": "place", "meals_day": "meal_day", "seats": "persons_at_once"}
_UNIT_OF_SERVICE = {
    "elderly_care": "day_place",
    "infant_care": "place",
    "after_school": "place",
    "meals": "meal_day",
    "health": "visit_day",
}
_CHANNEL_IF_UNTOLD = "convert"
"""Channel of a room of which neither channel nor owner is told: it has to be had from whoever holds it and turned to a
new use, so nothing is promised that public property or new housing would owe. An assumption; the import asks."""


def canonical(listed: Listed) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """Return the rows under the city's columns, and which of them are left out as no rows of the table.

    What is left out or read otherwise is told in ``listed.findings``.
    """
    frame = listed.frame
    out = np.zeros(len(frame), dtype=bool)
    made = pd.DataFrame(index=frame.index)
    for column, sources in COLUMNS[listed.table].items():
        there = [name for name in sources if name in frame]
        if there:
            values = frame[there[0]]
            for other in there[1:]:
                values = values.where(_known(values), frame[other])
            made[column] = values
    for column in PEOPLE_COLUMNS:
        if column in frame and listed.table in ("communities", "compounds", "residences"):
            made[column] = frame[column]
    if listed.table == "residences":
        _residences(made, listed)
    elif listed.table == "facilities":
        out |= _facilities(made, listed)
    elif listed.table == "spaces":
        _spaces(made, listed)
    closed = _closed(made, listed)
    made["source_row"] = frame["row"].to_numpy()
    for name in made.columns:
        if not pd.api.types.is_numeric_dtype(made[name]):
            made[name] = made[name].astype(object)
    return made, out | closed


def _known(values: pd.Series[Any]) -> pd.Series[bool]:
    return values.notna() if pd.api.types.is_numeric_dtype(values) else values != ""


def _closed(made: pd.DataFrame, listed: Listed) -> npt.NDArray[np.bool_]:
    out = np.zeros(len(made), dtype=bool)
    if listed.table != "facilities" or listed.reader is None:
        return out
    heading = heading_at(listed, "name")
    names = made["place"] if "place" in made else [""] * len(made)
    states = listed.frame["state"] if "state" in listed.frame else [""] * len(made)
    for place, (name, state) in enumerate(zip(names, states, strict=True)):
        if (name or state) and is_closed(str(name), str(state)):
            listed.reader.fault(
                place, heading.text if heading else "", "closed", found=name if is_closed(str(name)) else state
            )
            out[place] = True
    return out


def _residences(made: pd.DataFrame, listed: Listed) -> None:
    frame, reader = listed.frame, listed.reader
    assert reader is not None
    if "compound" in made and "building" in made:
        # 映月佳苑1号楼, but Duffryn Block A
        whole = [
            f"{one} {other}" if one and other and one[-1].isascii() and other[0].isascii() else one + other
            for one, other in zip(made["compound"].to_list(), made["building"].to_list(), strict=True)
        ]
        made["name"] = (
            [given or name for given, name in zip(made["name"], whole, strict=True)] if "name" in made else whole
        )
    elif "name" not in made and "building" in made:
        made["name"] = made["building"]
    elif "name" not in made and "compound" in made:
        made["name"] = made["compound"]
    if reader.words_of and "state" not in made:
        state = np.full(len(made), "", dtype=object)
        for place, said in reader.words_of.items():
            state[place] = word("state", said) or ""
        if (state != "").any():
            made["state"] = state
    if "occupancy" in frame and "occupied" not in made and "dwellings" in made:
        made["occupied"] = np.round(made["dwellings"] * frame["occupancy"] / 100.0)
        reader.layout("", "occupied-from-share")
    _words(made, "state", "state", listed, {})
    _words(made, "lift", "lift", listed, {})


def _facilities(made: pd.DataFrame, listed: Listed) -> npt.NDArray[np.bool_]:
    reader, frame = listed.reader, listed.frame
    assert reader is not None
    of_list = f"{listed.title} {listed.sheet} {listed.file.rpartition('.')[0]}"
    names = made["place"] if "place" in made else pd.Series("", index=made.index)
    kinds = made["kind"] if "kind" in made else pd.Series("", index=made.index)
    sections = frame["section"] if "section" in frame else pd.Series("", index=made.index)
    if len({(kind, section) for kind, section in zip(kinds, sections, strict=True)}) <= 1 and not (names != "").any():
        one = service_of("", str(kinds.iloc[0]) if len(kinds) else "", of_list)
        services = [one] * len(made)
    else:
        services = [
            service_of(str(name), str(kind), f"{section} {of_list}")
            for name, kind, section in zip(names, kinds, sections, strict=True)
        ]
    made["service"] = services
    none = np.array([not one for one in services])
    if none.any():
        reader.layout(
            "",
            "no-service",
            count=int(none.sum()),
            examples=", ".join(
                dict.fromkeys(
                    str(name or kind) for name, kind in zip(names[none], kinds[none], strict=True) if name or kind
                )
            )[:120]
            or "–",
        )
    counts = Counter(one for one in services if one)
    if counts:
        reader.layout("", "services", found=", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    if "capacity" in made:
        field = next(
            (name for name in ("capacity", "beds", "nursery_places", "meals_day", "seats") if name in frame), ""
        )
        given = made["capacity_unit"] if "capacity_unit" in made else pd.Series("", index=made.index)
        unit = [
            word("capacity_unit", str(own)) or _UNIT_OF_FIELD.get(field) or _UNIT_OF_SERVICE.get(service, "visit_week")
            if known
            else ""
            for own, service, known in zip(given, services, made["capacity"].notna(), strict=True)
        ]
        made["capacity_unit"] = unit
    return none


def _spaces(made: pd.DataFrame, listed: Listed) -> None:
    reader = listed.reader
    assert reader is not None
    if "present_use" in listed.frame and "state" in listed.frame:
        # 现状用途 and 状态 are one column of the city: neither is lost
        made["present_use"] = [
            f"{use};{state}" if use and state and use != state else use or state
            for use, state in zip(listed.frame["present_use"], listed.frame["state"], strict=True)
        ]
    if "channel" in made:
        _words(
            made,
            "channel",
            "channel",
            listed,
            {
                "补建": "supplement",
                "补短板": "supplement",
                "改造": "supplement",
                "功能置换": "convert",
                "腾退": "transfer",
                "置换": "convert",
                "购置": "rent",
                "租": "rent",
            },
        )
    _kinds(made, listed)
    channel = made["channel"] if "channel" in made else pd.Series("", index=made.index, dtype=object)
    if (channel == "").any():
        said = made["owner"] if "owner" in made else pd.Series("", index=made.index)
        guess = [
            own or suggested_channel(str(owner), str(kind))
            for own, owner, kind in zip(channel, said, made["kind"], strict=True)
        ]
        told = (channel != "").to_numpy(dtype=bool)
        known = np.array([bool(one) for one in guess], dtype=bool)
        made["channel"] = [one or _CHANNEL_IF_UNTOLD for one in guess]
        made["channel_basis"] = np.where(told, "", np.where(known, "owner", "untold")).astype(object)
        if (known & ~told).any():
            reader.layout("", "channel-assumed", count=int((known & ~told).sum()))
        if not known.all():
            rows = ", ".join(str(row) for row in reader.rows[~known][:20])
            heading = heading_at(listed, "channel") or heading_at(listed, "owner")
            reader.question(heading.text if heading else "", "channel-none", count=int((~known).sum()), rows=rows)
    _words(made, "lift", "lift", listed, {})
    _words(made, "light", "light", listed, {})


def _kinds(made: pd.DataFrame, listed: Listed) -> None:
    """Give rooms without a kind the word of their name that tells it."""
    assert listed.reader is not None
    kinds = [str(one) for one in made["kind"]] if "kind" in made else [""] * len(made)
    names = [str(one) for one in made["place"]] if "place" in made else [""] * len(made)
    found = [kind or kind_word(name) for kind, name in zip(kinds, names, strict=True)]
    told = sum(bool(one) and not kind for one, kind in zip(found, kinds, strict=True))
    made["kind"] = np.array(found, dtype=object)
    if told:
        listed.reader.layout("", "kind-by-name", count=told)


def _words(made: pd.DataFrame, column: str, subject: str, listed: Listed, near: Mapping[str, str]) -> None:
    """Turn words into codes; one close to a known word is taken for it and told; others are told and dropped."""
    if column not in made or listed.reader is None:
        return
    heading = heading_at(listed, column)
    shown = heading.text if heading else column
    numbers, texts = pd.factorize(made[column].to_numpy(dtype=object))
    codes = []
    for number, one in enumerate(texts):
        text = str(one)
        known = word(subject, text) if text else ""
        code, how = (known or "", "") if known or not text else _nearest(text, subject, near)
        codes.append(code)
        for place in np.flatnonzero(numbers == number).tolist() if how else ():
            listed.reader.fault(place, shown, how, found=text, taken=_as_said(subject, code, text))
    made[column] = pd.Series(np.array(codes, dtype=object)[numbers], index=made.index, dtype=object)


def _as_said(subject: str, code: str, text: str) -> str:
    """A code with the word for it, in Chinese for a Chinese text: 补改 (supplement)."""
    chinese = [name for name, one in words(subject).items() if one == code and not name.isascii()]
    return f"{chinese[0]} ({code})" if chinese and not text.isascii() else code


def _nearest(text: str, subject: str, near: Mapping[str, str]) -> tuple[str, str]:
    known = words(subject)
    bare = plain(simplified(text))
    inside = [code for name, code in known.items() if len(name) > 1 and (name in bare or bare in name)]
    if len(set(inside)) == 1:
        return inside[0], "word-otherwise"
    close = difflib.get_close_matches(bare, known, n=1, cutoff=0.6)
    if close:
        return known[close[0]], "word-otherwise"
    part = next((code for name, code in near.items() if name in bare), "")
    if part or inside:
        return part or inside[0], "word-otherwise"
    return "", "word-unknown"
