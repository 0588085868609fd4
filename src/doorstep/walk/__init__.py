"""Walking: the pedestrian network, points joined to it, and every walk within a limit."""

from doorstep.walk.blocks import most_pairs, pairs_in_blocks, pairs_that_fit
from doorstep.walk.catchment import catchment
from doorstep.walk.entrances import connect_tables
from doorstep.walk.gates import with_gate, without_gate
from doorstep.walk.hours import is_open, open_places
from doorstep.walk.live import LiveWalks, add_place, live_walks, move_place, remove_place
from doorstep.walk.nearest import Nearest, nearest_places
from doorstep.walk.network import Network, build_network, for_walker
from doorstep.walk.pairs import Pairs, walk_pairs
from doorstep.walk.quality import Quality, quality
from doorstep.walk.reached import prepare, reached_nodes
from doorstep.walk.route import Route, route
from doorstep.walk.snap import Connections, connect
from doorstep.walk.together import WalkerPairs, walk_pairs_of_walkers
from doorstep.walk.walker import Walker, planner, walkers

__all__ = [
    "Connections",
    "LiveWalks",
    "Nearest",
    "Network",
    "Pairs",
    "Quality",
    "Route",
    "Walker",
    "WalkerPairs",
    "add_place",
    "build_network",
    "catchment",
    "connect",
    "connect_tables",
    "for_walker",
    "is_open",
    "live_walks",
    "most_pairs",
    "move_place",
    "nearest_places",
    "open_places",
    "pairs_in_blocks",
    "pairs_that_fit",
    "planner",
    "prepare",
    "quality",
    "reached_nodes",
    "remove_place",
    "route",
    "walk_pairs",
    "walk_pairs_of_walkers",
    "walkers",
    "with_gate",
    "without_gate",
]
