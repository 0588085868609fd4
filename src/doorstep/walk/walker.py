"""Who walks: pace, stairs, wheels, and the walkers of a profile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.city import AGE_BANDS
from doorstep.standards import CASES, Profile

__all__ = ["AIDS", "Walker", "planner", "walkers"]

AIDS = ("pram", "wheelchair", "walking_frame")
PUSHED_IN_A_PRAM = "0-2"


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody who walks, as the network's times see them.

    Parameters
    ----------
    id
        Name for tables and messages: an age band, an aid, or ``plan``.
    speed_m_s
        Pace on a level way; 1.0 is the planning pace of 60 m a minute.
    step_penalty
        Time on steps is multiplied by it; at least 1.
    crossing_wait_ms
        Expected wait at a signalled crossing; at least 0.
    wheels
        A pram, a wheelchair, a walking frame on wheels: steps and what else wheels cannot pass are closed.
    lift_wait_ms
        Expected wait at a lift and the ride; at least 0.
    step_going_mm
        Depth of a step: a flight is at least as long as its counted steps; 0 takes it as long as it is drawn.
    max_incline
        Steepest way, rise per run, that wheels manage; ways tagged as steeper are closed for them.
    passes
        Tags as ``key=value`` that this aid passes although wheels in general do not: the ramps beside steps, raised
        kerbs.
    slope
        Slopes change the time.

    Raises
    ------
    ValueError
        If the pace is not above 0, the penalty below 1, a wait, a going or an incline below 0.

    Examples
    --------
    >>> Walker("80+", speed_m_s=0.8, step_penalty=2.0, crossing_wait_ms=20_000).wheels
    False
    """

    id: str
    speed_m_s: float
    step_penalty: float
    crossing_wait_ms: int
    wheels: bool = False
    lift_wait_ms: int = 0
    step_going_mm: int = 0
    max_incline: float = math.inf
    passes: frozenset[str] = frozenset()
    slope: bool = True

    def __post_init__(self) -> None:
        not_negative = (self.crossing_wait_ms, self.lift_wait_ms, self.step_going_mm, self.max_incline)
        is_sound = 0 < self.speed_m_s < math.inf and 1 <= self.step_penalty < math.inf
        if not is_sound or not all(one >= 0 for one in not_negative):  # NaN is not, either
            raise ValueError(
                f"walker {self.id}: speed_m_s {self.speed_m_s} must be above 0, step_penalty {self.step_penalty} "
                f"at least 1, crossing_wait_ms {self.crossing_wait_ms}, lift_wait_ms {self.lift_wait_ms}, "
                f"step_going_mm {self.step_going_mm} and max_incline {self.max_incline} at least 0"
            )


RAMPS = frozenset({"ramp=yes", "ramp:wheelchair=yes"})
PASSES = {
    # Two rails or a narrow ramp take a pram; who pushes it tips it up a kerb and shoves it over rough paving.
    "pram": RAMPS | {"ramp:stroller=yes", "kerb=raised", "smoothness=bad"},
    "wheelchair": RAMPS,
    "walking_frame": RAMPS,
}


def planner(profile: Profile) -> Walker:
    """Return who plans are made for: somebody at the planning pace of 60 m a minute, without wheels."""
    return _walker(profile, "plan", 1.0)


def walkers(profile: Profile, *, case: str = "mid") -> Mapping[str, Walker]:
    """Return the walkers of a profile: one for each age band, one for each aid.

    Parameters
    ----------
    profile
        Its ``walk_speed``, ``aid_speed:<aid>``, ``max_incline:<aid>``, ``step_penalty``, ``crossing_wait_s``,
        ``lift_wait_s`` and ``step_going_m``.
    case
        ``low``, ``mid`` or ``high`` speed of the profile's range; everything else is the middle value.

    Returns
    -------
    Mapping
        ``0-2`` … ``80+``, then ``pram``, ``wheelchair``, ``walking_frame``. Those aged 0 to 2 are pushed in a pram:
        wheels, at the pace of the one who pushes.

    Raises
    ------
    ValueError
        If the case is not one of the three.

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> one = walkers(load_profile("cn-2023"))
    >>> [(name, one[name].speed_m_s, one[name].wheels) for name in ("0-2", "80+", "wheelchair")]
    [('0-2', 0.9, True), ('80+', 0.8, False), ('wheelchair', 0.8, True)]
    """
    if case not in CASES:
        raise ValueError(f"case {case!r} is none of {', '.join(CASES)}")

    def speed(name: str, band: str = "all") -> float:
        return float(getattr(profile.parameters[name, "any", band], case))

    found = {}
    for band in AGE_BANDS:
        pushed = band == PUSHED_IN_A_PRAM
        found[band] = _walker(profile, band, speed("walk_speed", band), "pram" if pushed else "")
    for aid in AIDS:
        pace = speed("walk_speed", PUSHED_IN_A_PRAM) if aid == "pram" else speed(f"aid_speed:{aid}")
        found[aid] = _walker(profile, aid, pace, aid)
    return found


def _walker(profile: Profile, name: str, speed_m_s: float, aid: str = "") -> Walker:
    return Walker(
        name,
        speed_m_s,
        profile.step_penalty,
        profile.crossing_wait_ms,
        wheels=bool(aid),
        lift_wait_ms=profile.lift_wait_ms,
        step_going_mm=profile.step_going_mm,
        max_incline=profile.parameters[f"max_incline:{aid}", "any", "all"].mid if aid else math.inf,
        passes=PASSES[aid] if aid else frozenset(),
    )
