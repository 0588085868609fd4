"""The commands that check by a standard, and look ahead: check-hub, check-list, outlook. Read, call, write, print."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from doorstep import cli_options as options
from doorstep.errors import DoorstepError
from doorstep.messages import catalogue, text
from doorstep.screen import count, err, out, print_rows

if TYPE_CHECKING:
    from doorstep.assess import Checked, Found
    from doorstep.city import City
    from doorstep.standards import Profile, Standard

__all__ = ["COMMANDS"]

_FALLS = 0.05


def _say(key: str, **values: object) -> str:
    return options.help_of(key, "standard_check", **values)


Folder = Annotated[Path | None, typer.Option("--out", metavar="DIR", help=_say("opt_out"), show_default=False)]
PlanFolder = Annotated[Path | None, typer.Option("--plan", metavar="PLAN", help=_say("opt_plan"), show_default=False)]
StandardName = Annotated[
    str | None, typer.Option("--profile", metavar="PROFILE", help=_say("opt_standard"), show_default=False)
]
Template = Annotated[
    Path | None, typer.Option("--template", metavar="FILE", help=_say("opt_template"), show_default=False)
]
ToldFile = Annotated[Path | None, typer.Option("--told", metavar="FILE", help=_say("opt_told"), show_default=False)]
Part = Annotated[
    str | None,
    typer.Argument(metavar="COMMUNITY", help=options.help_of("arg_community", "outlook"), show_default=False),
]
LaterPlan = Annotated[
    Path | None,
    typer.Option("--plan", metavar="PLAN", help=options.help_of("help_outlook_plan", "outlook"), show_default=False),
]
Everything = Annotated[bool, typer.Option("--all", help=_say("opt_all"))]


def check_hub(
    what: Annotated[Path | None, typer.Argument(metavar="HUB", help=_say("arg_what"), show_default=False)] = None,
    place: Annotated[str | None, typer.Argument(metavar="ID", help=_say("arg_place"), show_default=False)] = None,
    plan: PlanFolder = None, profile: StandardName = None, told: ToldFile = None, template: Template = None,
    to: Folder = None, everything: Everything = False, settings: options.Settings = None, lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep.assess import check
    from doorstep.checking import facility_known, hub_known, which, with_told
    from doorstep.plan_file import read_ledger, read_plan
    from doorstep.told_file import read_told

    if template is not None:
        _write_template(template, "hub", profile, settings, lang)
        return
    if what is None:
        raise DoorstepError("usage-missing", name="HUB", command="doorstep check-hub")
    if not what.is_dir():
        language = options.speak(lang, None)
        known, name = read_told(what)
        checked = check(known, name, _standard(profile or "cn-2023", settings))
        _show(checked, language, to, everything=everything)
        return
    city, of_city, standard, language = _city(what, profile, settings, lang)
    if place is None:
        raise which(city.facilities["id"].tolist()[:3], "", "facility-which")
    try:
        if plan is None:
            known, name = facility_known(city, place)
        else:
            known, name = hub_known(city, of_city, read_plan(plan), read_ledger(plan)[1], place)
    except KeyError as error:
        ids = city.facilities["id"].tolist() if plan is None else [hub.space for hub in read_plan(plan).hubs]
        raise which(ids, place, "facility-unknown" if plan is None else "hub-unknown") from error
    if told is not None:
        known = with_told(known, read_told(told, known=known)[0])
    checked = check(known, name, standard, city.overrides, is_made_up=city.made_up)
    _show(checked, language, to, everything=everything)


def check_list(
    city: options.CityFolder,
    community: Annotated[
        str | None, typer.Argument(metavar="COMMUNITY", help=_say("arg_community"), show_default=False)
    ] = None,
    plan: PlanFolder = None, profile: StandardName = None, told: ToldFile = None, template: Template = None,
    to: Folder = None, everything: Everything = False, settings: options.Settings = None, lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep.assess import check
    from doorstep.checking import community_known, walks_to_services, with_told
    from doorstep.plan_file import read_plan
    from doorstep.told_file import read_told

    data, of_city, standard, language = _city(city, profile, settings, lang)
    table = data.communities
    of = "city" if community is None else "community"
    if template is not None:
        _write_template(template, of, profile or data.profile, settings, lang)
        return
    community = None if community is None else _community(data, community)
    hubs = () if plan is None else read_plan(plan).hubs
    with out.status(Text(text(language, "cli.walking"))):
        walks = walks_to_services(data, of_city, hubs)
    known, name = community_known(data, community, hubs, walks)
    if told is not None:
        known = with_told(known, read_told(told, of, known=known)[0])
    checked = check(known, name, standard, data.overrides, is_made_up=data.made_up)
    each = []
    if community is None:
        for one in table["id"].tolist():
            known, named = community_known(data, one, hubs, walks)
            each.append(check(known, named, standard, data.overrides, is_made_up=data.made_up))
    _show(checked, language, to, each, everything=everything)


def outlook(
    city: options.CityFolder, community: Part = None, plan: LaterPlan = None,
    profile: options.ProfileName = None, settings: options.Settings = None, lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep.city import AGE_BANDS, PEOPLE_COLUMNS
    from doorstep.residents import needs_over_years, projected

    data, standard, language = options.inputs(city, profile, settings, lang)
    homes, name = data.residences, data.name
    if community is not None:
        community = _community(data, community)
        homes = homes[homes["community"] == community]
        name = data.communities.set_index("id")["name"][community] or community
    people = homes[list(PEOPLE_COLUMNS)].to_numpy(float).sum(axis=0, keepdims=True)
    found = projected(people, country=standard.rates or standard.id)
    needs = needs_over_years(found, standard)
    out.say(text(language, "outlook.title", name=name), style="bold")
    if data.made_up:
        out.say(text(language, "cli.plan_made_up"), style="bold red")
    out.say(text(language, "outlook.note"))
    heads = [text(language, "outlook.now"), *(text(language, "outlook.later", years=one) for one in found.years[1:])]
    heads += [text(language, f"outlook.{one}") for one in ("range", "change")]
    by_age = {variant: rows[:, 0] for variant, rows in found.people.items()}
    out.say()
    whole = {variant: rows.sum(axis=1) for variant, rows in by_age.items()}
    rows = [
        _ahead(band, {variant: rows[:, at] for variant, rows in by_age.items()}) for at, band in enumerate(AGE_BANDS)
    ]
    print_rows([text(language, "outlook.age"), *heads], [*rows, _ahead(text(language, "outlook.all"), whole)])
    out.say()
    named = [text(language, f"services.{service.id}") for service in standard.services]
    rows = [_ahead(one, {variant: rows[:, 0, at] for variant, rows in needs.items()}) for at, one in enumerate(named)]
    print_rows([text(language, "outlook.service"), *heads], rows)
    out.say()
    _print_becomes(standard, needs["mid"][:, 0], language)
    if plan is not None:
        _print_later_hubs(data, standard, plan, community, language)


def _ahead(name: str, years: Mapping[str, Any]) -> list[str]:
    low, mid, high = (years[variant] for variant in ("low", "mid", "high"))
    change = f"{100 * (mid[-1] / mid[0] - 1):+.0f} %" if mid[0] > 0 else "–"
    return [name, *(count(one) for one in mid), f"{count(low[-1])} – {count(high[-1])}", change]


def _print_becomes(standard: Profile, need: Any, language: str) -> None:
    """Print, for each service that loses need, those that gain some and what their rooms would take."""
    change = [need[-1, at] / need[0, at] - 1 if need[0, at] > 0 else 0.0 for at in range(need.shape[1])]
    falling = [at for at, one in enumerate(change) if one < -_FALLS]
    out.say(text(language, "outlook.becomes_title" if falling else "outlook.becomes_none"), style="bold")
    for at in falling:
        ways = []
        for other, one in enumerate(standard.floor_use.conversion[at]):
            if change[other] > 0:
                way = text(language, f"standard_check.changes_{one.kind}")
                ways.append(f"{text(language, f'services.{standard.services[other].id}')} ({way})")
        told = text(language, "report.list_separator").join(ways) or "–"
        service = text(language, f"services.{standard.services[at].id}")
        values = {"service": service, "change": f"{100 * change[at]:+.0f} %", "ways": told}
        out.say("  " + text(language, "outlook.becomes", **values))


def _print_later_hubs(data: City, standard: Profile, plan: Path, community: str | None, language: str) -> None:
    """Print for each hub of a plan which service's rooms may become what, and which may grow, from when."""
    from doorstep.later_hubs import later_hubs
    from doorstep.plan_file import read_plan
    from doorstep.report.wording import major

    hubs = tuple(hub for hub in read_plan(plan).hubs if community in (None, hub.community))
    between = text(language, "report.list_separator")
    rows = []
    for one in later_hubs(data, standard, hubs):
        ways = []
        for way in one.into:
            told = text(language, f"standard_check.changes_{way.kind}")
            price = f"{data.currency} {major(way.money, data.currency):,.0f}"
            ways.append(f"{text(language, f'services.{way.service}')} ({told}, {price}{'?' if way.unknown else ''})")
        if one.module is not None:
            values = {"area": one.module.area_m2, "capacity": one.module.capacity, "free": f"{one.free_m2:.0f}"}
            fits = one.module.area_m2 <= one.free_m2
            ways.append(text(language, f"outlook.module_{'fits' if fits else 'wants'}", **values))
        service = text(language, f"services.{one.service.service}")
        rows.append([one.hub.place or one.hub.space, service, f"{100 * one.change:+.0f} %", str(one.years)])
        rows[-1].append(between.join(ways) or text(language, f"outlook.{'stays' if one.change < 0 else 'largest'}"))
    out.say()
    out.say(text(language, "outlook.hubs_title" if rows else "outlook.hubs_none"), style="bold")
    if rows:
        print_rows(
            [text(language, f"outlook.{one}") for one in ("hub", "service_there", "change", "from", "may")], rows
        )


