"""A questionnaire's export: what each question asks, which community an answer belongs to, how many it stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from doorstep.city.coordinates import WGS84, convert, system_of_text
from doorstep.city.grids import Grid
from doorstep.city.importing.findings import Finding
from doorstep.city.importing.placing import Gazetteer, community_id, plain_name
from doorstep.city.importing.positions import pairs
from doorstep.city.importing.quantity import is_nothing, tidy
from doorstep.city.importing.weights import raked
from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.city.tables import as_text

__all__ = ["ROLES", "join_communities", "read_answers", "roles_of", "weighted"]

ROLES = ("community", "compound", "sex", "age", "several", "duration", "point", "answer", "private", "skip")
"""What a question may ask: fields of a list whose table is ``survey``."""
_ASKED = (
    ("private", r"来自ip|^ip$|姓名|您的名字|电话|手机|微信|昵称|身份证|^用户|phone|your name|e-?mail|deviceid"),
    ("skip", r"^序号$|^来源$|^来源详情$|^start$|^end$|^_(?!geolocation)|^总分$|submission|instance"),
    ("duration", r"所用时间|答题时长|答题时间|用时|duration"),
    ("point", r"经纬度|_geolocation|位置.*坐标|^location$|gps"),
    ("sex", r"性别|^sex$|gender"),
    ("age", r"年龄|岁数|^age$|age_?(?:group|band)|您的岁"),
    ("compound", r"小区"),
    ("community", r"社区[是?？]|^社区$|哪个社区|所在社区|您的社区|community"),
)
AGE_SPANS = ((0, 2), (3, 5), (6, 14), (15, 34), (35, 59), (60, 69), (70, 79), (80, 120))
"""Ages of the city's columns."""
_NONE = re.compile(r"^(?:其他.*|.*外区.*|不清楚.*|other.*)$", re.IGNORECASE)


def roles_of(grid: Grid) -> dict[str, str]:
    """Return what each question asks, by its text: a proposal for a person to confirm."""
    frame = _frame(grid)
    roles: dict[str, str] = {}
    for name in frame.columns:
        if name == "row":
            continue
        bare = re.sub(r"^[Qq]?\d{1,3}[、.．:：\s]+", "", name).strip().casefold()
        role = next((one for one, pattern in _ASKED if re.search(pattern, bare)), "answer")
        if role in ("community", "compound", "sex", "age", "point") and role in roles.values():
            role = "answer"
        if role == "answer" and frame[name].astype(str).str.contains("┋").any():
            role = "several"
        roles[name] = role
    return roles


