"""The independent checker: derives a plan's need, walks, costs and bound again, sharing no code with the engine."""

from doorstep.verify.check import check_by_profile, check_folder, check_plan, verify_folders
from doorstep.verify.verdict import CODES, Verdict, Violation

__all__ = ["CODES", "Verdict", "Violation", "check_by_profile", "check_folder", "check_plan", "verify_folders"]
