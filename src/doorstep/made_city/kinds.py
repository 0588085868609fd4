"""What a made city consists of: types of compound, kinds of facility and space, from ``kinds.toml``."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

__all__ = ["KINDS"]

KINDS: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(
    files(__package__).joinpath("kinds.toml").read_text(encoding="utf-8")
)
"""``compounds``, ``facilities`` and ``spaces``, each a table of kinds."""
