"""People in need, today and in later years, and what existing places offer them."""

from doorstep.residents.cohorts import Projection, needs_over_years, project, projected
from doorstep.residents.demand import Demand, demand
from doorstep.residents.supply import Supply, price_factor, supply

__all__ = [
    "Demand",
    "Projection",
    "Supply",
    "demand",
    "needs_over_years",
    "price_factor",
    "project",
    "projected",
    "supply",
]
