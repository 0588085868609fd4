"""The data model of a city, its readers and its checks."""

from doorstep.city.model import (
    AGE_BANDS,
    CHANNELS,
    PEOPLE_COLUMNS,
    SERVICES,
    City,
    Override,
    Source,
    Streets,
)

__all__ = [
    "AGE_BANDS",
    "CHANNELS",
    "PEOPLE_COLUMNS",
    "SERVICES",
    "City",
    "Override",
    "Source",
    "Streets",
]
