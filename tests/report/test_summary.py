"""The few figures on the first page are sums over the ledger."""

from __future__ import annotations

import pytest

from doorstep.report import Results
from doorstep.report.summary import summary_of


def test_the_figures_of_the_first_page_are_sums_of_the_ledger(english: Results) -> None:
    figures, need = summary_of(english.plan), english.need
    assert figures.in_need == pytest.approx(need["in_need"].sum())
    assert figures.reached_now == pytest.approx(need["reached_facility"].sum())
    assert figures.reached_plan == pytest.approx(need["reached_any"].sum())
    assert figures.users_plan == pytest.approx(need["users_plan"].sum())
    assert need["served_now"].sum() > 0, "the sums cannot tell new people from all"
    assert figures.newly_served == pytest.approx((need["served_plan"] - need["served_now"]).sum())


def test_the_money_of_a_case_is_the_sum_of_the_accounts_of_all_hubs(english: Results) -> None:
    figures = summary_of(english.plan)
    accounts = [one for hub in english.plan.hubs for one in hub.accounts if one.case == "low"]
    assert figures.support_money["low"] == sum(one.support_money for one in accounts) > 0
    for case in ("low", "mid", "high"):
        total = figures.revenue_money[case] + figures.subsidy_money[case] - figures.running_cost_money[case]
        assert figures.result_money[case] == total
