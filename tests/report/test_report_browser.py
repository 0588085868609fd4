"""The report in a real browser: what it shows is what the plan says, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from doorstep.messages import text
from doorstep.report import Results

pytestmark = pytest.mark.browser

_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
_FLAGS += ("--disable-background-networking", "--disable-component-update", "--window-size=1280,900")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("needs chromium and chromedriver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    window = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield window
    window.quit()


def _open(browser: Any, folder: Path, name: str = "report.html") -> None:
    browser.get((folder / name).as_uri())
    browser.set_script_timeout(20)
    browser.execute_async_script(
        "const done = arguments[0]; document.fonts.ready.then(() => requestAnimationFrame(() => setTimeout(done, 100)))"
    )


def _view(browser: Any) -> list[float]:
    browser.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => setTimeout(done, 60))")
    return [
        float(part) for part in browser.execute_script("return document.querySelector('canvas').dataset.view").split()
    ]


def test_the_hubs_drawn_are_those_of_hubs_csv(browser: Any, english_folder: Path) -> None:
    _open(browser, english_folder)
    listed = set(pd.read_csv(english_folder / "hubs.csv", dtype=str)["space"])
    assert int(browser.execute_script("return document.querySelector('canvas').dataset.hubsDrawn")) == len(listed)
    shown = browser.execute_script(
        "return JSON.parse(document.getElementById('data').textContent).hubs.map(hub => hub.id)"
    )
    assert set(shown) == listed
    assert len(browser.find_elements("css selector", "svg.overview circle.hub")) == len(listed)


def test_sums_on_the_page_are_those_of_the_ledger(browser: Any, english_folder: Path, english: Results) -> None:
    _open(browser, english_folder)
    told = {
        one.get_attribute("data-total"): float(one.get_attribute("data-value"))
        for one in browser.find_elements("css selector", "[data-total]")
    }
    need, plan = english.need, english.plan
    assert told["newly_served"] == pytest.approx((need["served_plan"] - need["served_now"]).sum())
    for name, column in (("in_need", "in_need"), ("reached_plan", "reached_any"), ("users_plan", "users_plan")):
        assert told[name] == pytest.approx(need[column].sum())
    assert told["capital_money"] == told["hub_capital_money"] == sum(hub.capital_money for hub in plan.hubs)
    for case in ("low", "mid", "high"):
        accounts = [one for hub in plan.hubs for one in hub.accounts if one.case == case]
        assert told[f"support_{case}"] == sum(one.support_money for one in accounts)
        assert told[f"result_{case}"] == sum(one.result_money for one in accounts)
    planned = english.served[english.served["situation"] == "plan"]
    at_hubs = planned[planned["place"].isin([hub.space for hub in plan.hubs])]
    assert told["hub_people"] == pytest.approx(at_hubs["people"].sum())
    rows = browser.find_elements("css selector", "#services tbody tr")
    for row in rows:
        cell = row.find_element("css selector", "[data-column=served_plan]")
        of_service = need[need["service"] == row.get_attribute("data-service")]
        assert float(cell.get_attribute("data-value")) == pytest.approx(of_service["served_plan"].sum())


def test_button_wheel_keys_and_drag_move_the_view(browser: Any, english_folder: Path) -> None:
    from selenium.webdriver import ActionChains, Keys
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

    _open(browser, english_folder)
    canvas = browser.find_element("css selector", "canvas")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
    start = _view(browser)
    browser.find_element("css selector", ".zoom-in").click()
    nearer = _view(browser)
    assert nearer[2] > start[2]
    ActionChains(browser).scroll_from_origin(ScrollOrigin.from_element(canvas), 0, 300).perform()
    wheeled = _view(browser)
    assert wheeled[2] < nearer[2]
    browser.execute_script("arguments[0].focus()", canvas)
    ActionChains(browser).send_keys(Keys.ARROW_RIGHT).perform()
    assert _view(browser)[0] > wheeled[0]
    before = _view(browser)
    ActionChains(browser).drag_and_drop_by_offset(canvas, 60, 0).perform()
    assert _view(browser)[0] < before[0]
    ActionChains(browser).send_keys("0").perform()
    assert _view(browser) == start


def test_a_picked_hub_shows_its_card(browser: Any, english_folder: Path, english: Results) -> None:
    from selenium.webdriver.support.ui import Select

    _open(browser, english_folder)
    Select(browser.find_element("css selector", "select[name=hub]")).select_by_value("0")
    card = browser.find_element("css selector", ".card")
    hub = english.plan.hubs[0]
    assert hub.place in card.text, "a name with angle brackets is shown as it is"
    assert hub.space in card.text
    for one in hub.services:
        assert text("en", f"services.{one.service}") in card.text
    browser.find_element("css selector", ".card .close").click()
    assert not card.is_displayed()


def test_service_and_time_change_what_homes_show(browser: Any, english_folder: Path) -> None:
    _open(browser, english_folder)
    picture = "return document.querySelector('canvas').toDataURL()"
    after = browser.execute_script(picture)
    browser.execute_script("document.querySelector('[name=when][value=now]').click()")
    _view(browser)
    before = browser.execute_script(picture)
    assert before != after


@pytest.mark.parametrize("language", ["english", "chinese"])
def test_nothing_is_fetched_no_error_no_box(browser: Any, language: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(f"{language}_folder")
    _open(browser, folder)
    assert [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []
    fetched = browser.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
    assert [name for name in fetched if not name.startswith("data:")] == []
    boxes = browser.execute_script(
        """
        const family = "'Doorstep Sans','Doorstep CJK'";
        const letters = [...new Set(document.body.innerText + document.getElementById('data').textContent)];
        const pen = document.createElement('canvas').getContext('2d');
        pen.canvas.width = pen.canvas.height = 40;
        const drawn = (letter, fonts) => {
          pen.clearRect(0, 0, 40, 40); pen.font = '28px ' + fonts; pen.fillText(letter, 4, 30);
          return pen.canvas.toDataURL();
        };
        // With the bundled fonts alone a missing letter would come from the fallback: the two fallbacks then differ.
        const differs = letter => drawn(letter, family + ',serif') !== drawn(letter, family + ',monospace');
        return letters.filter(letter => letter.trim() && differs(letter));
        """
    )
    assert boxes == []
    assert browser.execute_script("return document.documentElement.lang") == (
        "zh-CN" if language == "chinese" else "en"
    )


def test_a_phone_scrolls_down_only(browser: Any, chinese_folder: Path) -> None:
    _open(browser, chinese_folder)
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
