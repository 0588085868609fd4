"""What a hub costs to open and, reckoned, to run, in whole minor units of the city's currency; the posts it needs."""

from doorstep.costs.capital import (
    GRADES,
    KINDS,
    MINOR_UNITS,
    Capital,
    capital,
    conversion_money,
    cost_parameter,
    currency_rate,
    exact,
    minor,
)
from doorstep.costs.running import Running, running
from doorstep.costs.staff import posts

__all__ = [
    "GRADES",
    "KINDS",
    "MINOR_UNITS",
    "Capital",
    "Running",
    "capital",
    "conversion_money",
    "cost_parameter",
    "currency_rate",
    "exact",
    "minor",
    "posts",
    "running",
]
