"""Write THIRD_PARTY.md: the packages of the lock, their licences and homes, as their own metadata says.

    .venv/bin/python tools/third_party.py [--check]

Refuses packages under the GPL or AGPL, and packages that do not say. Packages under the LGPL or MPL are used as
unmodified wheels and marked so.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
FAMILIES = (
    "Affero",
    "AGPL",
    "LGPL",
    "Lesser",
    "GPL",
    "General Public",
    "MPL",
    "Mozilla",
    "Apache",
    "BSD",
    "MIT",
    "PSF",
    "Python Software",
    "ISC",
    "HPND",
    "CNRI",
    "Zlib",
    "Unlicense",
)
WHOLE = ("LGPL", "Lesser", "MPL", "Mozilla")
# Needed on other systems only, so that their metadata need not be here: as read from it elsewhere.
ELSEWHERE = {"colorama": ("BSD-3-Clause", "https://github.com/tartley/colorama")}
REFUSED = ("Affero", "AGPL", "GPL", "General Public")


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the lock and what its metadata says of its licence."""

    name: str
    version: str
    licence: str
    url: str

    @property
    def family(self) -> str:
        """The first known family named in the licence, "" if none is."""
        return next((family for family in FAMILIES if family.lower() in self.licence.lower()), "")


def _field(data: PackageMetadata, name: str) -> str:
    return str(data[name]) if name in data else ""


def licence_of(data: PackageMetadata) -> str:
    """Return the SPDX expression, else the classifiers, else the first line of the licence field."""
    if expression := _field(data, "License-Expression"):
        return expression
    classified = [
        line.rsplit(" :: ", 1)[-1]
        for line in data.get_all("Classifier") or ()
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    if classified:
        return ", ".join(classified)
    lines = _field(data, "License").strip().splitlines()
    return lines[0].strip() if lines else ""


def url_of(data: PackageMetadata) -> str:
    """Return the address of the source if given, else of the home page."""
    named: dict[str, str] = dict(line.split(", ", 1) for line in data.get_all("Project-URL") or () if ", " in line)
    lowered = {label.lower(): url for label, url in named.items()}
    for label in ("source", "source code", "repository", "github", "code", "homepage", "home"):
        if label in lowered:
            return lowered[label]
    return _field(data, "Home-page") or next(iter(named.values()), "")


def packages(lock: Path) -> list[Package]:
    """Return the packages of a lock that are installed here, sorted by name."""
    found = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)==([^ ]+)( ; (.*))?$", line)
        if match is None:
            continue
        if match[4] and f'"{sys.platform}"' not in match[4]:
            found.append(Package(match[1], match[2], *ELSEWHERE[match[1]]))
            continue
        data = metadata(match[1])
        found.append(Package(data["Name"], data["Version"], licence_of(data), url_of(data)))
    return found


def page(found: list[Package]) -> str:
    """Return the text of THIRD_PARTY.md."""
    lines = [
        "# Packages that Doorstep uses",
        "",
        "Made by `tools/third_party.py` from the metadata of the pinned packages; do not edit. None of them is",
        "contained in Doorstep: they are installed beside it as unmodified wheels. Those marked † are LGPL or MPL.",
        "",
        "| package | version | licence | home |",
        "|---|---|---|---|",
    ]
    for one in found:
        mark = " †" if one.family in WHOLE else ""
        lines.append(f"| {one.name} | {one.version} | {one.licence.replace('|', '/')}{mark} | {one.url} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or compare it with ``--check``; exit 1 if it is stale or a licence is refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page is stale")
    check = parser.parse_args().check
    found = packages(REPOSITORY / "requirements" / "run.txt")
    bad = [one for one in found if one.family in REFUSED or not one.family]
    for one in bad:
        print(f"{one.name} {one.version}: licence not accepted: {one.licence or 'none given'}", file=sys.stderr)
    path = REPOSITORY / "THIRD_PARTY.md"
    if not check:
        path.write_text(page(found), encoding="utf-8")
    elif not path.is_file() or path.read_text(encoding="utf-8") != page(found):
        print("THIRD_PARTY.md is stale: run tools/third_party.py", file=sys.stderr)
        return 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
