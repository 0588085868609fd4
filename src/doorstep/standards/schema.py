"""The published schema of a profile: what its file may hold, as JSON Schema."""

from __future__ import annotations

from typing import Any

from doorstep.standards.facts import SUBJECTS
from doorstep.standards.matrices import RELATIONS
from doorstep.standards.profile import Force, RuleKind

__all__ = ["profile_schema"]

_TEXT = {"type": "string"}
_NUMBER_OR_TEXT = {"type": ["number", "string"]}
_SIGNS = (">=", "<=", ">", "<", "=", "!=", "≈", "between", "from_to", "in", "all", "any", "not", "none")


def profile_schema() -> dict[str, Any]:
    """Return the JSON schema of a profile's TOML file.

    Examples
    --------
    >>> sorted(profile_schema()["properties"])[:4]
    ['approvals', 'compatibility', 'costs', 'currency']
    """
    spread = dict.fromkeys(("low", "mid", "high"), _NUMBER_OR_TEXT)
    about = {"unit": _TEXT, "why": _TEXT, "source": _TEXT, "kind": {"enum": ["sourced", "derived", "assumption"]}}
    planning = ["parameters", "costs", "compatibility"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "doorstep-profile/1",
        "description": "A standard as data. With parameters, costs and compatibility a plan can be made by it; with "
        "rules alone it is for checking only.",
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "rules"],
        "dependentRequired": {name: ["currency", *(other for other in planning if other != name)] for name in planning},
        "properties": {
            "id": {"type": "string", "minLength": 1},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "developer_bears_structure": {"type": "boolean"},
            "rates": {"type": "string", "minLength": 1},
            "parameters": _rows({"name": _TEXT, "service": _TEXT, "band": _TEXT, **spread, **about}),
            "costs": _rows({"channel": _TEXT, "item": _TEXT, **spread, "year": _TEXT, **about}),
            "compatibility": _rows(
                {
                    "service_a": _TEXT,
                    "service_b": _TEXT,
                    "relation": {"enum": list(RELATIONS)},
                    "why": _TEXT,
                    "source": _TEXT,
                    "kind": {"enum": ["sourced", "derived", "assumption"]},
                }
            ),
            "approvals": _rows(
                {
                    **dict.fromkeys(("channel", "service", "step", "department", "papers"), _TEXT),
                    **{
                        name: {"type": "integer", "minimum": 0}
                        for name in ("order", "days_low", "days_mid", "days_high")
                    },
                    "simplified": {"enum": ["y", "n"]},
                    "when": _TEXT,
                    "source": _TEXT,
                    "kind": {"enum": ["sourced", "derived", "assumption"]},
                }
            ),
            "rules": {"type": "array", "items": _rule()},
        },
    }


def _rows(properties: dict[str, Any]) -> dict[str, Any]:
    item = {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }
    return {"type": "array", "items": item}


def _rule() -> dict[str, Any]:
    row = {
        **dict.fromkeys(("id", "profile", "topic", "service", "applies_to", "quantity"), _TEXT),
        "operator": {"enum": [*_SIGNS, ""]},
        **dict.fromkeys(("value", "value2", "unit", "text_en", "text_zh", "document", "clause"), _TEXT),
        "confidence": {"enum": ["confirmed", "recalled", "disputed"]},
        "force": {"enum": [one.value for one in Force if one is not Force.DISPUTED]},
        "kind": {"enum": [one.value for one in RuleKind]},
        "kind_reason": _TEXT,
    }
    check = {
        "of": {"type": "array", "items": {"enum": list(SUBJECTS)}, "minItems": 1},
        "measure": {"type": "string", "minLength": 1},
        "when": {"type": "array", "items": {"type": "string", "pattern": "^\\S+ (=|!=|>=|<=|>|<|in|not|has) .+$"}},
        "compare": {"enum": list(_SIGNS)},
        "against": _TEXT,
        "where": _TEXT,
        "remedy": _TEXT,
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(row),
        "properties": {**row, **check, "unchecked": {"type": "string", "minLength": 1}},
        "dependentRequired": {"of": ["measure", "when", "remedy"], "measure": ["of"]},
        "not": {"required": ["of", "unchecked"]},
        # Only what was read in its source may bind.
        "if": {"properties": {"force": {"const": "hard"}}},
        "then": {"properties": {"confidence": {"const": "confirmed"}, "kind_reason": {"minLength": 1}}},
    }