def _community(data: City, given: str) -> str:
    """Return the id of a community that is given by id or name, as written or without its committee (枫林)."""
    from doorstep.checking import which
    from doorstep.city.importing.placing import community_keys

    table = data.communities
    if given in set(table["id"]):
        return given
    keys = set(community_keys(given))
    named = table.loc[table["name"] == given, "id"].tolist() or [
        own for own, name in zip(table["id"], table["name"], strict=True) if keys & set(community_keys(str(name)))
    ]
    if len(named) != 1:
        raise which([*table["id"], *table["name"]], given, "community-unknown")
    return str(named[0])


def _city(folder: Path, profile: str | None, settings: list[str] | None, lang: str | None):  # type: ignore[no-untyped-def]
    """Read a city folder, the profile that it is planned by, and the standard to check by."""
    from doorstep.city import grouped, read_city
    from doorstep.screen import one_line
    from doorstep.standards import load_profile, load_standard

    language = options.speak(lang, folder)
    with out.status(Text(text(language, "cli.reading", city=folder))):
        city: City = read_city(folder)
        of_city: Profile = load_profile(city.profile, overrides=city.overrides)
        name = profile or city.profile
        standard = load_standard(name, settings=options.pairs(settings), overrides=city.overrides)
    for group in grouped(city.warnings):
        err.say(one_line(language, group), style="dim")
    return city, of_city, standard, language


