"""Which spaces become which hubs: model, bound, search, exact assignment, ledger."""

from doorstep.layout.allowed import why_barred
from doorstep.layout.asked import floors_of
from doorstep.layout.baselines import even_grades, greedy_grades
from doorstep.layout.bound import Prices, priced_bound
from doorstep.layout.branch import Branch
from doorstep.layout.conflict import Conflict, floor_conflict
from doorstep.layout.fair import (
    FairGroup,
    LevelBound,
    fair_floors,
    hubs_for_floors,
    level_bound,
    level_of,
    most_people,
    people_of,
)
from doorstep.layout.fairest import Fairest, FairLevel, FairParams, fairest, solved_under_floors
from doorstep.layout.faults import problem_faults
from doorstep.layout.floors import EVERY, CoverageFloor, floors_served, shortfalls
from doorstep.layout.front import FrontParams, FrontPoint, front
from doorstep.layout.full_cost import cost_of_serving_all
from doorstep.layout.hubs import (
    affordable_must,
    broken_hub_rules,
    capital_of,
    cheapest_hub,
    hub_floor_m2,
    smallest_grades,
)
from doorstep.layout.least_cost import LeastCost, least_cost
from doorstep.layout.ledger import later_ledger, ledger
from doorstep.layout.limits import HubLimit, limit_use
from doorstep.layout.new_rooms import best_hubs
from doorstep.layout.payments import payments_of
from doorstep.layout.prices import prices_for
from doorstep.layout.problem import COMPLEX, LayoutProblem, layout_problem, with_budget, without_must
from doorstep.layout.questions import Reason, explain_space
from doorstep.layout.replan import replanned
from doorstep.layout.search_state import SearchState, read_search_state, write_search_state
from doorstep.layout.sharing import grades_of_hubs, like_grades, shared_anew, sharing
from doorstep.layout.solve import Layout, Progress, SolveParams, enough_money, solve
from doorstep.layout.steering import kept_floors, missing_people
from doorstep.layout.tidy import units_of_rows
from doorstep.layout.transport import Assignment, assign, assignment_of_year, people_given

__all__ = [
    "COMPLEX",
    "EVERY",
    "Assignment",
    "Branch",
    "Conflict",
    "CoverageFloor",
    "FairGroup",
    "FairLevel",
    "FairParams",
    "Fairest",
    "FrontParams",
    "FrontPoint",
    "HubLimit",
    "Layout",
    "LayoutProblem",
    "LeastCost",
    "LevelBound",
    "Prices",
    "Progress",
    "Reason",
    "SearchState",
    "SolveParams",
    "affordable_must",
    "assign",
    "assignment_of_year",
    "best_hubs",
    "broken_hub_rules",
    "capital_of",
    "cheapest_hub",
    "cost_of_serving_all",
    "enough_money",
    "even_grades",
    "explain_space",
    "fair_floors",
    "fairest",
    "floor_conflict",
    "floors_of",
    "floors_served",
    "front",
    "grades_of_hubs",
    "greedy_grades",
    "hub_floor_m2",
    "hubs_for_floors",
    "kept_floors",
    "later_ledger",
    "layout_problem",
    "least_cost",
    "ledger",
    "level_bound",
    "level_of",
    "like_grades",
    "limit_use",
    "missing_people",
    "most_people",
    "payments_of",
    "people_given",
    "people_of",
    "priced_bound",
    "prices_for",
    "problem_faults",
    "read_search_state",
    "replanned",
    "shared_anew",
    "sharing",
    "shortfalls",
    "smallest_grades",
    "solve",
    "solved_under_floors",
    "units_of_rows",
    "why_barred",
    "with_budget",
    "without_must",
    "write_search_state",
]
