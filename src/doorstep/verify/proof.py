"""The bound that branches prove, worked out again: each plan lies in one branch, and none of them allows more."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.plan_file import Proof
from doorstep.standards import Profile
from doorstep.verify.allowed import pair_free_sets
from doorstep.verify.bound import PricedSpace
from doorstep.verify.need import Floats
from doorstep.verify.sharing import shared_of

__all__ = ["BrokenProofError", "proven_bound"]

Priced = Callable[[Floats, Floats], tuple[Floats, list[PricedSpace]]]
Kept = npt.NDArray[np.bool_]

_AT_ONCE = 64  # branches; the result does not depend on it


class BrokenProofError(ValueError):
    """The branches leave plans out, or cannot be read; says which and how."""


@dataclass(frozen=True, slots=True)
class _Branches:
    """The arrays of a proof, read."""

    parent: npt.NDArray[np.int32]
    space: npt.NDArray[np.int32]
    service: npt.NDArray[np.int32]
    kept: npt.NDArray[np.int32]
    money: Floats
    prices: npt.NDArray[np.int32]
    need: Floats
    dropped: npt.NDArray[np.int32]


def proven_bound(proof: Proof, profile: Profile, n_spaces: int, n_residences: int, priced: Priced) -> float:
    """Return what no plan is worth more than, by the branches of a proof.

    Parameters
    ----------
    proof
        Of a plan file.
    profile
        Its services, in the order of the proof.
    n_spaces, n_residences
        Of the city.
    priced
        From λ (n, n_residences, n_services) and μ (n,) to what the bound has without spaces, and the spaces.

    Returns
    -------
    float
        The largest of: the bound of each branch that is not cut further, with the choices of all branches above it;
        and, for each choice that a branch drops, the bound of the branch with this choice made.

    Raises
    ------
    BrokenProofError
        If the branches do not hold every plan.

    Notes
    -----
    Source: docs/explain/certificate.md, "Branches".
    """
    n_services = len(profile.services)
    numbers = [grade.number for service in profile.services for grade in service.grades]
    numbers += [one.number for service in profile.services for one in shared_of(profile, service)]
    n_grades = max(numbers)
    branches = _read(proof, n_spaces, n_services, n_residences, n_grades)
    children: dict[int, list[int]] = {}
    for number, parent in enumerate(branches.parent.tolist()):
        if not -1 <= parent < number or (parent == -1) != (number == 0):
            raise BrokenProofError(f"branch {number}: parent {parent}")
        children.setdefault(parent, []).append(number)
    dropped_of: dict[int, list[tuple[int, int, int]]] = {}
    for number, space, service, grade in branches.dropped.tolist():
        dropped_of.setdefault(number, []).append((space, service, grade))

    def most(stated: Sequence[_Stated]) -> float:
        """Return the most that is allowed by what is stated of some branches."""
        numbers = [one.branch for one in stated]
        need = branches.need[branches.prices[numbers]].reshape(len(stated), n_services, n_residences)
        return _most(profile, stated, *priced(np.swapaxes(need, 1, 2), branches.money[numbers]))

    result = float("-inf")
    stated: list[_Stated] = []
    open_boxes: list[tuple[int, Kept]] = [(0, np.ones((n_spaces, n_services, n_grades + 1), dtype=np.bool_))]
    while open_boxes:
        number, box = open_boxes.pop()
        mine, drops = children.get(number, []), dropped_of.get(number, [])
        after = box.copy()
        for space, service, grade in drops:
            after[space, service, grade] = False
        is_last = not mine and bool(after.any(axis=2).all())
        if is_last or drops:
            stated.append(_Stated(number, box, tuple(drops), is_last))
        if len(stated) == _AT_ONCE:
            result = max(result, most(stated))
            stated.clear()
        if mine:
            open_boxes.extend(_cut(branches, mine, after, number))
    return max(result, most(stated)) if stated else result


@dataclass(frozen=True, slots=True, eq=False)
class _Stated:
    """A branch whose prices state something: what is left to choose in it, and what of that they drop.

    ``is_last``: they state, too, what its plans are worth at most.
    """

    branch: int
    box: Kept
    drops: tuple[tuple[int, int, int], ...]
    is_last: bool


def _most(profile: Profile, stated: Sequence[_Stated], without: Floats, spaces: Sequence[PricedSpace]) -> float:
    """Return the most that a plan is worth in the last branches, and with any of the choices that are dropped."""
    pair_free = pair_free_sets(profile)
    boxes = np.array([one.box for one in stated])
    worth = np.array([space.worth(profile, pair_free, boxes[:, at]) for at, space in enumerate(spaces)])
    worth = worth.reshape(len(spaces), len(stated))
    result = float((without + worth.sum(axis=0))[[one.is_last for one in stated]].max(initial=-np.inf))
    drops = [(row, *drop) for row, one in enumerate(stated) for drop in one.drops]
    for at, space in enumerate(spaces):
        here = [(row, service, grade) for row, where, service, grade in drops if where == at]
        if not here:
            continue
        row, service, grade = np.array(here).T
        only = boxes[row, at]
        was_left = only[np.arange(len(row)), service, grade]
        only[np.arange(len(row)), service] = False
        only[np.arange(len(row)), service, grade] = was_left
        others = without[row] + np.delete(worth, at, axis=0)[:, row].sum(axis=0)
        result = max(result, float((others + space.worth(profile, pair_free, only, row)).max()))
    return result


def _cut(branches: _Branches, mine: Sequence[int], box: Kept, number: int) -> list[tuple[int, Kept]]:
    """Return the boxes of the branches below one; together they have to hold all of it."""
    space, service = int(branches.space[mine[0]]), int(branches.service[mine[0]])
    covered = np.zeros(box.shape[2], dtype=np.bool_)
    boxes = []
    for child in mine:
        if (int(branches.space[child]), int(branches.service[child])) != (space, service):
            raise BrokenProofError(f"branch {child}: another choice than branch {mine[0]}")
        kept = np.array([bool(branches.kept[child] >> grade & 1) for grade in range(box.shape[2])])
        covered |= kept
        part = box.copy()
        part[space, service] &= kept
        boxes.append((child, part))
    if (box[space, service] & ~covered).any():
        raise BrokenProofError(f"branch {number}: choices left out below it")
    return boxes


def _read(proof: Proof, n_spaces: int, n_services: int, n_residences: int, n_grades: int) -> _Branches:
    n = proof.branches
    need = _numbers(proof.need, "<f4").astype(np.float64)
    width = n_services * n_residences
    if n < 1 or not width or len(need) % width:
        raise BrokenProofError(f"need: {len(need)} prices")
    branches = _Branches(
        parent=_numbers(proof.parent, "<i4"),
        space=_numbers(proof.space, "<i4"),
        service=_numbers(proof.service, "<i4"),
        kept=_numbers(proof.kept, "<i4"),
        money=_numbers(proof.money, "<f8"),
        prices=_numbers(proof.prices, "<i4"),
        need=need.reshape(-1, width),
        dropped=_numbers(proof.dropped, "<i4").reshape(-1, 4),
    )
    for name in ("parent", "space", "service", "kept", "money", "prices"):
        if len(getattr(branches, name)) != n:
            raise BrokenProofError(f"{name}: {len(getattr(branches, name))} for {n} branches")
    for name, numbers, limit in (
        ("space", branches.space, n_spaces),
        ("service", branches.service, n_services),
        ("prices", branches.prices, len(branches.need)),
        ("dropped", branches.dropped[:, 0], n),
        ("dropped", branches.dropped[:, 1], n_spaces),
        ("dropped", branches.dropped[:, 2], n_services),
        ("dropped", branches.dropped[:, 3], n_grades + 1),
    ):
        if ((numbers < 0) | (numbers >= limit)).any():
            raise BrokenProofError(f"{name}: beyond {limit}")
    for name, prices in (("need", branches.need), ("money", branches.money)):
        if not np.isfinite(prices).all() or (prices < 0).any():
            raise BrokenProofError(f"{name}: not a number, or negative")
    return branches


def _numbers(packed: str, kind: str) -> npt.NDArray[Any]:
    try:
        return np.frombuffer(zlib.decompress(base64.b64decode(packed, validate=True)), dtype=kind)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise BrokenProofError(str(error)) from error
