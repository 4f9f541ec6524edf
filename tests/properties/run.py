"""A history: acts taken one after another, the book kept beside, the properties asked after each."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from scfin_chain.artifacts import Artifact
from scfin_chain.errors import ContractReverted
from tests.contracts.world import CAST, FOREVER, START, SYSTEM, Terms, World
from tests.properties.acts import Act, Wait
from tests.properties.book import DESK, SETTLEMENT, Book
from tests.properties.reading import Reader, Reading, watch
from tests.properties.records import Party, Reason
from tests.properties.stages import STAGES
from tests.properties.taken import Taken
from tests.properties.tally import Tally

TERMS = Terms(wallet_cap=2_000_000, payment_cap=900_000)
UNTIL = {"third": START + 40}
"""Who is enrolled up to a last day."""


class StageRefused(Exception):
    """A ledger on which histories cannot even begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment to come back to."""

    block: bytes
    pending: int
    book: Book
    tally: Tally
    reading: Reading
    memory: Any


class Run:
    """One ledger and the history that it is in."""

    def __init__(self, artifacts: Mapping[str, Artifact]) -> None:
        self.world = World(artifacts, TERMS, UNTIL)
        watch(self.world)
        self.reader = Reader(self.world)
        self.names = {self.world.address(who): who for who in (*CAST, DESK, SETTLEMENT)}
        self.book = _founded(self.world)
        self.tally = Tally()
        self.story: list[Taken] = []
        self.counts: Counter[tuple[type[Act], bool]] = Counter()
        self.salt = 0
        self._marks: dict[str, Mark] = {}
        self._look_at_the_time()
        self.reading = self.reader.read(self.book)
        self._marks[""] = self.mark()

    @property
    def last(self) -> Taken:
        return self.story[-1]

    def start(self, stage: str) -> None:
        """A new history from a stage; what leads to a stage is taken once."""
        if stage not in self._marks:
            before, acts = STAGES[stage]
            self.start(before)
            for act in acts:
                self.take(act)
                if self.last.error:
                    raise StageRefused(f"stage {stage!r}: {self.last}")
            self._marks[stage] = self.mark()
        self.back_to(self._marks[stage])
        self.story.clear()

    def take(self, act: Act) -> Taken:
        """Do it, on the chain and in the book."""
        refusals = frozenset(act.refusals(self.book))
        taken = self._wait(act) if isinstance(act, Wait) else self._send(act, refusals)
        self.reading = taken.after
        self.story.append(taken)
        self.counts[type(act), taken.accepted] += 1
        if taken.accepted:
            self.tally.follow(taken, self.book)
        self._look_at_the_time()
        return taken

    def told(self) -> str:
        """The history, each act as it would be written in a script."""
        return "\n".join(f"    {taken}" for taken in self.story)

    def send(self, act: Act) -> bool:
        """Do it on the chain alone; whether it was accepted."""
        try:
            with self.reader.following():
                self.world.send(act.who, *self._flat(act))
        except ContractReverted:
            return False
        return True

    def look(self) -> Reading:
        """Where the chain stands."""
        return self.reader.read(self.book)

    def refusal(self, act: Act) -> ContractReverted | None:
        """Why the contracts would refuse it; nothing is done."""
        return self.world.refusal(act.who, *self._flat(act))

    def mark(self) -> Mark:
        backend = self.world.gateway.backend
        return Mark(
            block=backend.head.hash,
            pending=backend.pending.timestamp,
            book=deepcopy(self.book),
            tally=deepcopy(self.tally),
            reading=self.reading,
            memory=self.reader.memory(),
        )

    def back_to(self, mark: Mark) -> None:
        """Any mark, in any order: every block is kept."""
        backend = self.world.gateway.backend
        backend.revert_to_snapshot(mark.block)
        backend.set_time(mark.pending)
        self.book, self.tally, self.reading = deepcopy(mark.book), deepcopy(mark.tally), mark.reading
        self.reader.recall(mark.memory)
        self._look_at_the_time()

    def _flat(self, act: Act) -> tuple[Any, ...]:
        contract, function, arguments = act.call(self.world, self.book)
        return contract, function, *arguments

    def _wait(self, act: Wait) -> Taken:
        before = self.reading
        self.world.go_to(act.day)
        act.apply(self.book)
        self.reader.new_day()
        return Taken(act=act, refusals=frozenset(), error=None, before=before, after=self.reader.read(self.book))

    def _send(self, act: Act, refusals: frozenset[Reason]) -> Taken:
        before = self.reading
        call = self._flat(act)
        try:
            with self.reader.following():
                receipt = self.world.send(act.who, *call)
        except ContractReverted as error:
            return Taken(act=act, refusals=refusals, error=error, before=before, after=before)
        act.apply(self.book)
        events = tuple(self.world.events(receipt))
        after = self.reader.read(self.book)
        return Taken(act=act, refusals=refusals, error=None, before=before, after=after, events=events)

    def _look_at_the_time(self) -> None:
        self.book.now = self.world.gateway.now()
        self.book.day = self.book.now // 86_400


Property = Callable[[Run], None]


def ask(run: Run, properties: Iterable[Property]) -> None:
    """Each property of where the run stands; one that fails tells the history."""
    for property_ in properties:
        try:
            property_(run)
        except AssertionError as failed:
            failed.add_note(f"{property_.__name__} fails after\n{run.told()}")
            raise


def _founded(world: World) -> Book:
    parties = {who: Party(roles, UNTIL.get(who, FOREVER)) for who, (roles, _) in CAST.items()}
    parties |= {system: Party(SYSTEM, FOREVER) for system in (DESK, SETTLEMENT)}
    return Book(world.terms, {who: world.id(who) for who in parties}, parties)
