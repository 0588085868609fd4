"""The accounts of a hub that runs: use, income, cost, subsidy, break-even."""

from doorstep.operate.accounts import HubUse, ServiceUse, break_even_share, capital_yearly, hub_accounts

__all__ = ["HubUse", "ServiceUse", "break_even_share", "capital_yearly", "hub_accounts"]
