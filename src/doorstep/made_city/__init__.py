"""Made-up cities of any size, for tutorials, tests and measuring: a city folder and what its offices would hand in."""

from doorstep.made_city.city import MadeCity, imagine
from doorstep.made_city.make import PEOPLE, make_city

__all__ = ["PEOPLE", "MadeCity", "imagine", "make_city"]
