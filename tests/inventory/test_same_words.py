"""The import writes no channel that the inventory calls closed: both read one vocabulary."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from doorstep.city.rooms import kind_word, suggested_channel
from doorstep.inventory import channels_of, classes_of

PAGE = tomllib.loads(files("doorstep.city").joinpath("rooms.toml").read_text(encoding="utf-8"))
WORDS = [
    (owner, kind)
    for owners in PAGE["owner"].values()
    for kinds in PAGE["kind"].values()
    for owner in owners
    for kind in kinds
    if not owner.startswith("/")
]


def test_no_channel_is_suggested_that_is_not_open() -> None:
    for owner, kind in WORDS:
        channel = suggested_channel(owner, kind)
        if channel:
            open_of = {one.channel: one.eligible for one in channels_of({"owner": owner, "kind": kind})}
            assert open_of[channel] != "no", (owner, kind)


@pytest.mark.parametrize(
    ("name", "owner", "kind", "channel"),
    [
        ("前进小区原锅炉房", "前进小区全体业主", "estate_room", "supplement"),
        ("钢厂宿舍单身食堂", "江汉钢铁厂", "other_building", "convert"),
        ("友谊花园会所", "友谊物业公司", "estate_room", "supplement"),
        ("滨湖苑地下室", "区机关事务管理局", "below", "transfer"),
        ("江景华庭配建用房", "江景房地产开发有限公司", "unbuilt", "newbuild"),
        ("临街商铺", "业主", "shop", "convert"),
        ("自行车棚", "某某有限公司", "estate_room", ""),
        ("单车棚", "村民委员会", "estate_room", "supplement"),
        ("Old workshop hall", "Newport City Council", "other_building", "transfer"),
    ],
)
def test_rooms_of_a_newcomers_list(name: str, owner: str, kind: str, channel: str) -> None:
    word = kind_word(name)
    assert word
    assert classes_of({"kind": word}).kind == kind
    assert suggested_channel(owner, word) == channel
