"""Where compiled loops are kept: a folder of their own for every state of their sources.

Numba keeps what it compiled by the file of the outermost function and looks at that file alone. A loop that calls one
in another file would go on with the old one after an update; so every state of the sources gets its own folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

__all__ = ["keep_loops_apart"]

PACKAGE = Path(__file__).parent
_PREFIX = "loops-"


def keep_loops_apart(package: Path = PACKAGE) -> Path:
    """Tell Numba where to keep compiled loops, before any is compiled.

    In the package's own ``__pycache__``; in the user's cache folder where that cannot be written. A folder that
    NUMBA_CACHE_DIR names is used instead, with a folder for the state of the sources in it.

    Parameters
    ----------
    package
        Folder of the sources; files whose names begin with an underscore hold the loops.

    Returns
    -------
    Path
        The folder; it need not exist yet.
    """
    digest = hashlib.sha256()
    for source in sorted(package.rglob("_*.py")):
        digest.update(source.relative_to(package).as_posix().encode())
        digest.update(source.read_bytes())
    name = _PREFIX + digest.hexdigest()[:16]
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given and Path(given).name.startswith(_PREFIX):
        given = str(Path(given).parent)  # set by this function, in this process or the one that started it
    if given:
        root = Path(given)
    elif os.access(package, os.W_OK):
        root = package / "__pycache__"
        for old in root.glob(_PREFIX + "*"):
            if old.name != name:
                shutil.rmtree(old, ignore_errors=True)
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "doorstep"
    os.environ["NUMBA_CACHE_DIR"] = str(root / name)
    if "numba" in sys.modules:  # it has read its settings already
        sys.modules["numba"].config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]
    return root / name
