"""Words of the steps: texts for the codes of the bundled tables, a city's own words as they stand."""

from __future__ import annotations

from doorstep.messages import catalogue

__all__ = ["step_word"]


def step_word(language: str, kind: str, code: str) -> str:
    """Return the text of a step, department, paper or condition (``step``, ``dept``, ``paper``, ``when``).

    Examples
    --------
    >>> step_word("en", "step", "ask the neighbours of the mill")
    'ask the neighbours of the mill'
    """
    return catalogue(language, "approvals").get(f"{kind}_{code}", code)
