"""Doorstep plans, checks and runs community embedded services."""

from doorstep.compiled import keep_loops_apart

__version__ = "0.2.0"

keep_loops_apart()
