"""Scenarios: a file of invoices, or the demo, replayed on a chain of its own in a process of its own."""

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from io import StringIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, Field, JsonValue, StringConstraints, ValidationError, model_validator
from sqlalchemy import Connection, RowMapping, func, insert, select, update

from api.callers import Caller, TheCaller
from api.paging import DEFAULT_LIMIT, After, Limit, page_of
from api.problems import Problem
from api.scenario_runs import OPEN, SCENARIOS, ScenarioRuns, forget_oldest
from api.schemas import Number, Page, Strict
from api.wiring import TheService, Wiring, wiring_of
from api.writes import TheWrite
from scfin_chain.config import Settings, refusal_of
from scfin_chain.errors import InvalidInput
from scfin_chain.service.rules import Rules
from scfin_chain.service.service import Service

OPEN_A_CALLER = 8
"""Scenarios that one participant has queued or running."""

Cell = Annotated[str, StringConstraints(pattern=r"^[^\r\n\x00]*$", max_length=200)]


class InvoiceRow(Strict):
    """An invoice, as the columns of the file: dates are month/day/year, no SettledDate is unpaid."""

    country: Cell = Field(alias="countryCode")
    customer: Cell = Field(alias="customerID")
    number: Cell = Field(alias="invoiceNumber")
    invoiced: Cell = Field(alias="InvoiceDate")
    due: Cell = Field(alias="DueDate")
    amount: Cell = Field(alias="InvoiceAmount", description="With at most two decimals.")
    disputed: Cell = Field(alias="Disputed", description="Yes or No.")
    settled: Cell = Field(alias="SettledDate", default="")


class NewDemo(Strict):
    """The told story."""

    kind: Literal["demo"]


