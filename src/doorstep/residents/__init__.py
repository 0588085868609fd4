"""People in need, today and in later years, and what existing places offer them."""

from doorstep.residents.cohorts import YEARS, Projection, needs_over_years, project, projected, rates_of
from doorstep.residents.demand import Demand, demand, later_demands
from doorstep.residents.supply import Supply, price_factor, supply

__all__ = [
    "YEARS",
    "Demand",
    "Projection",
    "Supply",
    "demand",
    "later_demands",
    "needs_over_years",
    "price_factor",
    "project",
    "projected",
    "rates_of",
    "supply",
]
