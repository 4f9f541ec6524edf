"""A supply chain finance ledger laboratory: Solidity contracts, and the models that price and supervise what they hold.

The names below are the researcher's interface. They load on first use, so that ``import scfin_chain`` costs nothing.
The models have an interface of their own, `scfin_chain.models`.

Examples
--------
>>> from datetime import date
>>> from scfin_chain import Money, Role, Stage, day_from_date, open_laboratory
>>> today = day_from_date(date(2026, 1, 5))
>>> with open_laboratory(start=today) as laboratory:
...     stage = Stage(laboratory)
...     stage.begin_day(today)
...     buyer = stage.enrol("Aurora Motors", Role.CORE_ENTERPRISE)
...     stage.mint(buyer, Money(10_000))
...     int(laboratory.ledger.view("CashToken", "balanceOf", buyer.signer.address))
10000
"""

from typing import TYPE_CHECKING

from scfin_chain.lazy import loader

if TYPE_CHECKING:
    from scfin_chain.bootstrap import ChainChoice, Laboratory, open_laboratory, open_listener
    from scfin_chain.config import Settings, load_settings
    from scfin_chain.errors import ContractReverted, InvalidInput, ScfinError
    from scfin_chain.roles import Role
    from scfin_chain.scenarios.conservation import Conservation, check_conservation
    from scfin_chain.scenarios.invoices import Invoice, read_invoices
    from scfin_chain.scenarios.replay import Replay
    from scfin_chain.scenarios.results import Results, results_of
    from scfin_chain.scenarios.stage import Actor, Stage
    from scfin_chain.service.explanation import explain
    from scfin_chain.store.store import Store
    from scfin_chain.units import CreditId, Day, FinancingId, Money, ProgrammeId, date_of, day_from_date, shown

__all__ = [
    "Actor",
    "ChainChoice",
    "Conservation",
    "ContractReverted",
    "CreditId",
    "Day",
    "FinancingId",
    "InvalidInput",
    "Invoice",
    "Laboratory",
    "Money",
    "ProgrammeId",
    "Replay",
    "Results",
    "Role",
    "ScfinError",
    "Settings",
    "Stage",
    "Store",
    "check_conservation",
    "date_of",
    "day_from_date",
    "explain",
    "load_settings",
    "open_laboratory",
    "open_listener",
    "read_invoices",
    "results_of",
    "shown",
]

_HOMES = {
    "bootstrap": ("ChainChoice", "Laboratory", "open_laboratory", "open_listener"),
    "config": ("Settings", "load_settings"),
    "errors": ("ContractReverted", "InvalidInput", "ScfinError"),
    "roles": ("Role",),
    "scenarios.conservation": ("Conservation", "check_conservation"),
    "scenarios.invoices": ("Invoice", "read_invoices"),
    "scenarios.replay": ("Replay",),
    "scenarios.results": ("Results", "results_of"),
    "scenarios.stage": ("Actor", "Stage"),
    "service.explanation": ("explain",),
    "store.store": ("Store",),
    "units": ("CreditId", "Day", "FinancingId", "Money", "ProgrammeId", "date_of", "day_from_date", "shown"),
}
"""Where each name lives: the imports above, at run time."""

if not TYPE_CHECKING:  # a type checker sees the imports, and would take any name from a function
    __getattr__ = loader(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