def read_answers(grids: Sequence[Grid], roles: Mapping[str, str]) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the answers of a questionnaire as cells under their question texts, and how they were read.

    The first sheet holds the answers; a sheet with ``_parent_index`` holds a repeated group (the members of a
    household), which is joined to its answer as one column per question, values parted by semicolons. Signs for a
    question that was not asked are empty cells; times taken are seconds; questions that name a person are left out.

    Parameters
    ----------
    grids
        The sheets of one file.
    roles
        What each question asks, as confirmed or proposed (:func:`roles_of`).
    """
    findings: list[Finding] = []
    main = next((grid for grid in grids if "_parent_index" not in _heads(grid)), None)
    if main is None:
        return pd.DataFrame(), findings
    frame = _frame(main)
    skipped = int(frame.drop(columns="row").isin(["(跳过)", "(空)"]).to_numpy().sum())
    frame = frame.replace({"(跳过)": "", "(空)": ""})
    values = {"answers": str(len(frame)), "questions": str(len(frame.columns) - 1), "skipped": f"{skipped:,}"}
    findings.append(Finding("layout", main.file, main.sheet, None, "", "answers", values))
    private = [name for name in frame.columns if roles.get(name) == "private"]
    if private:
        frame = frame.drop(columns=private)
        findings.append(Finding("layout", main.file, main.sheet, None, ", ".join(private), "left-private"))
    joined = [name for name in frame.columns if roles.get(name) == "several"]
    if joined:
        findings.append(Finding("layout", main.file, main.sheet, None, ", ".join(joined), "choices", {"mark": "┋"}))
        frame[joined] = frame[joined].apply(lambda column: column.str.replace("┋", ";"))
    for name in [name for name in frame.columns if roles.get(name) == "duration"]:
        frame[name] = [_seconds(text) for text in frame[name]]
        findings.append(Finding("layout", main.file, main.sheet, None, name, "answers-seconds"))
    several = [name for name in frame.columns if sum(other.startswith(f"{name}/") for other in frame.columns) > 1]
    for name in several:
        _check_choices(frame, name, main, findings)
    for grid in grids:
        if grid is not main and "_parent_index" in _heads(grid):
            frame = _with_members(frame, grid, findings)
    return frame, findings


def _seconds(text: str) -> str:
    """Seconds of a time in words: 2分49秒, 169秒, 00:02:49; as it stands if it is none."""
    found = re.fullmatch(r"(?:(\d+)(?:小?时|h))?(?:(\d+)(?:分钟?|m(?:in)?))?(?:(\d+)(?:秒钟?|s)?)?", text.strip())
    clock = re.fullmatch(r"(?:(\d+):)?(\d{1,2}):(\d\d)", text.strip())
    parts = (found or clock).groups() if text and (found or clock) else None  # type: ignore[union-attr]
    if parts is None or not any(parts):
        return text
    return str(sum(int(part or 0) * by for part, by in zip(parts, (3600, 60, 1), strict=True)))


def _heads(grid: Grid) -> list[str]:
    return [as_text(cell) for cell in next((line for line in grid.lines if any(line)), [])]


def _frame(grid: Grid) -> pd.DataFrame:
    start = next(place for place, line in enumerate(grid.lines) if any(line))
    heads = _heads(grid)
    rows = [
        (number, line)
        for number, line in enumerate(grid.lines[start + 1 :], start=start + 2)
        if any(cell not in (None, "") for cell in line)
    ]
    columns = {"row": [number for number, _ in rows]}
    cells = {
        head: [as_text(line[place]) if place < len(line) else "" for _, line in rows]
        for place, head in enumerate(heads)
        if head
    }
    return pd.DataFrame({**columns, **cells})


def _check_choices(frame: pd.DataFrame, name: str, grid: Grid, findings: list[Finding]) -> None:
    """Choices stand both in one cell and as columns of 0 and 1: one of them is enough if they agree."""
    parts = [column for column in frame.columns if column.startswith(f"{name}/")]
    codes = [column.partition("/")[2] for column in parts]
    split = frame[name].str.split(r"[\s;]+")
    agree = all(
        ((frame[part].isin(["1", "1.0", "yes"])) == split.map(lambda some, code=code: code in some)).all()
        for part, code in zip(parts, codes, strict=True)
    )
    findings.append(
        Finding(
            "layout",
            grid.file,
            grid.sheet,
            None,
            name,
            "choices-twice" if agree else "choices-differ",
            {"count": str(len(parts))},
        )
    )
    frame[name] = split.map(";".join)
    if agree:
        frame.drop(columns=parts, inplace=True)


def _with_members(frame: pd.DataFrame, grid: Grid, findings: list[Finding]) -> pd.DataFrame:
    members = _frame(grid)
    if "_index" not in frame or "_parent_index" not in members:
        return frame
    own = [name for name in members.columns if not name.startswith("_") and name != "row"]
    grouped = members.groupby("_parent_index", sort=False)[own].agg(";".join)
    lost = ~members["_parent_index"].isin(frame["_index"])
    findings.append(
        Finding(
            "layout",
            grid.file,
            grid.sheet,
            None,
            "_parent_index",
            "members",
            {"count": str(len(members)), "lost": str(int(lost.sum()))},
        )
    )
    return frame.merge(grouped, left_on="_index", right_index=True, how="left").fillna("")


def join_communities(
    frame: pd.DataFrame, file: str, known: Gazetteer, findings: list[Finding], roles: Mapping[str, str], system: str
) -> pd.DataFrame:
    """Return the answers with a column ``community`` (id, "" if unknown); an empty one is taken from the compound.

    Places get columns ``lon`` and ``lat`` if their system is known: ``system``, as a person confirmed it.
    """
    if not len(frame):
        return frame
    asked = next((name for name in frame.columns if roles.get(name) == "community"), None)
    lives = next((name for name in frame.columns if roles.get(name) == "compound"), None)
    sheet = next((one.sheet for one in findings if one.file == file and one.code == "answers"), "")
    ids = []
    for place in range(len(frame)):
        text = str(frame[asked].iloc[place]) if asked else ""
        own = community_id(known, text) if text else ""
        if not own and asked:
            compound = plain_name(str(frame[lives].iloc[place])) if lives else ""
            own = known.compound_community.get(compound, "")
            own = (community_id(known, own) or own) if own else ""
            if not text or is_nothing(text) or _NONE.match(text) or known.community_ids:
                code = "community-guessed" if own else "value-unknown"
                findings.append(
                    Finding(
                        "fault", file, sheet, int(frame["row"].iloc[place]), asked, code, {"found": text, "taken": own}
                    )
                )
        ids.append(own)
    frame = frame.copy()
    frame["community"] = ids
    _places(frame, file, sheet, findings, roles, system)
    return frame


def _places(
    frame: pd.DataFrame, file: str, sheet: str, findings: list[Finding], roles: Mapping[str, str], said: str
) -> None:
    """Coordinates of answers: which way round; rounded to a hundred metres they are no one's door."""
    column = next((name for name in frame.columns if roles.get(name) == "point"), None)
    if column is None:
        return
    values, _ = pairs(list(frame[column]))
    finite = np.isfinite(values).all(axis=1)
    if not finite.any():
        return
    middle = np.median(values[finite], axis=0)
    first = "lat" if middle[1] > 70 and middle[0] < 60 else "lon"
    findings.append(
        Finding("layout", file, sheet, None, column, f"answers-{first}-first", {"count": str(int(finite.sum()))})
    )
    system = system_of_text(said) if said else None
    if system is None:
        findings.append(Finding("layout", file, sheet, None, column, "answers-system-open"))
        return
    degrees = np.full((len(values), 2), np.nan)
    ordered = values[finite][:, ::-1] if first == "lat" else values[finite]
    degrees[finite] = convert(ordered, system, WGS84)
    for place, name in enumerate(("lon", "lat")):
        frame[name] = ["" if np.isnan(one) else f"{one:.5f}" for one in degrees[:, place]]
    if system != WGS84:
        findings.append(Finding("layout", file, sheet, None, column, "answers-system", {"system": said}))


