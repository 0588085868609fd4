"""The register as tables: one row a space, one a space and channel, one a step; as csv and as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.styles import Font

from doorstep.costs import MINOR_UNITS
from doorstep.inventory.card import Card
from doorstep.inventory.words import step_word
from doorstep.messages import text

__all__ = ["channel_rows", "register_rows", "step_rows", "write_register"]


def register_rows(cards: Sequence[Card], language: str) -> pd.DataFrame:
    """Return one row a space, with headers and words in the language."""

    def say(key: str) -> str:
        return text(language, f"inventory.{key}")

    rows = []
    for one in cards:
        space, minor = one.space, MINOR_UNITS[one.currency]
        own = next(channel for channel in one.channels if channel.channel == one.channel)
        row: dict[str, Any] = {
            **{key: _told(space.get(key)) for key in ("id", "place", "community", "kind", "address")},
            "area": space["area_m2"],
            "storey": _told(space.get("storey")),
            "height": _told(space.get("clear_height_m")),
            "light": _told(space.get("light")),
            "lift": _told(space.get("lift")),
            "outdoor": _told(space.get("outdoor_m2")),
            **{key: _told(space.get(key)) for key in ("structure", "built", "owner")},
            "owner_class": say(f"owner_{one.classes.owner}"),
            "title": _told(space.get("title")),
            "state": _told(space.get("present_use")),
            "available": _told(space.get("available_from")),
            "photos": _told(space.get("photos")),
            "channel": say(f"channel_{one.channel}"),
            "eligible": say(f"eligible_{own.eligible}"),
            "why": "; ".join(say(f"reason_{reason}") for reason in own.reasons),
            **{
                f"cost_{case}": money / minor
                for case, money in zip(("low", "mid", "high"), one.cost_money, strict=True)
            },
            "currency": one.currency,
            **{f"chance_{case}": chance for case, chance in zip(("low", "mid", "high"), own.chance, strict=True)},
            **{f"days_{case}": days for case, days in zip(("low", "mid", "high"), one.days, strict=True)},
            "simple": say("yes" if one.simple else "no"),
            "temporary": " ".join(say(f"temporary_{use}") for use in one.temporary),
            "missing_fields": "; ".join(say(f"field_{field}") for field in one.unknown),
        }
        rows.append({say(key): value for key, value in row.items()})
    return pd.DataFrame(rows)


def channel_rows(cards: Sequence[Card], language: str) -> pd.DataFrame:
    """Return one row a space and channel: eligibility, reasons, chance."""

    def say(key: str) -> str:
        return text(language, f"inventory.{key}")

    return pd.DataFrame(
        [
            {
                say("id"): one.space["id"],
                say("place"): one.space["place"],
                say("channel"): say(f"channel_{channel.channel}"),
                say("registered"): say("yes" if channel.registered else "no"),
                say("eligible"): say(f"eligible_{channel.eligible}"),
                say("why"): "; ".join(say(f"reason_{reason}") for reason in channel.reasons),
                **{
                    say(f"chance_{case}"): chance
                    for case, chance in zip(("low", "mid", "high"), channel.chance, strict=True)
                },
            }
            for one in cards
            for channel in one.channels
        ]
    )


def step_rows(cards: Sequence[Card], language: str) -> pd.DataFrame:
    """Return one row a space and step, in order: with whom, papers, working days, condition, source."""

    def say(key: str) -> str:
        return text(language, f"inventory.{key}")

    rows = []
    for one in cards:
        for number, step in enumerate(one.steps, start=1):
            approval = step.approval
            when = step_word(language, "when", approval.when) if approval.when else say("always")
            low, mid, high = step.days
            rows.append(
                {
                    say("id"): one.space["id"],
                    say("number"): number,
                    say("step"): step_word(language, "step", approval.step),
                    say("department"): step_word(language, "dept", approval.department),
                    say("papers"): "; ".join(step_word(language, "paper", paper) for paper in approval.papers),
                    say("days_low"): low,
                    say("days_mid"): mid,
                    say("days_high"): high,
                    say("when"): when,
                    say("simple"): say("yes" if approval.simplified and one.simple else "no"),
                    say("source"): approval.source or approval.kind,
                }
            )
    return pd.DataFrame(rows)


def write_register(cards: Sequence[Card], folder: Path, language: str, *, note: str = "") -> None:
    """Write ``spaces.csv``, ``channels.csv``, ``steps.csv`` and ``spaces.xlsx``; ``note`` stands above each sheet."""
    tables = {
        "spaces": ("register", register_rows(cards, language)),
        "channels": ("channels", channel_rows(cards, language)),
        "steps": ("steps", step_rows(cards, language)),
    }
    book = openpyxl.Workbook(write_only=True)
    for name, (sheet, table) in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
        page = book.create_sheet(text(language, f"inventory.sheet_{sheet}"))
        for line in (note, text(language, "inventory.assumed")):
            if line:
                page.append([line])
        bold = []
        for column in table.columns:
            cell = openpyxl.cell.WriteOnlyCell(page, value=column)
            cell.font = Font(bold=True)
            bold.append(cell)
        page.append(bold)
        for row in table.itertuples(index=False):
            page.append([_cell(value) for value in row])
    book.save(folder / "spaces.xlsx")


def _cell(value: Any) -> Any:
    """A text that begins like a formula stays a text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@") else value


def _told(value: Any) -> Any:
    if value is None or value is pd.NaT or value != value or value in ("", "unknown"):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value
