"""Random histories: a stage to begin at, and steps that are drawn blindly and then read with the book at hand."""

from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from tests.properties.acts import (
    Act,
    Amend,
    Approve,
    Attest,
    BareTransfer,
    Burn,
    Cancel,
    Claim,
    Collect,
    Confirm,
    Crank,
    DeclareDefault,
    Dispute,
    Donate,
    Draw,
    Expire,
    ForceTransfer,
    Freeze,
    Fund,
    Mint,
    Pause,
    Pay,
    PayWith,
    Recharge,
    Refuse,
    Register,
    Repay,
    Request,
    Resolve,
    Restore,
    Resume,
    SetLimit,
    Settle,
    Suspend,
    Transfer,
    TransferFrom,
    Wait,
)
from tests.properties.book import Book
from tests.properties.invariants import AFTER_EACH_ACT, AT_THE_END
from tests.properties.run import Run, ask
from tests.properties.stages import STAGES

STEPS = 32
"""In a history; a few of them rest."""

WEIGHTS: dict[type[Act], int] = {
    Register: 8,
    Amend: 4,
    Attest: 2,
    Confirm: 4,
    Dispute: 3,
    Resolve: 6,
    SetLimit: 2,
    Recharge: 6,
    PayWith: 8,
    BareTransfer: 1,
    Pay: 2,
    Request: 9,
    Fund: 24,
    Refuse: 6,
    Cancel: 4,
    Expire: 2,
    Freeze: 3,
    Suspend: 2,
    Pause: 2,
    Wait: 9,
    Collect: 12,
    Repay: 5,
    DeclareDefault: 10,
    Crank: 5,
    Settle: 6,
    Claim: 8,
    Resume: 4,
    Restore: 5,
    Approve: 2,
    Transfer: 3,
    TransferFrom: 3,
    ForceTransfer: 5,
    Mint: 4,
    Burn: 4,
    Donate: 4,
}
"""How often each kind is drawn against the others."""

LEADING_ON: tuple[type[Act], ...] = (Fund, Request, PayWith, Recharge, Collect, Settle, Claim, DeclareDefault)
OTHERWISE: tuple[type[Act], ...] = (Crank, Repay, Confirm, Attest, Pay, Expire, Resolve, Restore, Resume, Register)
"""What is done instead of what would be refused: one of the first where it can be, else one of these."""

_KINDS = tuple(kind for kind, weight in WEIGHTS.items() for _ in range(weight))
_SIZES = (0, 0, 0, 1, 1, 2, 2, 3, 3, 4) * 2 + tuple(range(5, 10))
_TWISTS = (0,) * 25 + tuple(range(1, 11))
_BYTES = 6
"""Of which a step is made."""
_SALT = 4
"""Bytes of a salt."""


@dataclass(frozen=True, slots=True)
class Step:
    """A kind of act and how to choose one; one that yields gives way where the rules would refuse it.

    What is drawn to be refused does not yield, and of the rest one in three.
    """

    kind: type[Act]
    draw: Draw
    yields: bool = True

    def act(self, book: Book) -> Act:
        """The first that can be proposed: of its own kind, of one that leads on, or a registration."""
        chance = Random(self.draw.pick << 8 | self.draw.extra)
        others = (kind for kinds in (LEADING_ON, OTHERWISE) for kind in chance.sample(kinds, len(kinds)))
        proposed = (kind.propose(book, self.draw.of(kind)) for kind in (self.kind, *others))
        fit = (act for act in proposed if act and not (self.yields and any(act.refusals(book))))
        return next(fit, None) or Register.propose(book, self.draw.of(Register))


@dataclass(frozen=True, slots=True)
class History:
    """`salt` chooses the views that are asked at the end."""

    stage: str
    steps: tuple[Step, ...]
    salt: int


def _step(drawn: bytes) -> Step | None:
    """A first number of 0 is a rest, so that a failing history shrinks to the steps that matter."""
    high, low, pick, size, twist, extra = drawn
    kind = high << 8 | low
    if kind == 0:
        return None
    draw = Draw(pick, _SIZES[size % len(_SIZES)], _TWISTS[twist % len(_TWISTS)], extra)
    return Step(_KINDS[kind % len(_KINDS)], draw, yields=draw.ordinary and twist % 3 > 0)


def _steps(drawn: bytes) -> tuple[Step, ...]:
    steps = (_step(drawn[at : at + _BYTES]) for at in range(0, len(drawn), _BYTES))
    return tuple(step for step in steps if step)


def _history(stage: str, drawn: bytes) -> History:
    return History(stage, steps=_steps(drawn[_SALT:]), salt=int.from_bytes(drawn[:_SALT]))


def histories() -> st.SearchStrategy[History]:
    """Of `STEPS` steps each, all of one draw.

    Drawn one by one they would resemble one another, and a number among them would sometimes be one that Hypothesis
    read in whatever modules are loaded: the same seed would not give the same histories.
    """
    size = _SALT + STEPS * _BYTES
    return st.builds(_history, st.sampled_from([*STAGES]), st.binary(min_size=size, max_size=size))


def live_through(run: Run, history: History) -> None:
    """Take every step, and ask every property."""
    run.start(history.stage)
    run.salt = history.salt
    for step in history.steps:
        run.take(step.act(run.book))
        ask(run, AFTER_EACH_ACT)
    ask(run, AT_THE_END)
