"""Frozen dataclasses as JSON: their schema, and objects built from parsed JSON, with the field that does not fit."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any

__all__ = ["built", "schema_of"]


def schema_of(kind: Any) -> dict[str, Any]:
    """Return the JSON schema of a type: dataclasses, tuples, mappings, plain values, unions of them."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return {
            "type": "object",
            "additionalProperties": False,
            "required": [name for name in hints if name not in _optional(kind)],
            "properties": {name: schema_of(hint) for name, hint in hints.items()},
        }
    if origin is tuple:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is not None and _is_kind_of(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [schema_of(one) for one in arguments]}
    names = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    return {"type": names[kind]}


def _optional(kind: Any) -> set[str]:
    """Fields that came later: a plan without them is read as one that has nothing there."""
    absent = dataclasses.MISSING
    return {one.name for one in dataclasses.fields(kind) if (one.default, one.default_factory) != (absent, absent)}


def _is_kind_of(kind: Any, parent: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, parent)


def built(kind: Any, value: Any, where: str) -> Any:
    """Build an object of ``kind`` from parsed JSON, naming the field that does not fit."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        if not isinstance(value, dict) or not set(hints) - _optional(kind) <= set(value) <= set(hints):
            raise ValueError(where)
        assert isinstance(kind, type)
        given = {name: hint for name, hint in hints.items() if name in value}
        return kind(**{name: built(hint, value[name], f"{where}.{name}") for name, hint in given.items()})
    if origin is tuple:
        if not isinstance(value, list):
            raise ValueError(where)
        return tuple(built(arguments[0], one, where) for one in value)
    if origin is not None and _is_kind_of(origin, Mapping):
        if not isinstance(value, dict):
            raise ValueError(where)
        return {key: built(arguments[1], one, f"{where}.{key}") for key, one in value.items()}
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        return built(next(one for one in arguments if one is not type(None)), value, where)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(where)
    return value
