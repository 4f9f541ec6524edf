"""What a ledger's events say, round by round, of the game of paper 001: supervised or not, repaid or not.

A financing is supervised if the bank said so when it funded it. It is repaid if it was settled before its credit was
declared in default, and not repaid from that declaration on, whatever is paid later. One that has not ended is not
counted yet, and counts in the round in which it ends.

What the events do not hold is what either side gained by it beside the cash of the financing: what inquiries and
supervision cost the bank, and what the firm made of the money. So the payoffs themselves cannot be read off a ledger;
`estimate_dynamics` infers the four sums of them that drive the shares, and only as far as both sides do imitate what
pays. In a run that replays a file they do not: its firms pay as in the file, whether supervised or not, and its bank
decides by `judge_supervision`. There the counts tell what happened how often, and no estimate of payoffs follows.
"""

from collections import Counter

from sqlalchemy import select

from scfin_chain.errors import InvalidInput
from scfin_chain.models.populations.outcomes import RoundOutcomes
from scfin_chain.store.store import Store
from scfin_chain.store.tables import EventRow, table_of

EVENTS = table_of(EventRow)

NAMES = ("FinancingRequested", "FinancingFunded", "FinancingSettled", "DefaultDeclared")

LONGEST = 3_660
"""Days of a round, at most."""


def ledger_outcomes(store: Store, *, days: int) -> tuple[RoundOutcomes, ...]:
    """Read the outcomes of a run, or of a service, from its events.

    The first round begins on the day on which the first financing ended; each lasts so many days, and the last is as
    whole as the run makes it.

    Raises
    ------
    InvalidInput
        A round is not from 1 to 3,660 days long, or so short that in one of them no financing ended.
    """
    if not 1 <= days <= LONGEST:
        raise InvalidInput("days", days, f"from 1 to {LONGEST:,} days a round")
    ended = _ended(store)
    if not ended:
        return ()
    first = ended[0][0]
    rounds: list[Counter[tuple[bool, bool]]] = [Counter() for _ in range((ended[-1][0] - first) // days + 1)]
    for day, supervised, repaid in ended:
        rounds[(day - first) // days][supervised, repaid] += 1
    if not all(rounds):
        raise InvalidInput("days", days, f"longer: no financing ended in round {rounds.index(Counter()) + 1}")
    return tuple(
        RoundOutcomes(
            use_repay=counts[True, True],
            use_default=counts[True, False],
            not_repay=counts[False, True],
            not_default=counts[False, False],
        )
        for counts in rounds
    )


def _ended(store: Store) -> list[tuple[int, bool, bool]]:
    """Day, supervised, repaid of each financing that has ended, in the order of the events."""
    credit_of: dict[int, int] = {}
    supervised: dict[int, bool] = {}
    ended: list[tuple[int, bool, bool]] = []
    query = select(EVENTS.c.name, EVENTS.c.body, EVENTS.c.day).where(EVENTS.c.name.in_(NAMES))
    with store.read() as connection:
        for name, body, day in connection.execute(query.order_by(EVENTS.c.block_number, EVENTS.c.ordinal)):
            match name:
                case "FinancingRequested":
                    credit_of[body["id"]] = body["credit_id"]
                case "FinancingFunded":
                    supervised[body["id"]] = body["supervised"]
                case "FinancingSettled" if body["id"] in supervised:
                    ended.append((day, supervised.pop(body["id"]), True))
                case "DefaultDeclared":
                    failed = [financing for financing in supervised if credit_of[financing] == body["id"]]
                    ended.extend((day, supervised.pop(financing), False) for financing in failed)
    return ended
