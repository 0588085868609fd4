"""Who walks: pace, stairs, wheels."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Walker"]


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody who walks, as the network's times see them.

    Parameters
    ----------
    id
        Name for tables and messages.
    speed_m_s
        Pace on a level way; 1.0 is the planning pace of 60 m a minute.
    step_penalty
        Time on steps is multiplied by it; at least 1.
    crossing_wait_ms
        Expected wait at a signalled crossing; at least 0.
    wheels
        A pram, a wheelchair, a walking frame on wheels: steps and what else wheels cannot pass are closed.

    Raises
    ------
    ValueError
        If the pace is not above 0, the penalty below 1 or the wait below 0.
    """

    id: str
    speed_m_s: float
    step_penalty: float
    crossing_wait_ms: int
    wheels: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.speed_m_s < math.inf or not 1 <= self.step_penalty < math.inf or self.crossing_wait_ms < 0:
            raise ValueError(
                f"walker {self.id}: speed_m_s {self.speed_m_s} must be above 0, step_penalty {self.step_penalty} "
                f"at least 1, crossing_wait_ms {self.crossing_wait_ms} at least 0"
            )
