"""Write the profiles of the package from the tables of the domain folder.

    python tools/build_profiles.py --domain ../shared/domain

Reads ``assumptions.csv``, ``approvals.csv``, ``costs.csv``, ``compatibility.csv`` and ``standards.csv`` and writes
``src/doorstep/standards/profiles/*.toml``, the same bytes each time: ``cn-2023`` and ``generic-gb`` for planning, the
others for checking only. What is not in those tables stands beside this file. ``tools/rule_kinds.toml``: whether a
hard rule is a requirement, a permission or a definition, with the reason, and the few parameters that the model needs
and the tables lack. ``tools/rule_texts.toml``: the Chinese sentence of each rule. ``tools/rule_checks.toml``: of whom
a rule speaks, when, and what is measured.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROFILES = HERE.parent / "src" / "doorstep" / "standards" / "profiles"
CURRENCY = {"cn-2023": "CNY", "generic-gb": "GBP"}
# Under the guideline of 2024 the developer bears the structure of an obligatory provision.
HEAD = {"cn-2023": 'developer_bears_structure = true\nrates = "cn"\n', "generic-gb": ""}
CHECKING_ONLY = ("kr", "sg", "20min", "15min")
RULES_OF = {
    "cn-2023": ("cn-2023", "cn-gb50180", "cn-wanzheng", "cn-tuoyu", "any"),
    "generic-gb": ("any",),
    **{name: (name,) for name in CHECKING_ONLY},
}

# A row that nobody classed by hand: what its topic means in logic. Only hard rows can fail, and those are all by hand.
KIND_OF_TOPIC = {
    "radius": "requirement",
    "ratio": "requirement",
    "area": "requirement",
    "staffing": "requirement",
    "capacity": "requirement",
    "function": "requirement",
    "process": "permission",
    "cost": "permission",
    "city-class": "definition",
    "case": "definition",
}
WORKS_DAYS = {"low": 60, "mid": 90, "high": 180}  # fit-out of a room: our judgement
NUMBER = re.compile(r"-?\d+(\.\d+)?")

Row = dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--domain", type=Path, required=True, help="folder with assumptions.csv, costs.csv, ...")
    parser.add_argument("--out", type=Path, default=PROFILES, help="folder for the profiles")
    arguments = parser.parse_args()
    for name in RULES_OF:
        (arguments.out / f"{name}.toml").write_text(
            profile_text(name, arguments.domain), encoding="utf-8", newline="\n"
        )


def profile_text(name: str, domain: Path) -> str:
    """Return the whole text of one profile."""
    by_hand = {**by_hand_of("rule_kinds"), **by_hand_of("rule_texts"), **by_hand_of("rule_checks")}
    standards = list(read(domain / "standards.csv"))
    if name in CHECKING_ONLY:
        head = f"# Made by tools/build_profiles.py; change the tables it reads, not this file.\nid = {quoted(name)}\n"
        return "\n".join([head, table("rules", rules(name, standards, by_hand))])
    parts = [
        f"# Made by tools/build_profiles.py; change the tables it reads, not this file.\n"
        f"id = {quoted(name)}\ncurrency = {quoted(CURRENCY[name])}\n{HEAD[name]}",
        table(
            "parameters",
            parameters(
                name,
                named_sources(read(domain / "assumptions.csv"), standards),
                [*by_hand["parameter"], *opening_days(name, read(domain / "approvals.csv"))],
            ),
        ),
        table("costs", costs(name, named_sources(read(domain / "costs.csv"), standards), by_hand["cost"])),
        table("compatibility", read(domain / "compatibility.csv")),
        table("rules", rules(name, standards, by_hand)),
        table("approvals", approvals(name, named_sources(read(domain / "approvals.csv"), standards))),
    ]
    return "\n".join(parts)


def by_hand_of(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def named_sources(rows: Iterable[Row], standards: Iterable[Row]) -> list[Row]:
    """Return the rows with the documents named where their source names rows of ``standards.csv``."""
    document = {
        row["rule_id"]: f"{row['document']}{', ' + row['clause'] if row['clause'] else ''} [{row['rule_id']}]"
        for row in standards
    }

    def named(source: str) -> str:
        if "standards.csv" not in source:
            return source
        bare = re.sub(r"standards\.csv( rows)? ", "", source)
        return re.sub(r"[a-z0-9]+(?:-[a-z0-9]+)+", lambda id_: document.get(id_[0], id_[0]), bare).replace("], ", "]; ")

    return [{**row, "source": named(row["source"])} for row in rows]


def approvals(name: str, rows: Iterable[Row]) -> list[dict[str, object]]:
    """Return the steps from a free room to an open hub; words become codes, whose texts stand in ``messages``."""
    return [
        {
            "channel": row["channel"],
            "service": row["service"],
            "order": int(row["order"]),
            "step": code(row["step"]),
            "department": code(row["department"]),
            "papers": ";".join(code(one) for one in row["papers"].split(";")),
            **{f"days_{case}": int(row[f"days_{case}"]) for case in ("low", "mid", "high")},
            "simplified": row["simplified_path"],
            "when": code(row["applies_when"]),
            "source": row["source"],
            "kind": row["kind"],
        }
        for row in rows
        if row["profile"] == name
    ]


def code(words: str) -> str:
    """Return words as a code: what is Latin of them, in small letters."""
    return re.sub("[^a-z0-9]+", "_", words.lower()).strip("_")[:48].strip("_")


def opening_days(name: str, approvals: Iterable[Row]) -> list[Row]:
    """Return, by channel, the days from a free space to an open hub: steps of equal tens side by side, then works."""
    rows = []
    steps = [row for row in approvals if row["profile"] == name and row["service"] == "any"]
    for channel in ("supplement", "convert", "transfer", "newbuild", "rent"):
        days = {}
        for case in ("low", "mid", "high"):
            tens: dict[int, float] = {}
            for row in steps:
                if row["channel"] in (channel, "any") and row[f"days_{case}"]:
                    ten = int(row["order"]) // 10
                    tens[ten] = max(tens.get(ten, 0.0), float(row[f"days_{case}"]))
            works = 0 if channel == "newbuild" else WORKS_DAYS[case]
            days[case] = str(round(sum(tens.values()) * 7 / 5 + works))
        rows.append(
            {
                "name": f"opening_days:{channel}",
                "profile": name,
                "service": "any",
                "age_band": "all",
                **days,
                "unit": "days",
                "why": "steps of approvals.csv that every service needs, working days times 7/5, and the works (60, "
                "90, 180 days; none where the space is built with housing): so long after a space is free a hub opens",
                "source": "approvals.csv",
                "kind": "assumption",
            }
        )
    return rows


def parameters(name: str, rows: Iterable[Row], added: Iterable[Row]) -> list[Row]:
    """Return the profile's row of each key, else the row ``any``, then the added ones."""
    chosen: dict[tuple[str, str, str], Row] = {}
    for profile in ("any", name):
        for row in [*rows, *added]:
            if row["profile"] == profile:
                chosen[row["name"], row["service"], row["age_band"]] = row
    return [
        {
            "name": row["name"],
            "service": row["service"],
            "band": row["age_band"],
            **spread(row),
            **{key: row[key] for key in ("unit", "why", "source", "kind")},
        }
        for row in chosen.values()
    ]


