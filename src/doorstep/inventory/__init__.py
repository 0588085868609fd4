"""The inventory of spaces: what each may become, what it costs, how likely it comes, by which steps; and candidates."""

from doorstep.inventory.card import Card, card, cards
from doorstep.inventory.channels import Channel, channels_of
from doorstep.inventory.classes import Classes, classes_of
from doorstep.inventory.obligation import Obligation, obligation
from doorstep.inventory.steps import Step, days_of, steps_of

__all__ = [
    "Card",
    "Channel",
    "Classes",
    "Obligation",
    "Step",
    "card",
    "cards",
    "channels_of",
    "classes_of",
    "days_of",
    "obligation",
    "steps_of",
]
