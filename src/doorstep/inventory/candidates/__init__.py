"""Candidates for spaces, found in OpenStreetMap: proposals with their evidence, never put into a register silently."""

from doorstep.inventory.candidates.find import Proposal, find_spaces
from doorstep.inventory.candidates.osm import Mapped, read_mapped

__all__ = ["Mapped", "Proposal", "find_spaces", "read_mapped"]
