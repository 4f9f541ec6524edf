"""Seconds until a durable chain stands again: from its dumps and the entries after them, and from its entries alone.

Run ``python -m benchmarks.restart`` from the repository's root. The chain is a ledger on which invoices are registered,
delivered, confirmed and turned into credit, and cash is made and paid: real calls of its contracts, a transaction each.
Each restart is a process of its own, so that its memory is its own too.
"""

import argparse
import multiprocessing
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from eth_utils.crypto import keccak
from sqlalchemy import delete, func, select

from scfin_chain import artifacts
from scfin_chain.chain.backends.chronicle import DUMP_EVERY
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.ledger import Command, Ledger
from scfin_chain.chain.signer import Signer, development_signer
from scfin_chain.config import LedgerSettings
from scfin_chain.deploy.founding import CASH_CAP, FOREVER, GAS_MONEY, Founders, found
from scfin_chain.node.journal import DUMPS, ENTRIES, DatabaseJournal
from scfin_chain.roles import Role
from scfin_chain.store.store import Store
from scfin_chain.store.tables import Run
from scfin_chain.units import Money, ParticipantId, Timestamp, day_of

GENESIS_TIME = Timestamp(1_704_067_200)
FACE = Money(100_000)
PROGRESS_EVERY = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how long a durable chain takes to start.")
    parser.add_argument("--transactions", type=int, default=20_000, help="(default: %(default)s)")
    parser.add_argument("--keep", type=Path, help="put the database there, and leave it")
    parser.add_argument("--compare", type=int, default=2_000, help="transactions of the comparison without a journal")
    options = parser.parse_args()
    with TemporaryDirectory() as room:
        database = options.keep or Path(room) / "ledger.sqlite"
        _compare(options.compare, Path(room))
        head = _build(database, options.transactions)
        _sizes(database)
        with_dumps, memory = _apart(database)
        _told(f"restart with dumps      {with_dumps:8.2f} s{memory:8.0f} MB at most")
        with _store(database) as store, store.begin() as connection:
            connection.execute(delete(DUMPS))
        without, memory = _apart(database)
        _told(f"restart without dumps   {without:8.2f} s{memory:8.0f} MB at most")
        _told(f"ratio                   {without / with_dumps:8.1f}")
        with _store(database) as store:
            assert _gateway(store).head().hash == head


def trade(ledger: Ledger, founders: Founders) -> Iterator[Command]:
    """Invoice after invoice: six commands each."""
    core, supplier = development_signer("core"), development_signer("supplier")
    for signer, role in ((core, Role.CORE_ENTERPRISE), (supplier, Role.SUPPLIER)):
        ledger.gateway.transact(founders.registrar, signer.address, value=GAS_MONEY)
        arguments = (signer.address, int(role), 0, FOREVER, keccak(text=repr(role)))
        ledger.submit(_command(founders.registrar, "Participants", "enrol", *arguments))
    debtor = ParticipantId(founders.regulator.id + 1)
    ledger.submit(_command(founders.bank.signer, "CreditLine", "setLimit", debtor, CASH_CAP))
    due = day_of(ledger.gateway.now()) + 90
    for receivable in range(1, sys.maxsize):
        number = str(receivable).encode().ljust(32, b"\0")
        terms = (debtor, 0, 0, number, FACE, due, keccak(number))
        yield _command(supplier, "ReceivableRegistry", "register", terms)
        yield _command(founders.carrier.signer, "ReceivableRegistry", "attest", receivable, 3, keccak(number))
        yield _command(core, "ReceivableRegistry", "confirm", receivable, FACE, due, keccak(number))
        yield _command(core, "CreditToken", "recharge", receivable, FACE)
        yield _command(founders.central_bank.signer, "CashToken", "mint", supplier.address, FACE)
        yield _command(supplier, "CashToken", "transfer", core.address, FACE)


def _command(signer: Signer, contract: str, function: str, *arguments: object) -> Command:
    return Command(step=function, signer=signer, contract=contract, function=function, arguments=arguments)


def _compare(transactions: int, room: Path) -> None:
    """Transactions a second with a journal and without; they take turns."""
    with _store(room / "compared.sqlite") as store:
        sides = {
            "with a journal": _open(_gateway(store)),
            "without": _open(EthTesterGateway(genesis_time=GENESIS_TIME)),
        }
        seconds = dict.fromkeys(sides, 0.0)
        for _ in range(transactions // 50):
            for side, (ledger, commands) in sides.items():
                started = perf_counter()
                for command in islice(commands, 50):
                    ledger.submit(command)
                seconds[side] += perf_counter() - started
        for side, spent in seconds.items():
            _told(f"{side:16}{transactions / spent:16.1f} transactions/s")


def _build(database: Path, transactions: int) -> bytes:
    """The chain, and on until just before a dump: no restart has more to do again."""
    started = perf_counter()
    with _store(database) as store:
        gateway = _gateway(store)
        ledger, commands = _open(gateway)
        for done, command in enumerate(islice(commands, transactions), start=1):
            ledger.submit(command)
            if done % PROGRESS_EVERY == 0 or done == transactions:
                _told(f"built {done:6} of {transactions} transactions, {perf_counter() - started:6.0f} s")
        journal = DatabaseJournal(store)
        while journal.last() % DUMP_EVERY:
            ledger.submit(next(commands))
        return gateway.head().hash


def _open(gateway: EthTesterGateway) -> tuple[Ledger, Iterator[Command]]:
    ledger, founders = found(gateway, artifacts.load_all(), terms=LedgerSettings(), bank_cash=Money(CASH_CAP // 2))
    return ledger, trade(ledger, founders)


def _sizes(database: Path) -> None:
    with _store(database) as store, store.read() as connection:
        for name, table in (("journal", ENTRIES), ("dumps", DUMPS)):
            rows, held = connection.execute(select(func.count(), func.sum(func.length(table.c.body)))).one()
            _told(f"{name:8}{rows:16} rows{(held or 0) / 1e6:12.1f} MB")
    _told(f"database{database.stat().st_size / 1e6:33.1f} MB")


def _apart(database: Path) -> tuple[float, float]:
    """Seconds and megabytes of a restart in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_restart, (database,))


def _restart(database: Path) -> tuple[float, float]:
    with _store(database) as store:
        started = perf_counter()
        _gateway(store)
        return perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _gateway(store: Store) -> EthTesterGateway:
    return EthTesterGateway(genesis_time=GENESIS_TIME, journal=DatabaseJournal(store))


@contextmanager
def _store(database: Path) -> Iterator[Store]:
    """The database of a service: what it commits survives a power cut."""
    run = Run(kind="service", chain_id=31_337, genesis_hash="", deployer="", inputs_hash="", settings={})
    store = Store.follow(database, run)
    try:
        yield store
    finally:
        store.close()


def _told(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
