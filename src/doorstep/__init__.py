"""Doorstep plans, checks and runs community embedded services."""

__version__ = "0.1.0"
