"""What people open: tables, GeoPackage, workbook, page and printed sheets of a plan, in two languages."""

from doorstep.report.comparison import comparison_rows, write_comparison
from doorstep.report.folder import write_diagnosis, write_plan_folder
from doorstep.report.results import PlanResults, Results, read_plan_results

__all__ = [
    "PlanResults",
    "Results",
    "comparison_rows",
    "read_plan_results",
    "write_comparison",
    "write_diagnosis",
    "write_plan_folder",
]
