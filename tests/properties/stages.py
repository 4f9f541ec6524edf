"""Where histories begin: a ledger brought so far that the next act can be of any kind."""

from collections.abc import Mapping

from scfin_chain.units import DAY_SECONDS
from tests.contracts.world import MAX, START, price_down
from tests.properties.acts import (
    Act,
    Approve,
    Attest,
    Collect,
    Confirm,
    Fund,
    Mint,
    PayWith,
    Recharge,
    Register,
    Repay,
    Request,
    SetLimit,
    Wait,
)
from tests.properties.book import DESK, REGISTRY, SETTLEMENT

DUE = START + 30
"""Of the first two receivables."""


def fund(
    financing: int, claim: int, *, bank: str = "bank", day: int = START, due: int = DUE, **changes: object
) -> Fund:
    """An approval that its bank executes on the day on which it is made."""
    terms = {
        "who": bank,
        "financing": financing,
        "bank": bank,
        "claim": claim,
        "price": price_down(claim, 600, due - day),
        "as_of": day,
        "deadline": (day + 1) * DAY_SECONDS - 1,
    }
    return Fund(**(terms | changes))  # type: ignore[arg-type]


STAGES: Mapping[str, tuple[str, tuple[Act, ...]]] = {
    "founded": (
        "",
        (
            SetLimit("bank", "core", 2_000_000),
            SetLimit("bank", "other core", 500_000),
            Mint("central bank", "central bank", 100_000),
            Mint("central bank", "core", 5_000_000),
            Mint("central bank", "other core", 1_000_000),
            Mint("central bank", "bank", 1_500_000),
            Mint("central bank", "other bank", 300_000),
            Mint("central bank", "supplier", 50_000),
            Mint("central bank", "second", 1_970_000),
            Mint("central bank", "third", 20_000),
            Approve("core", SETTLEMENT, MAX),
            Approve("core", REGISTRY, MAX),
            Approve("core", "supplier", 1_000),
            Approve("other core", SETTLEMENT, 60_000),
            Approve("bank", DESK, MAX),
            Approve("other bank", DESK, MAX),
            Approve("supplier", REGISTRY, MAX),
            Approve("second", REGISTRY, MAX),
            Approve("supplier", "second", 10_000),
        ),
    ),
    "confirmed": (
        "founded",
        (
            Register("supplier", "core", 100_000, DUE, b"INV-1"),
            Attest("carrier", 1),
            Confirm("core", 1, 100_000, DUE),
            Register("second", "other core", 33_333, DUE, b"INV-2"),
            Attest("carrier", 2),
            Confirm("other core", 2, 33_333, DUE),
            Register("second", "supplier", 60_000, START + 20, b"INV-3"),
            Confirm("supplier", 3, 60_000, START + 20),
            Register("third", "second", 40_000, START + 25, b"INV-4"),
            Confirm("second", 4, 40_000, START + 25),
            Register("supplier", "core", 1_000_003, START + 60, b"INV-5"),
        ),
    ),
    "issued": (
        "confirmed",
        (
            Recharge("core", 1, 90_000),
            Recharge("other core", 2, 20_000),
            PayWith("supplier", 1, 3, 40_001),
            PayWith("second", 1, 4, 9_999),
        ),
    ),
    "financed": (
        "issued",
        (
            Request("supplier", 1, 30_000, START + 10),
            Request("second", 1, 20_002, START + 5),
            Request("third", 1, 5_000, START + 3),
            fund(1, 30_000),
            fund(2, 15_001, bank="other bank"),
        ),
    ),
    "collected": ("financed", (Wait(DUE), Collect("keeper", 1), Collect("keeper", 2))),
    "late": ("financed", (Wait(DUE + 20), Repay("core", 1, 40_000), Wait(DUE + 25))),
}
"""By name: the stage before, and what leads on from it."""
