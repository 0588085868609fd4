"""Systems of coordinates that offices in China use: from one to another, which one it is, and back into files."""

from doorstep.city.coordinates.bd import bd09_from_wgs84, wgs84_from_bd09
from doorstep.city.coordinates.convert import (
    BD09,
    CGCS2000,
    GCJ02,
    WGS84,
    System,
    convert,
    converted_shapes,
    system_of_text,
)
from doorstep.city.coordinates.detect import Candidate, Detection, likely_system
from doorstep.city.coordinates.evidence import Evidence, evidence_text, system_name
from doorstep.city.coordinates.export import LAYER_FORMS, write_layer
from doorstep.city.coordinates.gcj import gcj02_from_wgs84, wgs84_from_gcj02
from doorstep.city.coordinates.helmert import LocalGrid, fit_grid
from doorstep.city.coordinates.numbers import OddRow
from doorstep.city.coordinates.regions import is_shifted
from doorstep.city.coordinates.zones import ZONES, Zone, zone_of, zones_of_easting

__all__ = [
    "BD09",
    "CGCS2000",
    "GCJ02",
    "LAYER_FORMS",
    "WGS84",
    "ZONES",
    "Candidate",
    "Detection",
    "Evidence",
    "LocalGrid",
    "OddRow",
    "System",
    "Zone",
    "bd09_from_wgs84",
    "convert",
    "converted_shapes",
    "evidence_text",
    "fit_grid",
    "gcj02_from_wgs84",
    "is_shifted",
    "likely_system",
    "system_name",
    "system_of_text",
    "wgs84_from_bd09",
    "wgs84_from_gcj02",
    "write_layer",
    "zone_of",
    "zones_of_easting",
]
