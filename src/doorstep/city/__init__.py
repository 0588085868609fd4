"""The data model of a city, its readers and its checks."""

from doorstep.city.entrances import standing_points
from doorstep.city.folder import said_language
from doorstep.city.model import (
    AGE_BANDS,
    CHANNELS,
    EVERY_SERVICE,
    PEOPLE_COLUMNS,
    SERVICES,
    AddedWay,
    Asked,
    Cap,
    City,
    Floor,
    Fund,
    Override,
    Phase,
    Scope,
    Source,
    Streets,
)
from doorstep.city.problems import CODES, ProblemGroup, grouped
from doorstep.city.reading import Check, check_city, read_city, read_register
from doorstep.city.tables import RawTable, read_table
from doorstep.city.vocabulary import word

__all__ = [
    "AGE_BANDS",
    "CHANNELS",
    "CODES",
    "EVERY_SERVICE",
    "PEOPLE_COLUMNS",
    "SERVICES",
    "AddedWay",
    "Asked",
    "Cap",
    "Check",
    "City",
    "Floor",
    "Fund",
    "Override",
    "Phase",
    "ProblemGroup",
    "RawTable",
    "Scope",
    "Source",
    "Streets",
    "check_city",
    "grouped",
    "read_city",
    "read_register",
    "read_table",
    "said_language",
    "standing_points",
    "word",
]
