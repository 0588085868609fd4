"""The commands about spaces and registers, and made cities to try them on. Read, call, write, print."""

from __future__ import annotations

import datetime as dt
import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from doorstep import cli_options as options
from doorstep.errors import DoorstepError
from doorstep.inventory_screen import print_card, print_cards
from doorstep.messages import text
from doorstep.screen import count, out, print_rows

if TYPE_CHECKING:
    from doorstep.inventory.candidates import Mapped

__all__ = ["COMMANDS"]


def _say(key: str, **values: object) -> str:
    return options.help_of(key, "inventory_commands", **values)


def make_city(
    to: Annotated[Path, typer.Argument(metavar="OUT", help=_say("arg_made_city"), show_default=False)],
    people: Annotated[
        int,
        typer.Option("--people", metavar="N", parser=options.number("--people", least=2_000, most=10**7, whole=True),
                     help=_say("opt_people")),
    ] = 300_000,
    seed: Annotated[
        int,
        typer.Option("--seed", metavar="N", parser=options.number("--seed", least=0, most=2**31, whole=True),
                     help=_say("opt_made_seed")),
    ] = 1,
    faults: Annotated[bool, typer.Option("--faults", help=_say("opt_faults"))] = False,
    lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep.made_city import make_city as make

    language = options.speak(lang, None)
    with out.status(Text(text(language, "inventory_commands.making_city"))):
        city = make(to, people, seed=seed, faults=faults)
    told = {
        "people": count(float(city.residences["people"].sum())),
        "communities": count(len(city.communities)),
        "homes": count(len(city.residences)),
        "facilities": count(len(city.facilities)),
        "spaces": count(len(city.spaces)),
    }
    out.say(text(language, "inventory_commands.made_city", folder=to, **told), style="bold")
    out.say(text(language, "inventory_commands.made_city_next", folder=to))


def spaces(
    city: options.CityFolder,
    space: Annotated[str | None, typer.Argument(metavar="SPACE", help=_say("arg_space"), show_default=False)] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", metavar="SERVICE", help=_say("opt_services"), show_default=False)
    ] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", metavar="CHANNEL", help=_say("opt_channel"), show_default=False)
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help=_say("opt_register"), show_default=False)
    ] = None,
    settings: options.Settings = None,
    lang: options.Lang = None,
) -> None:
    from doorstep.city import CHANNELS, read_register
    from doorstep.inventory import cards
    from doorstep.inventory.tables import write_register
    from doorstep.standards import load_profile
    from doorstep.whole import check_place, whole_folder

    language = options.speak(lang, city)
    with out.status(Text(text(language, "cli.reading", city=city))):
        data = read_register(city)
        standard = load_profile(data.profile, settings=options.pairs(settings), overrides=data.overrides)
    _known("service-unknown", service or [], [one.id for one in standard.services])
    _known("channel-unknown", [channel] if channel else [], CHANNELS)
    if to is not None:
        check_place(to, ours="spaces.csv")
    found = cards(data, standard, services=service or (), channel=channel, today=dt.date.today())
    if space is not None:
        ids = data.spaces["id"].tolist()
        if space not in ids:
            nearest = ", ".join(difflib.get_close_matches(space, ids, n=3, cutoff=0.0)) or "–"
            raise DoorstepError("place-unknown", id=space, nearest=nearest)
        found = tuple(one for one in found if one.space["id"] == space)
    if data.made_up:
        out.say(text(language, "inventory.made_up"), style="bold red")
    if space is not None:
        print_card(found[0], language)
    else:
        print_cards(found, language, data.name)
    if to is not None:
        note = text(language, "inventory.made_up") if data.made_up else ""
        with whole_folder(to, ours="spaces.csv") as part:
            write_register(found, part, language, note=note)
        out.say(text(language, "cli.plan_open", file=to / "spaces.xlsx"))


