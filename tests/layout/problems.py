"""Layout problems for tests: one solved on paper, and made-up small ones."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.optimize import linprog

from doorstep.layout import LayoutProblem, assign, broken_hub_rules
from doorstep.layout.transport import room_of_rows


def layout_problem_of(
    *,
    n_homes: int,
    walkers: np.ndarray,
    rows: dict[tuple[int, int], list[tuple[int, float, float]]],
    facilities: list[tuple[int, float, list[tuple[int, float, float]]]] = (),  # type: ignore[assignment]
    n_spaces: int,
    grade_area_m2: np.ndarray,
    grade_room: np.ndarray,
    allowed: np.ndarray | None = None,
    open_money: np.ndarray,
    grade_money: np.ndarray,
    floor_m2: np.ndarray,
    budget_money: int | None,
    complex_floor_min_m2: int = 0,
    small_floor_m2: tuple[int, int] = (0, 0),
    free_sets: list[int] | None = None,
    complex_functions: int = 3,
    priority_services: int = 0,
    complex_priority: int = 0,
    must: np.ndarray | None = None,
    gives_way: list[int] = (),  # type: ignore[assignment]
) -> LayoutProblem:
    """Put a problem together from rows of (home, worth, room)."""
    n_services = len(grade_area_m2)
    cells, worth, room, counts = [], [], [], []
    listed = [(s, rows.get((j, s), [])) for j in range(n_spaces) for s in range(n_services)]
    listed += [(s, pairs) for s, _, pairs in facilities]
    for service, pairs in listed:
        counts.append(len(pairs))
        for home, v, q in sorted(pairs):
            cells.append(service * n_homes + home)
            worth.append(v)
            room.append(q)
    cell = np.array(cells, dtype=np.int32)
    row = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    v = np.array(worth, dtype=np.float64)
    n_cells = n_homes * n_services
    first = np.zeros(n_cells + 1, dtype=np.int64)
    np.cumsum(np.bincount(cell, minlength=n_cells), out=first[1:])
    if allowed is None:
        allowed = np.broadcast_to(grade_room > 0, (n_spaces, n_services, 5)).copy()
    arrays = {
        "walkers": np.asarray(walkers, dtype=np.float64).ravel(),
        "first_pair_of_row": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "cell_of_pair": cell,
        "worth": v,
        "room": np.array(room, dtype=np.float64),
        "walk_mm": np.full(len(cell), 100_000, dtype=np.int32),
        "walk_ms": np.full(len(cell), 100_000, dtype=np.int32),
        "first_pair_of_cell": first,
        "pair_of_cell": np.lexsort((row, -v, cell)).astype(np.int32),
        "row_of_pair": row,
        "facility_room": np.array([r for _, r, _ in facilities], dtype=np.float64),
        "grade_area_m2": np.asarray(grade_area_m2, dtype=np.int64),
        "grade_room": np.asarray(grade_room, dtype=np.float64),
        "allowed": allowed,
        "open_money": np.asarray(open_money, dtype=np.int64),
        "grade_money": np.asarray(grade_money, dtype=np.int64),
        "floor_m2": np.asarray(floor_m2, dtype=np.int64),
        "small_floor_m2": np.array(small_floor_m2, dtype=np.int64),
        "free_sets": np.array(free_sets or [(1 << n_services) - 1], dtype=np.int64),
        "gives_way": np.array(gives_way, dtype=np.int64),
        "must": np.zeros(n_spaces, dtype=np.bool_) if must is None else must,
        "space_m": np.column_stack([np.arange(n_spaces, dtype=np.float64), np.zeros(n_spaces)]),
    }
    for array in arrays.values():
        array.setflags(write=False)  # a kernel that scribbles fails
    return LayoutProblem(
        n_homes=n_homes,
        n_services=n_services,
        n_spaces=n_spaces,
        n_facilities=len(facilities),
        complex_floor_min_m2=complex_floor_min_m2,
        complex_functions=complex_functions,
        priority_services=priority_services,
        complex_priority=complex_priority,
        budget_money=budget_money,
        **arrays,
    )


def paper_problem(budget_money: int = 100) -> LayoutProblem:
    """One street, one service, solved on paper.

    Homes A, B, C with 10 people each. Space 0 reaches A and B, space 1 reaches B and C; a person there is worth 1 next
    door (A at 0, C at 1) and 0.8 in the middle (B). One grade: room for 20 people, 50 money; opening costs 10. A
    facility with room for 5 people reaches A with worth 0.5.

    With 100 money only one hub (60) can be paid. Space 0: A 10 + B 8 = 18; the facility then helps nobody more.
    Space 1: C 10 + B 8, and the facility gives 5 of A a place: 18 + 2.5 = 20.5. So the optimum is space 1, worth
    20.5. With 120 money both can be paid: A 10, B 8, C 10 = 28.
    """
    grade_room = np.zeros((1, 5))
    grade_room[0, 0] = 20
    grade_area = np.zeros((1, 5), dtype=np.int64)
    grade_area[0, 0] = 30
    money = np.full((2, 1, 5, 2), -1, dtype=np.int64)
    money[:, :, 0, :] = 50
    return layout_problem_of(
        n_homes=3,
        walkers=np.array([10.0, 10.0, 10.0]),
        rows={(0, 0): [(0, 1.0, 1.0), (1, 0.8, 1.0)], (1, 0): [(1, 0.8, 1.0), (2, 1.0, 1.0)]},
        facilities=[(0, 5.0, [(0, 0.5, 1.0)])],
        n_spaces=2,
        grade_area_m2=grade_area,
        grade_room=grade_room,
        open_money=np.array([10, 10]),
        grade_money=money,
        floor_m2=np.array([[40, 40], [40, 40]]),
        budget_money=budget_money,
    )


def made_problem(
    seed: int,
    *,
    n_homes: int = 12,
    n_spaces: int = 4,
    n_services: int = 3,
    n_facilities: int = 2,
    must: bool = False,
    replaced: bool = False,
) -> LayoutProblem:
    """A made-up problem with short rooms, forbidden pairs, complexes, facilities and a tight budget.

    With ``replaced``, facility f gives way to a hub in space f // 2: two of them in each space.
    """
    random = np.random.default_rng(seed)
    n_grades = 2
    area = np.zeros((n_services, 5), dtype=np.int64)
    area[:, :n_grades] = np.sort(random.integers(2, 9, (n_services, n_grades)), axis=1)
    room = np.zeros((n_services, 5))
    room[:, :n_grades] = np.cumsum(random.uniform(2, 10, (n_services, n_grades)), axis=1)
    money = np.full((n_spaces, n_services, 5, 2), -1, dtype=np.int64)
    money[:, :, :n_grades, 0] = np.cumsum(random.integers(5, 30, (n_spaces, n_services, n_grades)), axis=2)
    money[:, :, :n_grades, 1] = money[:, :, :n_grades, 0] + random.integers(0, 4, (n_spaces, n_services, n_grades))
    rows = {}
    weight = random.uniform(0.5, 1.5, (n_services, n_homes))
    for space in range(n_spaces):
        for service in range(n_services):
            homes = np.flatnonzero(random.random(n_homes) < 0.5)
            fall = random.uniform(0.5, 1.0, len(homes))
            rows[space, service] = [
                (int(home), float(weight[service, home] * g), float(0.7 * g))
                for home, g in zip(homes, fall, strict=True)
            ]
    facilities = []
    for _ in range(n_facilities):
        service = int(random.integers(n_services))
        homes = np.flatnonzero(random.random(n_homes) < 0.4)
        pairs = [(int(home), float(weight[service, home] * 0.6), 0.5) for home in homes]
        facilities.append((service, float(random.uniform(0, 6)), pairs))
    allowed = np.zeros((n_spaces, n_services, 5), dtype=np.bool_)
    allowed[:, :, :n_grades] = random.random((n_spaces, n_services, n_grades)) < 0.85
    floor = random.integers(6, 26, n_spaces)
    allowed &= area <= floor[:, None, None]
    musts = np.zeros(n_spaces, dtype=np.bool_)
    if must:
        musts[0] = allowed[0].any()
    return layout_problem_of(
        n_homes=n_homes,
        walkers=random.uniform(0, 3, (n_services, n_homes)),
        rows=rows,
        facilities=facilities,
        n_spaces=n_spaces,
        grade_area_m2=area,
        grade_room=room,
        allowed=allowed,
        open_money=random.integers(0, 12, n_spaces),
        grade_money=money,
        floor_m2=np.column_stack([floor, np.maximum(floor - 1, 0)]),
        budget_money=int(random.integers(40, 160)),
        complex_floor_min_m2=int(random.integers(0, 14)),
        gives_way=[number // 2 for number in range(n_facilities)] if replaced else [],
        small_floor_m2=(8, 7),
        free_sets=[0b101, 0b110] if n_services == 3 else None,
        must=musts,
    )


def plain_worth(problem: LayoutProblem, grades: np.ndarray) -> float:
    """The slow twin of assign: one linear programme over all pairs of open places."""
    room = room_of_rows(problem, grades)
    pairs = np.flatnonzero(room[problem.row_of_pair] > 0)
    if not len(pairs):
        return 0.0
    rows = np.zeros((problem.n_cells + problem.n_rows, len(pairs)))
    rows[problem.cell_of_pair[pairs], np.arange(len(pairs))] = 1.0
    rows[problem.n_cells + problem.row_of_pair[pairs], np.arange(len(pairs))] = problem.room[pairs]
    solved = linprog(-problem.worth[pairs], A_ub=rows, b_ub=np.concatenate([problem.walkers, room]), method="highs")
    return float(-solved.fun)


def all_plans(problem: LayoutProblem):
    """Every allowed plan within the budget."""
    hubs = []
    for space in range(problem.n_spaces):
        options = []
        for grades in itertools.product(range(3), repeat=problem.n_services):
            hub = np.array(grades, dtype=np.int8)
            if (hub.any() or not problem.must[space]) and not broken_hub_rules(problem, space, hub):
                options.append((problem.hub_money(space, hub), hub))
        hubs.append(options)
    budget = problem.budget_money
    for plan in itertools.product(*hubs):
        if budget is None or sum([money for money, _ in plan]) <= budget:
            yield np.array([hub for _, hub in plan])


def best_worth(problem: LayoutProblem) -> float:
    """Worth of the best of all plans, of which only those are assigned to which no room can be added.

    A plan with one grade more in a hub, all else alike, has the same places and more room: it is worth no less.
    """
    assert not problem.floors, "with floors of coverage more room may go to people who are worth less"
    assert (np.diff(problem.grade_room[:, :2]) >= 0).all()
    plans = np.array(list(all_plans(problem)))
    digits = 3 ** np.arange(plans[0].size)
    codes = plans.reshape(len(plans), -1) @ digits
    open_there = np.repeat(plans.any(axis=2), problem.n_services, axis=1)
    adds = open_there & (plans.reshape(len(plans), -1) < 2)
    grown = np.isin(codes[:, None] + digits, codes) & adds
    return max(assign(problem, grades).worth for grades in plans[~grown.any(axis=1)])
