"""Files of invoices made for tests, and their replay."""

import csv
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from scfin_chain.bootstrap import ChainChoice, Laboratory, open_laboratory
from scfin_chain.config import Settings
from scfin_chain.scenarios.invoices import COLUMNS, Invoice, read_invoices
from scfin_chain.scenarios.replay import Replay
from scfin_chain.scenarios.stage import Stage
from scfin_chain.store.tables import DecisionRow, table_of
from scfin_chain.units import Day

DECISIONS = table_of(DecisionRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a file; ``settled`` None is an invoice that is never paid."""

    customer: str
    number: str
    invoiced: date
    due: date
    settled: date | None
    amount: str = "60.00"
    country: str = "391"
    disputed: bool = False

    def cells(self) -> tuple[str, ...]:
        return (
            self.country,
            self.customer,
            self.number,
            _american(self.invoiced),
            _american(self.due),
            self.amount,
            "Yes" if self.disputed else "No",
            "" if self.settled is None else _american(self.settled),
        )


def write(path: Path, rows: Iterable[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(row.cells() for row in rows)
    return path


def months_of_trade(seed: int, count: int) -> list[Row]:
    """Invoices of three customers to two branches, so often that history comes to matter.

    The first customer pays early, the second late, the third stops paying after a while; some are disputed.
    """
    chance, day, rows = random.Random(seed), date(2024, 1, 3), []
    for number in range(count):
        day += timedelta(days=chance.choice((2, 5, 9, 14)))
        customer = ("prompt", "late", "failing")[number % 3]
        due = day + timedelta(days=30)
        disputed = chance.random() < 0.08
        settled: date | None = due + timedelta(days=_delay(chance, customer))
        if customer == "failing" and number > count // 2:
            settled = None
        rows.append(
            Row(
                customer=customer,
                number=f"{number:04}",
                invoiced=day,
                due=due,
                settled=settled,
                amount=f"{chance.randint(5_000, 9_000) / 100:.2f}",
                country=chance.choice(("391", "406")),
                disputed=disputed,
            )
        )
    return rows


def cut(rows: Iterable[Row], day: date) -> list[Row]:
    """The file as it would have been on the evening of that day."""
    known = [row for row in rows if row.invoiced <= day]
    return [row if row.settled is None or row.settled <= day else replace(row, settled=None) for row in known]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A replay that has ended, its ledger still open."""

    laboratory: Laboratory
    stage: Stage
    replay: Replay
    invoices: tuple[Invoice, ...]

    @property
    def digest(self) -> str:
        return self.stage.journal.digest

    def decisions(self) -> list[dict[str, Any]]:
        """Every decision wholly, in the order of the requests."""
        with self.laboratory.store.read() as connection:
            rows = connection.execute(select(DECISIONS).order_by(DECISIONS.c.financing)).mappings()
            return [dict(row) for row in rows]


@contextmanager
def replayed(
    path: Path,
    *,
    settings: Settings | None = None,
    seed: int = 7,
    chain: ChainChoice | None = None,
    database: Path | None = None,
) -> Iterator[Run]:
    """Replay a file to its end."""
    chosen = settings or Settings()
    invoices = read_invoices(path, amount_unit=chosen.scenario.amount_unit)
    start = Day(min(invoice.invoiced for invoice in invoices))
    with open_laboratory(start=start, settings=chosen, chain=chain, database=database) as laboratory:
        stage = Stage(laboratory)
        replay = Replay(stage, invoices, seed)
        replay.run()
        yield Run(laboratory=laboratory, stage=stage, replay=replay, invoices=invoices)


def _delay(chance: random.Random, customer: str) -> int:
    """Days after the due day on which a customer pays."""
    return {
        "prompt": chance.choice((-20, -12, -3, 0)),
        "late": chance.choice((0, 3, 8, 20)),
        "failing": chance.choice((-5, 0, 2)),
    }[customer]


def _american(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"
