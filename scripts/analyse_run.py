"""The figures of a run that docs/RESULTS.md gives, from its database alone.

scfin run --invoices invoices.csv --database run.sqlite
python scripts/analyse_run.py run.sqlite
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from scfin_chain import Day, ScfinError, Settings, Store, date_of
from scfin_chain.store.tables import DecisionRow, EventRow, table_of

DECISIONS, EVENTS = table_of(DecisionRow), table_of(EventRow)
LATE_DAYS = (0, 14)
"""Late at all, and late by more than two weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A decided financing, with what became of its invoice."""

    row: dict[str, Any]
    decision: dict[str, Any]
    late_days: int

    @property
    def approved(self) -> bool:
        """Whether cash was advanced."""
        return self.row["price"] is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Invoices by receivable, the disputed among them, and the requests."""

    settings: Settings
    invoices: dict[int, dict[str, Any]]
    disputed: frozenset[int]
    requests: tuple[Request, ...]
    paid_to_bank: dict[int, int]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Figures of a run, from its database.")
    parser.add_argument("database", type=Path, help="written by scfin run --database")
    run = read(parser.parse_args().database)
    for part in (shares, quarters, rates, lateness, discrimination, bank_year):
        for line in part(run):
            print(line)


def read(database: Path) -> Run:
    """Everything that the figures need."""
    store = Store.existing(database)
    with store.read() as connection:
        told = connection.execute(select(EVENTS.c.body).where(EVENTS.c.name == "ReceivableDisputed")).scalars()
        disputed = frozenset(body["id"] for body in told)
        columns = (DECISIONS.c.financing, DECISIONS.c.reason, DECISIONS.c.inputs, DECISIONS.c.outputs)
        decisions = {row["financing"]: dict(row) for row in connection.execute(select(*columns)).mappings()}
    invoices = {row["id"]: dict(row) for row in store.derived("receivable") if row["programme"]}
    last = max(row["paid_day"] or row["due_day"] for row in invoices.values())
    late = {i: max(0, (row["paid_day"] or last) - row["due_day"]) for i, row in invoices.items()}
    rows = [dict(row) for row in store.derived("financing") if row["id"] in decisions]
    funders = {row["id"]: row["bank"] for row in rows}
    paid: Counter[int] = Counter()
    for row in store.derived("payout"):
        if row["financing"] and row["payee"] == funders[row["financing"]]:
            paid[row["financing"]] += row["amount"]
    kept = store.run
    store.close()
    return Run(
        settings=Settings.model_validate(kept.settings if kept else {}),
        invoices=invoices,
        disputed=disputed,
        requests=tuple(
            Request(row=row, decision=decisions[row["id"]], late_days=late[row["receivable"]]) for row in rows
        ),
        paid_to_bank=paid,
    )


def shares(run: Run) -> Iterator[str]:
    """An invoice counts once: each of its requests is a part of it."""
    weights = _weights(run.requests)
    count, undisputed = len(run.invoices), len(run.invoices) - len(run.disputed)
    financed = sum(weights[request.row["id"]] for request in run.requests if request.approved)
    yield f"invoices {count:,}, disputed {len(run.disputed):,}; requests {len(run.requests):,}"
    yield f"financed {financed / count:.1%} of all, {financed / undisputed:.1%} of the undisputed"
    reasons: defaultdict[str, float] = defaultdict(float)
    for request in run.requests:
        if not request.approved:
            reasons[request.decision["reason"]] += weights[request.row["id"]]
    for reason, weight in sorted(reasons.items(), key=lambda item: -item[1]):
        yield f"refused for the {reason} {weight / count:.1%} of all"
    yield f"disputed {len(run.disputed) / count:.1%} of all; never credit {_uncredited(run) / count:.1%}"


def quarters(run: Run) -> Iterator[str]:
    """By the calendar."""
    weights = _weights(run.requests)
    traded = Counter(_quarter(row["registered_day"]) for row in run.invoices.values())
    financed: defaultdict[str, float] = defaultdict(float)
    for request in run.requests:
        if request.approved:
            financed[_quarter(request.row["requested_day"])] += weights[request.row["id"]]
    for name, count in sorted(traded.items()):
        yield f"{name}: financed {financed[name] / count:.1%} of {count:,} invoices"


