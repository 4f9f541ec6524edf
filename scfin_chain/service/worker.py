"""The one that acts: reads the chain, decides, keeps the calendar, and works off the queue; again and again.

Exactly one worker acts at a time. Whatever it was doing when it died is in the database, and the next one goes on.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from threading import Event
from time import monotonic
from typing import Protocol

from scfin_chain.chain.gateway import Block, Gateway
from scfin_chain.chain.ledger import Command, Ledger, Outcome
from scfin_chain.chain.refusal import TransactionRefused
from scfin_chain.errors import ChainError, ChainStopped, ContractReverted, NodeSilent, NotMined, ScfinError, StoreError
from scfin_chain.service.decider import Decider
from scfin_chain.service.keeper import Keeper
from scfin_chain.service.queue import Order, Queue, Refusal
from scfin_chain.store.leadership import Leadership
from scfin_chain.units import Day, day_of, start_of

PAUSE_SECONDS = 0.5
"""How long a worker without work looks away; an order on this machine wakes it at once."""

LONGEST_PAUSE_SECONDS = 8.0
"""The same while the node or the database is away."""

BATCH = 20
"""Commands that are worked off before the chain is read again, and their senders hear of it."""

BATCH_SECONDS = 2.0
"""The same for commands that take long: whoever comes meanwhile has its turn after that."""

DAYS_A_TURN = 7
"""Days that the clock goes on before others have their turn."""

log = logging.getLogger(__name__)


class Stopping(Exception):
    """Somebody asked the worker to stop; what it was doing is in the database."""


class Reader(Protocol):
    """A listener, as the worker needs it: it knows the layer of the service, not its neighbours."""

    @property
    def cursor(self) -> Block: ...

    @property
    def reorgs(self) -> int: ...

    def poll(self, *, at_most: int | None = None) -> int: ...


@dataclass(slots=True)
class Pulse:
    """What the worker shows of itself to those who watch it from another thread."""

    acts: bool = False
    rounds: int = 0
    failure: str | None = None
    """Why the worker stopped for good."""
    trouble: str | None = None
    """What kept it from its last round."""


@dataclass(kw_only=True)
class Worker:
    """Brings the ledger forward; `run` in a thread of its own."""

    leadership: Leadership
    listener: Reader
    decider: Decider
    keeper: Keeper
    queue: Queue
    ledger: Ledger
    announce_to: list[Callable[[], None]] = field(default_factory=list)
    """Called after each round that did something."""
    wake: Event = field(default_factory=Event)
    stop: Event = field(default_factory=Event)
    pulse: Pulse = field(default_factory=Pulse)
    _kept: tuple[Day, bytes] | None = None
    _waited: list[int] = field(default_factory=list)
    """Commands that the chain could not take yet; first who was tried longest ago."""

    def run(self) -> None:
        """Act until stopped; what cannot be cured is noted and ends it."""
        pause = PAUSE_SECONDS
        try:
            while not self.stop.is_set():
                try:
                    busy = self._lead() and self.round()
                    self.pulse.trouble, pause = None, PAUSE_SECONDS
                except (NodeSilent, NotMined, StoreError, TransactionRefused) as trouble:
                    busy, pause = False, min(2 * pause, LONGEST_PAUSE_SECONDS)
                    self.pulse.trouble = str(trouble)
                    log.warning("worker waits seconds=%g reason=%s", pause, trouble)
                if not busy:
                    self.wake.wait(pause)
                self.wake.clear()
        except Stopping:
            log.info("worker stops amid its work")
        except ScfinError as failure:
            self.pulse.failure = str(failure)
            log.critical("worker stopped reason=%s", failure)
        except Exception as failure:
            self.pulse.failure = f"{type(failure).__name__}: {failure}"
            log.critical("worker stopped by a bug", exc_info=True)
        finally:
            self.pulse.acts = False
            self.leadership.release()

    def round(self) -> bool:
        """Read, decide, keep the calendar, work off what was ordered; gives whether anything was done."""
        self.pulse.rounds += 1
        done = self._read()
        done += self._work_off()
        done += self._decide()
        done += self._keep_calendar()
        if done:
            for announce in self.announce_to:
                announce()
        return done > 0

    def submit(self, command: Command) -> Outcome:
        """A command of the service itself, through the same queue; a refusal raises `ContractReverted`.

        While it waits, for its sender's funds say, it is the same command however often it is submitted.
        """
        order = Order(
            key=None,
            step=command.step,
            sender=command.signer.address,
            recipient=self.ledger.address(command.contract),
            data=self.ledger.deployment.abis[command.contract].encode(command.function, *command.arguments),
        )
        self._still_leading()
        ended = self.queue.work(self.queue.place_once(order))
        if isinstance(ended, Refusal):
            raise ContractReverted(ended.name, ended.arguments)
        return Outcome(receipt=ended, events=self.ledger.events(ended.logs))

    def _lead(self) -> bool:
        if not self.leadership.held() and self.leadership.acquire():
            log.info("worker leads")
        self.pulse.acts = self.leadership.held()
        return self.pulse.acts

    def _read(self) -> int:
        """Read up to the head, and open again what a reorg took from the chain."""
        return self.listener.poll() + self.queue.reopen()

    def _still_leading(self) -> None:
        """Before each write: one who lost the lead without noticing must not act, nor one who is asked to stop."""
        if self.stop.is_set():
            raise Stopping
        if not self.leadership.held():
            raise StoreError("another worker took the lead")

    def _work_off(self) -> int:
        """Some of what was ordered; how it ended is stored at once for all of them."""
        done = 0
        try:
            numbers = self._next()
            targets = self.queue.targets(numbers)
            ends = monotonic() + BATCH_SECONDS
            for number in numbers:
                if monotonic() > ends:
                    break
                self._still_leading()
                if self._work(number, targets.get(number)):
                    done += 1
                else:
                    self._waited.append(number)
        finally:
            self.queue.flush()
        return done + self._read()

    def _next(self) -> list[int]:
        """Some that nobody has tried yet, and some that had to wait: neither hold up the others."""
        waiting = self.queue.waiting()
        still = set(waiting).intersection(self._waited)
        self._waited = [number for number in self._waited if number in still]
        again, self._waited = self._waited[:BATCH], self._waited[BATCH:]
        chosen = {*again, *islice((number for number in waiting if number not in still), BATCH)}
        return [number for number in waiting if number in chosen]

    def _work(self, number: int, target: Day | None) -> bool:
        """One command, or its next step; what the chain cannot take now is left to wait, and holds up nobody."""
        try:
            if target is None:
                self.queue.bring(number)
            else:
                self.queue.flush()  # before blocks are read: each looks at what ended under its number
                if self._advance(target):
                    self.queue.finish(number, self.listener.cursor.ref)
        except (NodeSilent, ChainStopped):
            raise
        except ChainError as trouble:
            log.warning("command waits command=%d reason=%s", number, trouble)
            return False
        return True

    def _advance(self, target: Day) -> bool:
        """Let time go on day by day: `collect` is for one day alone, and a day that is jumped over never comes back.

        Gives whether it is there: after some days others have their turn first.
        """
        gateway = self.ledger.gateway
        self._settle_day()
        for _ in range(DAYS_A_TURN):
            if (today := self._today(gateway)) >= target:
                break
            waiting = self.keeper.untried(today)
            if waiting:
                raise ChainError(f"the clock stays at day {today}: {waiting} collections of that day are not tried yet")
            gateway.set_time(start_of(Day(today + 1)))
            self._settle_day()
        if self._today(gateway) < target:
            return False
        if day_of(gateway.head().timestamp) < target:
            gateway.mine()  # a day that no block has is known to this process alone
            self.listener.poll()
        return True

    def _settle_day(self) -> None:
        self._still_leading()
        self.listener.poll()
        self._decide()
        self._keep_calendar()

    def _decide(self) -> int:
        done = self.decider.send_pending(self.submit)
        while self.decider.decide_next() is not None:
            done += self.decider.send_pending(self.submit)
            self.listener.poll()
        return done

    def _keep_calendar(self) -> int:
        """Once for each day and each new head: the rows say what falls due, and they have not changed otherwise."""
        done = 0
        while (state := (self._today(self.ledger.gateway), self.listener.cursor.hash)) != self._kept:
            self._kept = state
            done += self.keeper.perform(state[0], self.submit)
            self.listener.poll()
        return done

    @staticmethod
    def _today(gateway: Gateway) -> Day:
        return day_of(gateway.now())
