"""Collect in one folder the wheels of Doorstep and of all it needs, for a machine without a network.

    .venv/bin/python tools/wheels.py

The folder is ``wheels``, emptied of older wheels first. They fit machines like this one: the same system, processor and
Python version.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def main() -> int:
    """Build Doorstep's own wheel and fetch the pinned ones; exit with pip's status if it fails."""
    folder = REPOSITORY / "wheels"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    pip = [sys.executable, "-m", "pip", "-qq"]
    fetch = ["download", "--only-binary=:all:", "--no-deps", "--dest", str(folder)]
    steps = (
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(REPOSITORY)],
        [*pip, *fetch, "--requirement", str(REPOSITORY / "requirements" / "run.txt")],
    )
    for step in steps:
        status = subprocess.run(step, check=False).returncode
        if status:
            return status
    wheels = list(folder.glob("*.whl"))
    size_mb = sum(wheel.stat().st_size for wheel in wheels) / 1e6
    print(f"{len(wheels)} wheels, {size_mb:.0f} MB, in {folder}")
    print("How to install from it: docs/howto/install-offline.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
