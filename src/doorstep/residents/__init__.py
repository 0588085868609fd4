"""People in need, and what existing places offer them."""

from doorstep.residents.demand import Demand, demand
from doorstep.residents.supply import Supply, price_factor, supply

__all__ = ["Demand", "Supply", "demand", "price_factor", "supply"]
