"""What the commands about spaces print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doorstep.inventory.words import step_word
from doorstep.messages import text
from doorstep.screen import amount, count, out, print_rows

if TYPE_CHECKING:
    from doorstep.inventory import Card

__all__ = ["print_card", "print_cards"]


def print_cards(cards: Sequence[Card], language: str, city: str) -> None:
    """Print one line a space: channel, eligibility, chance, cost, days, number of unknown fields."""

    def say(key: str) -> str:
        return text(language, f"inventory.{key}")

    out.say(text(language, "inventory.all_title", city=city, count=count(len(cards))), style="bold")
    heads = ("id", "place", "channel", "eligible", "chance", "cost_mid", "days_mid", "missing_fields")
    rows = []
    for one in cards:
        own = next(channel for channel in one.channels if channel.channel == one.channel)
        rows.append(
            (
                str(one.space["id"]),
                str(one.space["place"]),
                say(f"channel_{one.channel}"),
                say(f"eligible_{own.eligible}"),
                _chance(own.chance),
                amount(one.cost_money[1], one.currency),
                count(one.days[1]),
                count(len(one.unknown)),
            )
        )
    print_rows([say(head) for head in heads], rows)
    out.say(say("assumed"))


def print_card(card: Card, language: str) -> None:
    """Print all there is to say of one space."""

    def say(key: str, **values: object) -> str:
        return text(language, f"inventory.{key}", **values)

    space = card.space
    out.say(say("space_title", id=space["id"], place=space["place"]), style="bold")
    storey, available = space["storey"], space["available_from"]
    told = {
        "kind": space["kind"] or say("unknown"),
        "area": f"{space['area_m2']:,.0f}",
        "storey": say("unknown") if storey != storey else f"{storey:.0f}",
        "owner": f"{space['owner'] or say('unknown')} ({say(f'owner_{card.classes.owner}')})",
        "use": space["present_use"] or say("unknown"),
        "available": say("unknown") if available != available else f"{available:%Y-%m-%d}",
    }
    out.say(say("space_line", **told))
    out.say()
    rows = [
        (
            say(f"channel_{one.channel}") + (" •" if one.registered else ""),
            say(f"eligible_{one.eligible}"),
            _chance(one.chance),
            "; ".join(say(f"reason_{reason}") for reason in one.reasons),
        )
        for one in card.channels
    ]
    print_rows([say(head) for head in ("channel", "eligible", "chance", "why")], rows)
    out.say()
    low, mid, high = (amount(money, card.currency) for money in card.cost_money)
    out.say(say("cost", channel=say(f"channel_{card.channel}"), low=low, mid=mid, high=high))
    low, mid, high = (count(days) for days in card.days)
    out.say(say("days", low=low, mid=mid, high=high))
    out.say(say("simple_yes" if card.simple else "simple_no"))
    for use in card.temporary:
        out.say(say(f"temporary_{use}"))
    out.say()
    out.say(say("steps_title"), style="bold")
    steps = []
    for step in card.steps:
        one = step.approval
        mark = " *" if one.simplified and card.simple else ""
        steps.append(
            (
                str(one.order),
                step_word(language, "step", one.step) + mark,
                step_word(language, "dept", one.department),
                "; ".join(step_word(language, "paper", paper) for paper in one.papers),
                "–".join(str(days) for days in step.days),
                step_word(language, "when", one.when) if one.when else say("always"),
            )
        )
    if not steps:
        out.say(say("no_steps"))
    print_rows([say(head) for head in ("number", "step", "department", "papers", "working_days", "when")], steps)
    out.say()
    fields = ", ".join(say(f"field_{field}") for field in card.unknown)
    out.say(say("missing", fields=fields) if fields else say("nothing_missing"))
    out.say(say("assumed"))


def _chance(chance: tuple[float, float, float]) -> str:
    return "–" if chance[2] == 0 else "–".join(f"{one:.0%}" for one in chance)