def costs(name: str, rows: Iterable[Row], added: Iterable[Row]) -> list[Row]:
    """Return the money rows; published cases and surveys are facts for tests, not parameters."""
    kept = [row for row in [*rows, *added] if row["profile"] in (name, "any")]
    return [
        {
            "channel": row["channel"],
            "item": row["item"],
            **spread(row),
            **{key: row[key] for key in ("unit", "year", "why", "source", "kind")},
        }
        for row in kept
        if not row["item"].startswith(("case_", "survey_"))
    ]


def rules(name: str, rows: Iterable[Row], by_hand: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rules in use: every row of the profile's documents that is not disputed."""
    checks, unchecked = by_hand["check"], by_hand["unchecked"]
    kinds, zh, profiles = by_hand["kind"], by_hand["zh"], RULES_OF[name]
    found = []
    for row in rows:
        force = re.match(r"force=(\w+)", row["note"])
        if row["profile"] not in profiles or force is None or force[1] == "disputed":
            continue
        kind, reason = kind_of(row, force[1], kinds)
        found.append(
            {
                "id": row["rule_id"],
                **{key: row[key] for key in ("profile", "topic", "service", "applies_to", "quantity", "operator")},
                **{key: row[key] for key in ("value", "value2", "unit", "text_en")},
                "text_zh": str(zh.get(row["rule_id"], "")),
                **{key: row[key] for key in ("document", "clause", "confidence")},
                "force": force[1],
                "kind": kind,
                "kind_reason": reason,
                **check_of(row, force[1], checks, unchecked),
            }
        )
    unknown = (set(kinds) | set(zh) | set(checks) | set(unchecked)) - {row["rule_id"] for row in rows}
    if unknown:
        raise SystemExit(f"a file beside this tool names rules that are not there: {sorted(unknown)}")
    return found


def check_of(row: Row, force: str, checks: Mapping[str, Any], unchecked: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a rule is checked, or why it is not; facts and what is of no profile of its own are not."""
    rule = row["rule_id"]
    if rule in checks:
        check = checks[rule]
        told = {"of": check["of"], "measure": check["measure"], "when": check.get("when", [])}
        named = {"compare": "as", "against": "value", "where": "where", "remedy": "remedy"}
        return {**told, **{key: check[given] for key, given in named.items() if given in check}}
    if rule in unchecked:
        return {"unchecked": unchecked[rule]}
    if force != "fact" and row["profile"] != "any":
        raise SystemExit(f"{rule} is neither checked nor said to be unchecked in rule_checks.toml")
    return {}


def kind_of(row: Row, force: str, by_hand: Mapping[str, object]) -> tuple[str, str]:
    stated = by_hand.get(row["rule_id"])
    if isinstance(stated, list):
        return str(stated[0]), str(stated[1])
    if force == "hard":
        raise SystemExit(f"{row['rule_id']} is hard and has no kind in rule_kinds.toml")
    if force == "fact":
        return "definition", ""
    return KIND_OF_TOPIC[row["topic"]], ""


def spread(row: Row) -> Row:
    """Low, mid and high; a row with one value has it three times."""
    mid = row["mid"] or row["low"]
    return {"low": row["low"] or mid, "mid": mid, "high": row["high"] or mid}


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def table(name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """Return an array of inline tables, one row a line, so that a change of one figure is one line of a diff."""
    lines = ["  { " + ", ".join(f"{key} = {literal(key, value)}" for key, value in row.items()) + " }," for row in rows]
    return f"{name} = [\n" + "\n".join(lines) + "\n]\n"


def literal(key: str, value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(quoted(one) for one in value)}]"
    if key in ("low", "mid", "high") and isinstance(value, str) and NUMBER.fullmatch(value):
        return value
    return quoted(value)


def quoted(value: object) -> str:
    # A JSON string is a TOML basic string as long as no character is escaped as a pair of surrogates.
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
