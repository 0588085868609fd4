"""Records of two lists about one room or facility: scored, listed for review, merged only by what a person ticks."""

from doorstep.matching.match import Match, match
from doorstep.matching.merge import Merged, doubles, match_sources, merge_into
from doorstep.matching.records import Record, read_records
from doorstep.matching.review import read_review, write_review

__all__ = [
    "Match",
    "Merged",
    "Record",
    "doubles",
    "match",
    "match_sources",
    "merge_into",
    "read_records",
    "read_review",
    "write_review",
]
