"""Walking: the pedestrian network, points joined to it, and every walk within a limit."""

from doorstep.walk.network import Network, build_network
from doorstep.walk.pairs import Pairs, walk_pairs
from doorstep.walk.route import Route, route
from doorstep.walk.snap import Connections, connect
from doorstep.walk.walker import Walker

__all__ = ["Connections", "Network", "Pairs", "Route", "Walker", "build_network", "connect", "route", "walk_pairs"]
