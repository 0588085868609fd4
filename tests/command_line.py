"""The command line, called as a user calls it: words in; exit code and what is printed out."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from doorstep import cli

__all__ = ["Done", "doorstep", "files_below", "process"]

COMMAND = [sys.executable, "-c", "from doorstep.cli import main; main()"]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything that was printed."""
        return self.out + self.err


def doorstep(*words: str | Path, **environment: str) -> Done:
    """Run ``doorstep WORDS`` in this process, on an English system unless told; there is never a traceback."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        mock.patch.object(sys, "argv", ["doorstep", *map(str, words)]),
        mock.patch.dict(os.environ, {"LC_ALL": "en_GB.UTF-8", **environment}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def process(*words: str | Path, **environment: str) -> Done:
    """Run ``doorstep WORDS`` in a process of its own, with these variables of the environment."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)], capture_output=True, timeout=120, check=False, env=with_language(environment)
    )
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def with_language(variables: dict[str, str]) -> dict[str, str]:
    """Return the environment with these variables and no other word on the language."""
    plain = {key: value for key, value in os.environ.items() if key not in ("LANG", "LC_ALL", "LC_MESSAGES")}
    return {**plain, **variables}


def files_below(folder: Path) -> list[str]:
    """Return every file and folder below a folder, hidden ones too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