def _standard(name: str, settings: list[str] | None) -> Profile | Standard:
    from doorstep.standards import load_standard

    return load_standard(name, settings=options.pairs(settings))


def _write_template(path: Path, of: str, profile: str | None, settings: list[str] | None, lang: str | None) -> None:
    from doorstep.told_template import write_template
    from doorstep.whole import whole_file

    language = options.speak(lang, None)
    standard = _standard(profile or "cn-2023", settings)
    if path.suffix.casefold() not in (".xlsx", ".csv", ".toml"):
        raise DoorstepError("told-unreadable", file=str(path))
    with whole_file(path) as part:
        whole = part.with_suffix(path.suffix)
        write_template(whole, of, standard)
        whole.replace(part)
    out.say(text(language, "standard_check.template_done", file=path))


def _show(
    checked: Checked, language: str, to: Path | None, each: list[Checked] | None = None, *, everything: bool
) -> None:
    """Print what was found, write it if asked to, and end with 1 if something that binds is broken."""
    from doorstep.report.check import write_check
    from doorstep.report.check_words import asks_most, missing_facts, told_of
    from doorstep.standards import standard_names
    from doorstep.whole import whole_folder

    if to is not None:
        with whole_folder(to, ours="check.csv") as part:
            write_check(checked, part, language, each or [])
    standard = catalogue(language, "standards").get(f"profile_{checked.standard.id}", checked.standard.id)
    out.say(text(language, "standard_check.title", name=checked.name, standard=standard), style="bold")
    if checked.is_made_up:
        out.say(text(language, "standard_check.made_up"), style="bold red")
    if not checked.found:
        others = ", ".join(one for one in standard_names() if one != checked.standard.id)
        out.say(text(language, "standard_check.no_rules", standard=standard, others=others), style="bold yellow")
    else:
        _say_outcomes(checked, language)
        broken = [one.name for one in each or [] if one.failed]
        if broken:
            names = text(language, "report.list_separator").join(broken)
            out.say(text(language, "standard_check.parts_failed", count=len(broken), names=names), style="bold red")
    shown = [one for one in sorted(checked.found, key=asks_most) if everything or _asks(one)]
    heads = [text(language, f"standard_check.col_{name}") for name in ("outcome", "rule", "requirement", "measured")]
    heads += [text(language, f"standard_check.col_{name}") for name in ("required", "source", "remedy")]
    rows = [told_of(one, checked.standard, language) for one in shown]
    if rows:
        out.say()
        fields = ("outcome", "rule", "requirement", "measured", "required", "source", "remedy")
        print_rows(heads, [[getattr(one, name) for name in fields] for one in rows], folded=True)
    missing = missing_facts(checked.found, language)
    if missing:
        out.say()
        out.say(text(language, "standard_check.missing_title"), style="bold")
        for code, name, count in missing[:8]:
            out.say("  " + text(language, "standard_check.missing_line", fact=name, code=code, count=count))
    rest = tuple(one for one in checked.found if one not in shown)
    if rest:
        counts = _counts(dataclasses.replace(checked, found=rest), language)
        out.say(text(language, "standard_check.rest", count=len(rest), counts=counts))
    if any(one.found for one in each or []):
        _show_each(each or [], language)
    if to is not None:
        out.say(text(language, "cli.plan_open", file=to / "check.html"))
    if checked.failed or any(one.failed for one in each or []):
        raise typer.Exit(1)


