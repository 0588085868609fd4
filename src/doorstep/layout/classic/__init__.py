"""The classical location models, one function each: arrays or sparse matrices in, a plan with its bound out."""

from doorstep.layout.classic.answer import Located
from doorstep.layout.classic.capacitated import capacitated_facility_location, capacitated_p_median
from doorstep.layout.classic.center import p_center
from doorstep.layout.classic.coverage import backup_coverage, lscp, mclp
from doorstep.layout.classic.dispersion import p_dispersion
from doorstep.layout.classic.median import facility_location, p_median

__all__ = [
    "Located",
    "backup_coverage",
    "capacitated_facility_location",
    "capacitated_p_median",
    "facility_location",
    "lscp",
    "mclp",
    "p_center",
    "p_dispersion",
    "p_median",
]
