"""One buyer's promise, handed down three tiers of suppliers: who gets how much cash, when, and from whom.

python scripts/split_three_tiers.py --face 250000 --days 90 --passed-on 50
python scripts/split_three_tiers.py --wait      # nobody asks the bank
"""

import argparse
import sys
from datetime import date
from itertools import pairwise

from scfin_chain import (
    Actor,
    CreditId,
    Day,
    Money,
    ProgrammeId,
    Role,
    ScfinError,
    Stage,
    date_of,
    day_from_date,
    open_laboratory,
    shown,
)
from scfin_chain.scenarios.stage import Document

FIRST_DAY = day_from_date(date(2026, 1, 5))


def main() -> None:
    """Play the story and print one line a payment."""
    parser = argparse.ArgumentParser(description="Who gets how much cash, when, and from whom.")
    parser.add_argument("--face", type=int, default=120_000, help="what the buyer owes tier 1 (default: %(default)s)")
    parser.add_argument("--days", type=int, default=60, help="until it is due (default: %(default)s)")
    parser.add_argument("--passed-on", type=int, default=40, help="per cent that a tier hands down (%(default)s)")
    parser.add_argument("--wait", action="store_true", help="wait for the maturity day instead of asking the bank")
    options = parser.parse_args()
    face = Money(100 * options.face)
    with open_laboratory(start=FIRST_DAY) as laboratory:
        stage = Stage(laboratory)
        stage.begin_day(FIRST_DAY)
        buyer = stage.enrol("buyer", Role.CORE_ENTERPRISE)
        tiers = [stage.enrol(f"tier {tier}", Role.SUPPLIER, tier=tier) for tier in (1, 2, 3)]
        earlier = sell(stage, buyer, tiers[0], "EARLIER-1", face, Day(FIRST_DAY + 30))
        pay(stage, buyer, earlier, face, Day(FIRST_DAY + 20))  # a prompt payment opens the bank's line
        due = Day(stage.day + options.days)
        credit = sell(stage, buyer, tiers[0], "SPLIT-1", face, due)
        kept = hand_down(stage, credit, tiers, face, due, options.passed_on)
        if not options.wait:
            for holder, amount in zip(tiers, kept, strict=True):
                stage.request(holder, credit, amount)
            stage.decide()
        pay(stage, buyer, credit, face, due)
        print_payments(stage, {actor.id: actor.name for actor in (*tiers, stage.bank)}, credit)


def sell(stage: Stage, buyer: Actor, seller: Actor, number: str, face: Money, due: Day) -> CreditId:
    """A delivered, confirmed trade, all of it turned into credit tokens of the seller."""
    programme = ProgrammeId(seller.id)
    receivable = stage.register(creditor=seller, debtor=buyer, number=number, face=face, due=due, programme=programme)
    stage.deliver(receivable)
    stage.confirm(buyer, receivable)
    return stage.recharge(buyer, receivable, face)


def hand_down(stage: Stage, credit: CreditId, tiers: list[Actor], face: Money, due: Day, share: int) -> list[Money]:
    """Each tier pays the next against a trade of their own; gives what each keeps."""
    held = [face]
    for payer, payee in pairwise(tiers):
        part = Money(held[-1] * share // 100)
        order = Document.ORDER
        trade = stage.register(creditor=payee, debtor=payer, number="SPLIT-1", face=part, due=due, document=order)
        stage.confirm(payer, trade)
        stage.pay_with(payer, credit, trade, part)
        held.append(part)
    return [Money(mine - passed) for mine, passed in zip(held, [*held[1:], 0], strict=True)]


def pay(stage: Stage, buyer: Actor, credit: CreditId, amount: Money, day: Day) -> None:
    """The buyer has the cash on that day: the contract collects on the maturity day; before it, the buyer repays."""
    stage.begin_day(day)
    stage.mint(buyer, amount)
    stage.close_day()
    if stage.owed(credit):
        stage.repay(buyer, credit, amount)
        stage.pay_out()
    stage.laboratory.listener.poll()


def print_payments(stage: Stage, names: dict[int, str], credit: CreditId) -> None:
    """What the listener wrote down of the credit, in order of time."""
    store = stage.laboratory.store
    lines = [
        (row["decided_day"], names[row["holder"]], row["price"], f"the bank, at {row['rate_bps'] / 100:.2f} %")
        for row in store.derived("financing")
        if row["price"] is not None
    ]
    lines += [
        (row["day"], names[row["payee"]], row["amount"], "the buyer")
        for row in store.derived("payout")
        if row["credit"] == str(credit)
    ]
    for day, name, amount, source in lines:
        print(f"{date_of(Day(day))}  {name:6}  {shown(amount):>14}  from {source}")


if __name__ == "__main__":
    try:
        main()
    except ScfinError as refusal:
        sys.exit(f"split_three_tiers: {refusal}")
