"""Make .venv-peers, the environment of the libraries that are compared with: ``python -m benchmarks.peers.make``."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from benchmarks.rows import REPOSITORY

__all__ = ["PYTHON", "asked", "is_made"]

FOLDER = REPOSITORY / ".venv-peers"
PYTHON = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
PROGRAMS = Path(__file__).resolve().parent


def is_made() -> bool:
    """Return whether the environment of the peers is there."""
    return PYTHON.is_file()


def asked(program: str, *arguments: object) -> dict[str, Any]:
    """Run a program of this folder in the environment of the peers and return its last line, which is JSON.

    Raises
    ------
    SystemExit
        If the environment is not there, or with what the program printed, if it fails.
    """
    if not is_made():
        raise SystemExit(f"{FOLDER.name} is not there: run python -m benchmarks.peers.make")
    line = [str(PYTHON), str(PROGRAMS / f"{program}.py"), *map(str, arguments)]
    done = subprocess.run(line, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{program} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])  # pandana chats before
    return answer


def main() -> int:
    """Make the environment, once more if it is there."""
    venv.create(FOLDER, with_pip=True)
    wanted = str(PROGRAMS / "requirements.txt")
    return subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", "-r", wanted], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
