"""Profiles follow the published schema, and the schema refuses what is no profile."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from doorstep.standards import facts, standard_names
from doorstep.standards.schema import profile_schema

REPOSITORY = Path(__file__).resolve().parents[2]
PROFILES = REPOSITORY / "src" / "doorstep" / "standards" / "profiles"
PUBLISHED = json.loads((REPOSITORY / "docs" / "reference" / "profile.schema.json").read_text(encoding="utf-8"))


def document(name: str) -> dict[str, Any]:
    return tomllib.loads((PROFILES / f"{name}.toml").read_text(encoding="utf-8"))


def test_the_published_schema_is_a_schema_and_the_one_of_the_program() -> None:
    jsonschema.Draft202012Validator.check_schema(PUBLISHED)
    assert json.loads(json.dumps(profile_schema())) == PUBLISHED


@pytest.mark.parametrize("name", standard_names())
def test_every_profile_follows_it_and_names_facts_that_are_there(name: str) -> None:
    profile = document(name)
    jsonschema.validate(profile, PUBLISHED)
    assert profile["id"] == name
    for rule in profile["rules"]:
        for asked in [rule["measure"], *(one.split(" ")[0] for one in rule["when"])] if "of" in rule else []:
            assert asked in facts(), f"{rule['id']}: {asked}"


def without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda profile: profile.pop(name)


def rule(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda profile: profile["rules"][0].update(changes)


@pytest.mark.parametrize(
    "damage",
    [
        without("rules"),
        without("costs"),
        without("currency"),
        rule(force="binding"),
        rule(force="hard", confidence="recalled"),
        rule(force="hard", kind_reason=""),
        rule(when=["kind complex"]),
        rule(of=["house"]),
        rule(unchecked="list"),
        rule(colour="red"),
    ],
)
def test_what_is_no_profile_is_refused(damage: Callable[[dict[str, Any]], None]) -> None:
    profile = copy.deepcopy(document("cn-2023"))
    profile["rules"] = [one for one in profile["rules"] if one["id"] == "cn2023-ar-01"]
    jsonschema.validate(profile, PUBLISHED)
    damage(profile)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(profile, PUBLISHED)
