"""Records of two lists about one room or facility: scored, listed for review, merged only by what a person ticks."""

from doorstep.matching.match import Match, match
from doorstep.matching.records import Record, read_records
from doorstep.matching.review import read_review, write_review

__all__ = ["Match", "Record", "match", "read_records", "read_review", "write_review"]