def weighted(
    frame: pd.DataFrame,
    people: pd.DataFrame,
    file: str,
    findings: list[Finding],
    roles: Mapping[str, str],
) -> pd.DataFrame:
    """Return the answers with a column ``weight``: how many people of the city an answer stands for.

    The weights are raked to those who live in each community and to those of each age, both among the ages that
    answer; an answer without a known community or age has none.

    Parameters
    ----------
    people
        People by age at each home or in each community: ``community`` (id) and the city's columns of ages.
    """
    sheet = next((one.sheet for one in findings if one.file == file and one.code == "answers"), "")
    age = next((name for name in frame.columns if roles.get(name) == "age"), None)

    def without(reason: str) -> pd.DataFrame:
        findings.append(Finding("layout", file, sheet, None, "", f"answers-unweighted-{reason}"))
        return frame

    if not len(frame) or "community" not in frame or not (frame["community"] != "").any():
        return without("community")
    if age is None:
        return without("age")
    bands = sorted({band for text in frame[age] if (band := _band(str(text))) is not None})
    spoken = [list(range(first, min(last, 120) + 1)) for first, last in bands]
    if not bands or sum(map(len, spoken)) != len({year for years in spoken for year in years}):
        return without("age")  # bands that overlap share people
    ids = sorted({str(one) for one in people["community"]} - {""})
    table = people[list(PEOPLE_COLUMNS)].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    if not ids or not np.isfinite(table).any() or np.nansum(table) <= 0:
        return without("people")
    share = np.array([[_overlap(ours, band) for ours in AGE_SPANS] for band in bands])
    by_band = np.nan_to_num(table) @ share.T
    at = people["community"].map({own: place for place, own in enumerate(ids)}).fillna(-1).to_numpy(np.int64)
    of_community = np.bincount(at[at >= 0], by_band.sum(axis=1)[at >= 0], minlength=len(ids))
    number = {band: place for place, band in enumerate(bands)}
    ages = np.array([number.get(_band(str(text)) or (-1, -1), -1) for text in frame[age]], dtype=np.int64)
    homes = frame["community"].map({own: place for place, own in enumerate(ids)}).fillna(-1).to_numpy(np.int64)
    in_communities = np.asarray(of_community, dtype=np.float64)
    found = raked(np.ones(len(frame)), [homes, ages], [in_communities, by_band.sum(axis=0)])
    made = frame.copy()
    made["weight"] = ["" if one == 0 else f"{one:.4f}" for one in found.weights]
    used = found.weights[found.weights > 0]
    values = {
        "count": str(len(used)),
        "people": f"{used.sum():,.0f}",
        "effective": f"{found.effective:,.0f}",
        "least": f"{used.min(initial=np.inf):,.1f}",
        "most": f"{used.max(initial=0.0):,.1f}",
        "without": str(len(frame) - len(used)),
        "silent": str(len(found.unmet[0])),
    }
    findings.append(Finding("layout", file, sheet, None, age, "answers-weighted", values))
    return made


def _band(text: str) -> tuple[int, int] | None:
    """First and last age of an answer: 15-34岁, 80岁及以上, 35_59, 80+."""
    plain = tidy(text).casefold()
    span = re.fullmatch(r"(\d{1,3})(?:周?岁)?[-~–—至到_](\d{1,3})(?:周?岁)?", plain)
    if span:
        return int(span.group(1)), int(span.group(2))
    older = re.fullmatch(r"(\d{1,3})(?:周?岁)?(?:及?以上|\+|p|plus|_plus|andover)", plain)
    return (int(older.group(1)), 120) if older else None


def _overlap(ours: tuple[int, int], asked: tuple[int, int]) -> float:
    """Share of one of the city's ages that lies in an age of the questionnaire, years counted alike."""
    years = min(ours[1], asked[1]) - max(ours[0], asked[0]) + 1
    return max(0, years) / (ours[1] - ours[0] + 1)
