"""Write the locks in requirements/ from what is installed in the environment that runs this.

A lock is a list of ``name==version``, without addresses and without hashes, so that it serves any mirror, a folder of
wheels, Linux, macOS and Windows. What only some systems need carries its marker.

    .venv/bin/python tools/lock.py [--check]
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parent.parent
SYSTEMS = {
    "linux": {"os_name": "posix", "platform_system": "Linux", "platform_machine": "x86_64"},
    "darwin": {"os_name": "posix", "platform_system": "Darwin", "platform_machine": "arm64"},
    "win32": {"os_name": "nt", "platform_system": "Windows", "platform_machine": "AMD64"},
}
PYTHONS = ("3.11", "3.12", "3.13")


def environments() -> Iterable[tuple[str, Mapping[str, str]]]:
    """Yield system name and marker environment for every system and Python that the lock serves."""
    for system, fields in SYSTEMS.items():
        for python in PYTHONS:
            yield (
                system,
                {
                    **fields,
                    "sys_platform": system,
                    "python_version": python,
                    "python_full_version": f"{python}.0",
                    "implementation_name": "cpython",
                    "platform_python_implementation": "CPython",
                },
            )


def closure(wanted: Iterable[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return name -> installed version of all that ``wanted`` needs in an environment.

    Raises
    ------
    PackageNotFoundError
        If something needed is not installed here: install it first, then lock again.
    """
    versions: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    queue = [Requirement(line) for line in wanted]
    while queue:
        one = queue.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        if key in seen:
            continue
        seen.add(key)
        found = distribution(one.name)
        versions[key[0]] = found.version
        for line in found.requires or ():
            needed = Requirement(line)
            if needed.marker is None or any(
                needed.marker.evaluate({**environment, "extra": extra}) for extra in ("", *one.extras)
            ):
                queue.append(needed)
    return versions


def lock(wanted: Iterable[str]) -> dict[str, str]:
    """Return name -> line of the lock, sorted by name."""
    wanted = list(wanted)
    systems_of: dict[str, set[str]] = {}
    versions: dict[str, str] = {}
    for system, environment in environments():
        for name, version in closure(wanted, environment).items():
            versions[name] = version
            systems_of.setdefault(name, set()).add(system)
    lines = {}
    for name in sorted(versions):
        line = f"{name}=={versions[name]}"
        if systems_of[name] != set(SYSTEMS):
            line += " ; " + " or ".join(f'sys_platform == "{system}"' for system in sorted(systems_of[name]))
        lines[name] = line
    return lines


def main() -> int:
    """Write the locks, or say with ``--check`` whether they are what is installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a lock is stale")
    check = parser.parse_args().check
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    try:
        run = lock(project["project"]["dependencies"])
        build = lock(project["dependency-groups"]["build"])
        test = lock(project["dependency-groups"]["test"])
    except PackageNotFoundError as error:
        print(f"not installed here, so it cannot be locked: {error}", file=sys.stderr)
        return 1
    texts = {"run.txt": run, "build.txt": build, "test.txt": {n: line for n, line in test.items() if n not in run}}
    stale = []
    for name, lines in texts.items():
        path = REPOSITORY / "requirements" / name
        text = "# Made by tools/lock.py; do not edit.\n" + "\n".join(lines.values()) + "\n"
        if check:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"requirements/{name} is not what is installed: run tools/lock.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
