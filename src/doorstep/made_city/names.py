"""Names for a made city: two characters each, drawn without repeating: no two communities are called the same."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

__all__ = ["Names"]

FIRST = "青云竹桂松梅兰枫桐荷莲杏棠榆槐桃鹤鹭燕清明永安福康和泰景映望听揽临沁晓朝晚银翠石金玉白丹碧紫朱"
SECOND = "溪泉塘湖河港湾浦岭坡台亭苑园林峰谷川洲渡桥坊井巷舍庄营口滩畔月晖霞澜涛风雨声荫香坛堰垛汀渚"
MORE = ("", "东", "西", "南", "北", "中", "上", "下", "一", "二", "三", "四", "五", "六")
SUFFIX: Mapping[str, str] = {
    "district": "区",
    "subdistrict": "街道",
    "community": "社区",
    "road": "路",
    "avenue": "大道",
    "street": "街",
    "lane": "巷",
}


class Names:
    """Words by subject; the same seed gives the same ones.

    Parameters
    ----------
    seed
        Of the city. Each subject has an order of its own.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._words = np.array([one + two for one in FIRST for two in SECOND])

    def take(self, subject: str, number: npt.ArrayLike, suffix: str | None = None) -> npt.NDArray[np.object_]:
        """Return the names with these numbers; the first 30,000 or so of a subject differ.

        Examples
        --------
        >>> names = Names(1)
        >>> len(set(names.take("community", range(3000)).tolist()))
        3000
        """
        at = np.asarray(number, dtype=np.int64)
        rng = np.random.default_rng([self._seed, 7, *subject.encode()])
        words = self._words[rng.permutation(len(self._words))].astype(object)
        more = np.array(MORE, dtype=object)[(at // len(words)) % len(MORE)]
        ending = SUFFIX.get(subject, "") if suffix is None else suffix
        return np.asarray(words[at % len(words)] + more + ending, dtype=object)
