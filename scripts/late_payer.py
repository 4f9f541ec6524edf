"""A buyer that pays late and in two parts: its late fee day by day, by the chain and by Python's integers.

python scripts/late_payer.py --late 50 --part 30000 --part-late 20
"""

import argparse
import sys
from datetime import date

from scfin_chain import (
    Actor,
    CreditId,
    Day,
    Money,
    ProgrammeId,
    Role,
    ScfinError,
    Settings,
    Stage,
    date_of,
    day_from_date,
    open_laboratory,
    shown,
)

FIRST_DAY = day_from_date(date(2026, 1, 5))
MATURITY = Day(FIRST_DAY + 30)
TERMS = Settings().ledger


def main() -> None:
    """Print a line a day; end with 1 where chain and integers differ."""
    parser = argparse.ArgumentParser(description="The late fee of a buyer that pays late and in two parts.")
    parser.add_argument("--face", type=int, default=50_000, help="what is owed (default: %(default)s)")
    parser.add_argument("--part", type=int, default=20_000, help="the first payment (default: %(default)s)")
    parser.add_argument("--part-late", type=int, default=12, help="days late of the first payment (%(default)s)")
    parser.add_argument("--late", type=int, default=40, help="days late of the last payment (default: %(default)s)")
    options = parser.parse_args()
    unpaid, part = 100 * options.face, 100 * options.part
    accrued, since, differences = 0, MATURITY + TERMS.fee_grace_days, 0
    with open_laboratory(start=FIRST_DAY) as laboratory:
        stage = Stage(laboratory)
        buyer, credit = sell(stage, Money(unpaid))
        print("late  day               unpaid  fee on chain  in integers  default")
        for late in range(options.late + 1):
            stage.begin_day(Day(MATURITY + late))
            stage.close_day()  # collects in vain on the maturity day; declares the default when its day has come
            fee = accrued + late_fee(unpaid, stage.day - since)
            chain = laboratory.ledger.view("Settlement", "lateFee", credit, stage.day)
            flag = "yes" if laboratory.ledger.view("Settlement", "accountOf", credit).defaulted else "no"
            print(f"{late:4}  {date_of(stage.day)}{shown(unpaid):>15}{shown(chain):>13}{shown(fee):>13}   {flag}")
            differences += fee != chain
            if late == options.part_late and part < unpaid:
                pay(stage, buyer, credit, Money(part))
                accrued, since, unpaid = fee, max(since, stage.day), unpaid - part
        pay(stage, buyer, credit, stage.owed(credit))
    print(f"The buyer paid {shown(unpaid + fee)} at the end; {differences} days on which chain and integers differ.")
    sys.exit(differences > 0)


def sell(stage: Stage, face: Money) -> tuple[Actor, CreditId]:
    """A trade of today, due in 30 days, turned into credit tokens."""
    stage.begin_day(FIRST_DAY)
    buyer, seller = stage.enrol("buyer", Role.CORE_ENTERPRISE), stage.enrol("seller", Role.SUPPLIER, tier=1)
    programme = ProgrammeId(seller.id)
    trade = stage.register(creditor=seller, debtor=buyer, number="LATE-1", face=face, due=MATURITY, programme=programme)
    stage.deliver(trade)
    stage.confirm(buyer, trade)
    return buyer, stage.recharge(buyer, trade, face)


def late_fee(unpaid: int, days: int) -> int:
    """Simple interest, actual/365, rounded up: against who pays late."""
    return -(-unpaid * TERMS.late_fee_bps * max(0, days) // (365 * 10_000))


def pay(stage: Stage, buyer: Actor, credit: CreditId, amount: Money) -> None:
    """The buyer gets the cash and pays it in."""
    stage.mint(buyer, amount)
    stage.repay(buyer, credit, amount)
    stage.pay_out()


if __name__ == "__main__":
    try:
        main()
    except ScfinError as refusal:
        sys.exit(f"late_payer: {refusal}")
