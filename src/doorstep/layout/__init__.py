"""Which spaces become which hubs: model, bound, search, exact assignment, ledger."""

from doorstep.layout.baselines import even_grades, greedy_grades
from doorstep.layout.bound import Prices, priced_bound, prices_for
from doorstep.layout.branch import Branch
from doorstep.layout.full_cost import cost_of_serving_all
from doorstep.layout.hubs import (
    affordable_must,
    broken_hub_rules,
    capital_of,
    cheapest_hub,
    hub_floor_m2,
    smallest_grades,
)
from doorstep.layout.ledger import ledger
from doorstep.layout.problem import COMPLEX, LayoutProblem, layout_problem, why_barred, with_budget, without_must
from doorstep.layout.questions import Reason, explain_space
from doorstep.layout.search_state import SearchState, read_search_state, write_search_state
from doorstep.layout.solve import Layout, Progress, SolveParams, enough_money, solve
from doorstep.layout.tidy import units_of_rows
from doorstep.layout.transport import Assignment, assign

__all__ = [
    "COMPLEX",
    "Assignment",
    "Branch",
    "Layout",
    "LayoutProblem",
    "Prices",
    "Progress",
    "Reason",
    "SearchState",
    "SolveParams",
    "affordable_must",
    "assign",
    "broken_hub_rules",
    "capital_of",
    "cheapest_hub",
    "cost_of_serving_all",
    "enough_money",
    "even_grades",
    "explain_space",
    "greedy_grades",
    "hub_floor_m2",
    "layout_problem",
    "ledger",
    "priced_bound",
    "prices_for",
    "read_search_state",
    "smallest_grades",
    "solve",
    "units_of_rows",
    "why_barred",
    "with_budget",
    "without_must",
    "write_search_state",
]
