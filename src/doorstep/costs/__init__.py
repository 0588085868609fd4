"""What a hub costs to open, in whole minor units of the city's currency."""

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

__all__ = [
    "GRADES",
    "KINDS",
    "MINOR_UNITS",
    "Capital",
    "capital",
    "conversion_money",
    "cost_parameter",
    "currency_rate",
    "exact",
    "minor",
]