def obligation(
    households: Annotated[
        int,
        typer.Argument(metavar="HOUSEHOLDS", help=_say("arg_households"), show_default=False,
                       parser=options.number("HOUSEHOLDS", least=0, most=10**7, whole=True)),
    ],
    profile: options.ProfileName = None,
    settings: options.Settings = None,
    lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep.inventory import obligation as owed
    from doorstep.standards import load_profile

    language = options.speak(lang, None)
    pairs = dict(one.rpartition("=")[::2] for one in settings or [])
    found = owed(households, load_profile(profile or "cn-2023", settings=pairs))
    if not found.rules:
        out.say(text(language, "inventory.obligation_none"))
        return
    told = {"households": count(households), "area": count(found.area_m2), "rules": ", ".join(found.rules)}
    out.say(text(language, "inventory.obligation_title", **told), style="bold")
    if found.wished_m2:
        out.say(text(language, "inventory.obligation_wished", area=count(found.wished_m2)))
    if not found.hard:
        out.say(text(language, "inventory.obligation_soft"))
    out.say(text(language, "inventory.obligation_scope"))


def find_spaces(
    city: options.CityFolder,
    osm: Annotated[Path | None, typer.Option("--osm", metavar="FILE", help=_say("opt_osm"), show_default=False)] = None,
    to: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help=_say("opt_proposals"), show_default=False)
    ] = None,
    lang: options.Lang = None,
) -> None:
    from doorstep.city.streets import find_streets
    from doorstep.inventory.candidates import find_spaces as find
    from doorstep.inventory.candidates import read_mapped
    from doorstep.inventory.candidates.tables import write_proposals
    from doorstep.whole import check_place, whole_folder

    data, _, language = options.inputs(city, None, None, lang)
    if to is not None:
        check_place(to, ours="proposals.csv")
    file = osm or find_streets(city, [])
    if file is None or not file.is_file() or not file.name.casefold().endswith(_OSM):
        raise DoorstepError("osm-unreadable", file=file or city, reason="*.osm.pbf, *.osm")
    with out.status(Text(text(language, "cli.reading", city=file))):
        mapped = read_mapped(file, data.crs)
        area = data.communities.union_all()
        everything = find(mapped, within=area)
        found = find(mapped, within=area, known=data.spaces.geometry.to_numpy())
    told = {"city": data.name, "count": count(len(found)), "known": count(len(everything) - len(found))}
    out.say(text(language, "candidates.title", **told), style="bold")
    if data.made_up:
        out.say(text(language, "inventory.made_up"), style="bold red")
    if everything:
        kinds = Counter(one.evidence for one in found)
        heads = [text(language, "candidates.column_evidence"), text(language, "candidates.count")]
        rows = [(text(language, f"candidates.name_{kind}"), count(number)) for kind, number in kinds.most_common()]
        print_rows(heads, rows)
    else:
        key = "nothing_found" if len(mapped.ids) else "nothing_drawn"
        out.say(text(language, f"candidates.{key}", **_drawn(mapped, file)), style="bold yellow")
    out.say(text(language, "candidates.within"))
    if to is not None:
        attribution = " ".join(sorted({source.attribution for source in data.sources if source.attribution}))
        with whole_folder(to, ours="proposals.csv") as part:
            write_proposals(found, data.crs, part, language, attribution=attribution)
        out.say(text(language, "candidates.next", file=to / "proposals.xlsx"))


def _drawn(mapped: Mapped, file: Path) -> dict[str, str]:
    """How much a map shows of what spaces are found from."""
    buildings = sum("building" in tags for tags in mapped.tags)
    grounds = sum("landuse" in tags or tags.get("amenity") == "parking" for tags in mapped.tags)
    rest = len(mapped.tags) - sum("building" in tags or "landuse" in tags for tags in mapped.tags)
    return {"file": file.name, "buildings": count(buildings), "premises": count(rest), "grounds": count(grounds)}


def accept_spaces(
    proposals: Annotated[Path, typer.Argument(metavar="FILE", help=_say("arg_proposals"), show_default=False)],
    to: Annotated[Path, typer.Option("--out", metavar="FILE", help=_say("opt_accepted"), show_default=False)],
    lang: options.Lang = None,
) -> None:
    from doorstep.inventory.candidates.tables import accepted
    from doorstep.whole import whole_file

    language = options.speak(lang, None)
    rows = accepted(proposals)
    with whole_file(to) as part:
        rows.to_csv(part, index=False, encoding="utf-8", lineterminator="\n")
    out.say(text(language, "candidates.taken", count=count(len(rows)), file=to))