class NewInvoices(Strict):
    """A file of invoices, as CSV or as rows: in a refusal line 1 is the header, and the first row is line 2."""

    kind: Literal["invoices"]
    csv: Annotated[str | None, StringConstraints(pattern=r"^[^\x00]*$")] = None
    rows: Annotated[list[InvoiceRow] | None, Field(min_length=1)] = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    limit: Annotated[int | None, Field(ge=1, le=2**31)] = None
    settings: Annotated[
        dict[str, JsonValue],
        Field(description="Tables of settings that differ from the defaults, as in the TOML file."),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_source(self) -> "NewInvoices":
        if (self.csv is None) == (self.rows is None):
            raise ValueError("give csv or rows")
        return self


NewScenario = Annotated[NewDemo | NewInvoices, Field(discriminator="kind")]


class Scenario(BaseModel):
    """A scenario as it stands."""

    id: int
    participant: Annotated[int | None, Field(description="Who started it; null: the registrar.")]
    kind: Literal["demo", "invoices"]
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: Annotated[int, Field(description="Pieces of work that are done.")]
    total: Annotated[int | None, Field(description="Of so many, where that is known.")]
    seed: int | None
    limit: int | None
    settings: dict[str, JsonValue]
    error: Annotated[str | None, Field(description="Why it failed.")]


class Result(BaseModel):
    """What came of it: of invoices what `scfin run --json` writes, of the demo what `scfin demo --json` does."""

    id: int
    kind: Literal["demo", "invoices"]
    result: dict[str, JsonValue]


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    """Children live as long as the application serves."""
    wiring: Wiring = app.state.wiring
    serving = wiring.serving
    runs = ScenarioRuns(
        wiring.service.store,
        serving.data.resolve(),
        alone=serving.rpc_url is None,
        seconds=serving.scenario_seconds,
    )
    app.state.scenario_runs = runs
    watch = asyncio.create_task(runs.watch())
    yield
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch


router = APIRouter(prefix="/scenarios", tags=["scenarios"], lifespan=_running)


@router.post("", status_code=201)
async def start_scenario(body: NewScenario, request: Request, write: TheWrite) -> Scenario:
    """Start a scenario. Bad input is refused at once, every bad row by its line.

    Participants take turns, each with one run at a time. Of each so many are kept, `scenarios_kept`: to start one more
    deletes the oldest that has ended, with its result.
    """
    runs, caller, kept = _runs(request), write.caller, wiring_of(request).serving.scenarios_kept
    spec = _spec(body)
    if body.kind == "invoices":
        await runs.check(caller.participant, {"kind": body.kind} | spec)

    def act(connection: Connection) -> tuple[int, dict[str, Any]]:
        mine = SCENARIOS.c.participant.is_not_distinct_from(caller.participant)
        query = select(func.count()).select_from(SCENARIOS).where(mine, SCENARIOS.c.state.in_(OPEN))
        if connection.execute(query).scalar_one() >= OPEN_A_CALLER:
            raise Problem(429, "too-many-scenarios", f"{OPEN_A_CALLER} of yours are queued or running")
        values = {"participant": caller.participant, "kind": body.kind, "spec": spec, "state": "queued", "done": 0}
        row = connection.execute(insert(SCENARIOS).values(values).returning(*SCENARIOS.columns)).mappings().one()
        forget_oldest(connection, caller.participant, kept=kept)
        return 201, _shape(row).model_dump(mode="json")

    _, answer = await write.once(act)
    runs.wake()
    return Scenario(**answer)


@router.get("")
def list_scenarios(
    service: TheService, caller: TheCaller, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Page[Scenario]:
    """The caller's scenarios; the registrar and the regulator see all."""
    query = select(*_SHOWN)
    if not caller.sees_all:
        query = query.where(SCENARIOS.c.participant == caller.participant)
    return page_of(service.store, query, [SCENARIOS.c.id], _shape, limit=limit, after=after)


@router.get("/{number}")
def get_scenario(number: Number, service: TheService, caller: TheCaller) -> Scenario:
    """One of them: its state, and how far it is."""
    return _shape(_found(service, caller, number))


@router.get("/{number}/result")
def get_scenario_result(number: Number, service: TheService, caller: TheCaller) -> Result:
    """What came of one that is done."""
    row = _found(service, caller, number)
    if row["state"] != "done":
        raise Problem(409, "no-result", f"scenario {number} is {row['state']}")
    with service.store.read() as connection:
        result = connection.execute(select(SCENARIOS.c.result).where(SCENARIOS.c.id == number)).scalar_one()
    return Result(id=number, kind=row["kind"], result=result)


@router.post("/{number}/cancel", status_code=200)
async def cancel_scenario(number: Number, request: Request, write: TheWrite) -> Scenario:
    """End a scenario that is queued or running; of one that has ended nothing changes."""

    def act(connection: Connection) -> tuple[int, dict[str, Any]]:
        row = _row(connection, write.caller, number)
        still = SCENARIOS.c.id == number, SCENARIOS.c.state.in_(OPEN)
        connection.execute(update(SCENARIOS).where(*still).values(state="cancelled", process=None))
        row = _row(connection, write.caller, number)
        return 200, _shape(row).model_dump(mode="json")

    _, answer = await write.once(act)
    _runs(request).wake()
    return Scenario(**answer)


_SHOWN = [column for column in SCENARIOS.columns if column.name != "result"]


def _runs(request: Request) -> ScenarioRuns:
    runs: ScenarioRuns = request.app.state.scenario_runs
    return runs


def _spec(body: NewDemo | NewInvoices) -> dict[str, Any]:
    """What the row keeps: enough to run it, now or after a restart."""
    if isinstance(body, NewDemo):
        return {}
    try:
        settings = Settings.model_validate(body.settings)
    except ValidationError as error:
        raise refusal_of(error) from error
    if settings.score.fitted_model:
        raise InvalidInput("score.fitted_model", settings.score.fitted_model, "left out: no request has a file read")
    Rules.from_settings(settings)
    text = body.csv if body.rows is None else _csv_of(body.rows)
    given = settings.model_dump(exclude_unset=True)
    return {"csv": text, "seed": body.seed, "limit": body.limit, "settings": given}


def _csv_of(rows: list[InvoiceRow]) -> str:
    text = StringIO()
    lines = [row.model_dump(by_alias=True) for row in rows]
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _found(service: Service, caller: Caller, number: int) -> RowMapping:
    with service.store.read() as connection:
        return _row(connection, caller, number)


def _row(connection: Connection, caller: Caller, number: int) -> RowMapping:
    row = connection.execute(select(*_SHOWN).where(SCENARIOS.c.id == number)).mappings().first()
    if row is None or not (caller.sees_all or row["participant"] == caller.participant):
        raise Problem.not_found("scenario", number)
    return row


def _shape(row: RowMapping) -> Scenario:
    spec = row["spec"]
    return Scenario(
        id=row["id"],
        participant=row["participant"],
        kind=row["kind"],
        state=row["state"],
        done=row["done"],
        total=row["total"],
        seed=spec.get("seed"),
        limit=spec.get("limit"),
        settings=spec.get("settings", {}),
        error=row["error"],
    )
