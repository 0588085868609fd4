"""How much memory is free on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["free_bytes"]

_MEMINFO = Path("/proc/meminfo")


def free_bytes() -> int:
    """Return how many bytes may be taken without pushing other programs out of memory.

    Linux and Windows say it themselves; elsewhere half of the memory counts as free.
    """
    if sys.platform == "win32":
        import ctypes

        class Status(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
                (name, ctypes.c_ulonglong)
                for name in ("total", "free", "total_page", "free_page", "total_own", "free_own", "free_more")
            ]

        status = Status(length=ctypes.sizeof(Status))
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status.free)
    if _MEMINFO.exists():
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