def match(
    left: Annotated[Path, typer.Argument(metavar="FIRST", help=_say("arg_first"), show_default=False)],
    right: Annotated[Path | None, typer.Argument(metavar="SECOND", help=_say("arg_second"), show_default=False)] = None,
    *,
    to: options.Out,
    table: Annotated[str, typer.Option("--table", metavar="TABLE", help=_say("opt_table"))] = "spaces",
    sheet: Annotated[
        list[str] | None, typer.Option("--sheet", metavar="SHEET", help=_say("opt_sheet"), show_default=False)
    ] = None,
    lang: options.Lang = None,
) -> None:
    from doorstep.matching import match as pairs_of
    from doorstep.matching import match_sources, read_records, write_review
    from doorstep.whole import check_place, whole_folder

    language = options.speak(lang, left if left.is_dir() else None)
    check_place(to, ours="review.csv")
    _matched_table(table)
    first, second = [*(sheet or []), "", ""][:2]
    if right is None:
        path = left / f"{table}.csv" if left.is_dir() else left
        if left.is_dir() and not path.is_file():
            raise DoorstepError("merge-no-table", file=path)
        lists = (read_records(path),) * 2
        found = match_sources(path)
    else:
        lists = read_records(left, first or None), read_records(right, second or None)
        found = pairs_of(*lists)
    with whole_folder(to, ours="review.csv") as part:
        write_review(found, part, language)
    paired = {one.right.row for one in found} | ({one.left.row for one in found} if right is None else set())
    told = {
        "left": count(len(lists[0])),
        "right": count(len(lists[1])),
        "same": count(sum(one.suggestion == "same" for one in found)),
        "review": count(sum(one.suggestion == "review" for one in found)),
        "alone": count(sum(one.row not in paired for one in lists[1])),
    }
    key = "title" if right is not None else "title_one"
    out.say(text(language, f"matching.{key}", **told), style="bold")
    out.say(text(language, "matching.next", file=to / "review.xlsx"))


def read_matches(
    review: Annotated[Path, typer.Argument(metavar="FILE", help=_say("arg_review"), show_default=False)],
    to: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=_say("opt_matches"), show_default=False)
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="CITY", help=_say("opt_merge"), show_default=False)
    ] = None,
    table: Annotated[str, typer.Option("--table", metavar="TABLE", help=_say("opt_table"))] = "spaces",
    lang: options.Lang = None,
) -> None:
    from doorstep.matching import merge_into, read_review
    from doorstep.whole import whole_file

    language = options.speak(lang, into)
    _matched_table(table)
    decided = read_review(review)
    same = int(decided["same"].sum())
    told = {"same": count(same), "different": count(len(decided) - same)}
    out.say(text(language, "matching.read", **told))
    if to is not None:
        with whole_file(to) as part:
            decided.assign(same=decided["same"].map({True: "yes", False: "no"})).to_csv(
                part, index=False, encoding="utf-8", lineterminator="\n"
            )
        out.say(text(language, "cli.plan_open", file=to))
    if into is not None:
        done, record = merge_into(into, table, decided)
        filled = sum(one["what"] == "filled" for one in done.changes)
        values = {"rows": count(done.merged), "filled": count(filled), "differ": count(len(done.changes) - filled)}
        out.say(text(language, "matching.merged", table=f"{table}.csv", record=record, city=into, **values))


_MATCHED = ("spaces", "facilities")


def _matched_table(table: str) -> None:
    if table not in _MATCHED:
        raise DoorstepError("table-unknown", table=table, known=", ".join(_MATCHED))


_OSM = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.xml")


def _known(code: str, given: Iterable[str], known: Iterable[str]) -> None:
    for one in given:
        if one not in known:
            raise DoorstepError(code, name=one, known=", ".join(known))


COMMANDS: Mapping[str, Callable[..., None]] = {
    "make-city": make_city,
    "spaces": spaces,
    "obligation": obligation,
    "find-spaces": find_spaces,
    "accept-spaces": accept_spaces,
    "match": match,
    "read-matches": read_matches,
}
"""Commands by name; their help is ``help_<name>`` of the catalogue ``inventory_commands``, with ``_`` for ``-``."""
