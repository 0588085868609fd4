"""Puts the example cities into the wheel, so that ``doorstep demo`` works where there is no repository."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithCities(build_py):  # type: ignore[misc]
    """Copies ``examples`` to ``doorstep/cities`` of what is built; an editable install reads them where they are."""

    def run(self) -> None:
        """Build as usual, then copy."""
        super().run()
        if not self.editable_mode:
            shutil.copytree(Path("examples"), Path(self.build_lib, "doorstep", "cities"), dirs_exist_ok=True)


setup(cmdclass={"build_py": WithCities})