def _say_outcomes(checked: Checked, language: str) -> None:
    """Print how many rules are broken and how many came out how."""
    failed = len(checked.failed)
    key = "nothing_failed" if not failed else "one_failed" if failed == 1 else "some_failed"
    if not failed and checked.known.of == "city":
        key = "nothing_failed_whole"
    out.say(text(language, f"standard_check.{key}", count=failed), style="bold red" if failed else None)
    out.say(text(language, "standard_check.summary", count=len(checked.found), counts=_counts(checked, language)))


def _counts(checked: Checked, language: str) -> str:
    """How many rules came out how."""
    from doorstep.report.check import counts_told

    return text(language, "report.list_separator").join(
        text(language, "standard_check.count_of", count=count, outcome=outcome)
        for outcome, count in counts_told(checked, language)
    )


def _asks(found: Found) -> bool:
    """Whether a finding asks for action: not met, or binding and not known."""
    from doorstep.report.check_words import is_binding

    outcome = found.finding.outcome
    if outcome == "unknown":
        return is_binding(found)
    return outcome in ("fails", "warns") or (outcome == "unverified" and found.met is False)


def _show_each(each: list[Checked], language: str) -> None:
    from doorstep.report.check import each_table

    heads, rows = each_table(each, language)
    out.say()
    print_rows(heads, rows)


COMMANDS: Mapping[str, Callable[..., None]] = {"check-hub": check_hub, "check-list": check_list}
"""Commands by name; their help is ``help_<name>`` of the catalogue ``standard_check``."""
LATER: Mapping[str, Callable[..., None]] = {"outlook": outlook}
"""The same, with their help in the catalogue ``outlook``."""
