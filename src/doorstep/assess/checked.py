"""A hub, a community or a city with everything that a standard says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from doorstep.assess.assumed import told_assumptions
from doorstep.assess.known import Known
from doorstep.assess.rules import Found, check_rules
from doorstep.city import Override
from doorstep.standards import Outcome, Profile, Standard

__all__ = ["Checked", "check"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found.

    Parameters
    ----------
    name
        As people call it.
    known
        What is known of it.
    standard
        By which it was checked.
    found
        Rules by id, then what the profile assumes.
    overrides
        What the city laid over rules, with document, date and reason.
    is_made_up
        The city is invented.
    """

    name: str
    known: Known
    standard: Profile | Standard
    found: tuple[Found, ...]
    overrides: tuple[Override, ...] = ()
    is_made_up: bool = False

    @property
    def failed(self) -> tuple[Found, ...]:
        """The binding requirements that are not met."""
        return tuple(one for one in self.found if one.finding.outcome == Outcome.FAILS)


def check(
    known: Known,
    name: str,
    standard: Profile | Standard,
    overrides: Iterable[Override] = (),
    *,
    is_made_up: bool = False,
) -> Checked:
    """Hold a hub, a community or a city against all rules of a standard that speak of such a one.

    Parameters
    ----------
    known
        What is known of it.
    name
        As people call it.
    standard
        Rules; a profile also looks at what it assumes of hubs.
    overrides
        Of the city: those that change rules are told with their reason.
    is_made_up
        The city is invented.

    Returns
    -------
    Checked

    Examples
    --------
    >>> from doorstep.assess.known import exactly
    >>> from doorstep.standards import load_standard
    >>> hub = Known("hub", "H", {"services": frozenset(["meals"]), "kind": "dispersed", "area_m2": exactly(120)})
    >>> checked = check(hub, "Canteen", load_standard("15min"))
    >>> [(one.finding.rule, one.finding.outcome) for one in checked.found if one.met]
    [('m15-sh06', 'passes')]
    """
    found = check_rules(known, standard.rules)
    if known.of == "hub" and isinstance(standard, Profile):
        found += told_assumptions(known, standard)
    laid = tuple(one for one in overrides if one.key.partition(".")[0] in ("raise", "rule", "waive"))
    return Checked(name, known, standard, found, laid, is_made_up)
