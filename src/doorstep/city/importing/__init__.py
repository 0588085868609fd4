"""Files of offices into a city: read, recognised, checked, confirmed, merged, and taken back if need be."""

from doorstep.city.importing.findings import FAULTS, Finding, finding_text
from doorstep.city.importing.journal import undo_last
from doorstep.city.importing.steps import Result, import_files
from doorstep.city.importing.store import findings_table

__all__ = ["FAULTS", "Finding", "Result", "finding_text", "findings_table", "import_files", "undo_last"]