def rates(run: Run) -> Iterator[str]:
    """Per cent a year; the mean is weighted by advance."""
    funded = [r.row for r in run.requests if r.approved]
    quoted = np.array([row["rate_bps"] for row in funded]) / 100
    mean = np.average(quoted, weights=[row["price"] for row in funded])
    yield f"rate {quoted.min():.2f} to {quoted.max():.2f} %, mean {quoted.mean():.2f} %, by advance {mean:.2f} %"


def lateness(run: Run) -> Iterator[str]:
    """How late the invoices of the approved and of the refused were paid."""
    groups: tuple[tuple[str, Callable[[Request], bool]], ...] = (
        ("financed", lambda request: request.approved),
        ("refused", lambda request: not request.approved),
    )
    for name, belongs in groups:
        days = np.array([request.late_days for request in run.requests if belongs(request)])
        yield f"{name}: " + ", ".join(f"{np.mean(days > limit):.1%} more than {limit} days late" for limit in LATE_DAYS)


def discrimination(run: Run) -> Iterator[str]:
    """Area under the curve: how often the better value belongs to the one that is not late."""
    for limit in LATE_DAYS:
        late = np.array([request.late_days > limit for request in run.requests])
        score = np.array([request.decision["outputs"]["score"] for request in run.requests])
        priced = np.array([request.decision["outputs"]["line_limit"] is not None for request in run.requests])
        room = np.array([_room(request.decision) for request in run.requests])
        yield (
            f"more than {limit} days late: AUC of the score {_auc(score[~late], score[late]):.2f}, "
            f"of L*/exposure {_auc(room[priced & ~late], room[priced & late]):.2f}"
        )


def bank_year(run: Run) -> Iterator[str]:
    """Yearly returns on what was out: for the days really out, and as if all had been repaid on the day due."""
    settled = [request for request in run.requests if request.row["state"] == "settled"]
    keep = 1 - run.settings.pricing.tax_rate
    for name, end in (("really out", "closed_day"), ("until due", "maturity_day")):
        days = np.array([max(1, r.row[end] - r.row["decided_day"]) for r in settled])
        weights = np.array([r.row["price"] for r in settled]) * days
        gains = np.array([run.paid_to_bank[r.row["id"]] - r.row["price"] for r in settled])
        prices = [r.decision["outputs"]["price"] for r in settled]
        earning, cost, subsidy, rate = (
            np.average([price[field] for price in prices], weights=weights)
            for field in ("earning", "cost", "subsidy", "rate")
        )
        realised, other = gains.sum() * 365 / weights.sum(), earning - rate * keep - subsidy
        in_cash = realised * keep + other - cost
        yield (
            f"bank's year, days {name}: interest {realised:.2%}; return from interest alone "
            f"{realised * keep - cost:.2%}, in cash {in_cash:.2%}, with the option's share {in_cash + subsidy:.2%}; "
            f"required {earning - cost:.2%}"
        )


def _weights(requests: Iterable[Request]) -> dict[int, float]:
    """Each request's share of its invoice, by face."""
    faces: Counter[int] = Counter()
    for request in requests:
        faces[request.row["receivable"]] += request.row["face"]
    return {request.row["id"]: request.row["face"] / faces[request.row["receivable"]] for request in requests}


def _quarter(day: int) -> str:
    date = date_of(Day(day))
    return f"{date.year}-Q{(date.month + 2) // 3}"


def _uncredited(run: Run) -> int:
    return len(run.invoices.keys() - run.disputed - {request.row["receivable"] for request in run.requests})


def _room(decision: dict[str, Any]) -> float:
    """L* over what would be out with this advance."""
    exposure = decision["inputs"]["advanced"] + decision["outputs"]["advance"]
    return float((decision["outputs"]["line_limit"] or 0) / max(1, exposure))


def _auc(good: np.ndarray[Any, Any], bad: np.ndarray[Any, Any]) -> float:
    """Share of pairs in which the good one is higher; a tie is half a pair."""
    if not len(good) or not len(bad):
        return float("nan")
    values = np.concatenate([good, bad])
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    wins = ranks[: len(good)].sum() - len(good) * (len(good) + 1) / 2
    return float(wins / (len(good) * len(bad)))


if __name__ == "__main__":
    try:
        main()
    except ScfinError as refusal:
        sys.exit(f"analyse_run: {refusal}")
