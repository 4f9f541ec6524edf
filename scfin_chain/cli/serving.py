"""The service, and the local chain alone."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from scfin_chain.cli.program import app
from scfin_chain.errors import InvalidInput
from scfin_chain.serving import load_serving

SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", help="TOML file: its table [serve], and the rules of docs/SETTINGS.md."),
]
DataOption = Annotated[Path | None, typer.Option("--data", help="Folder of the database.  [default: scfin-data]")]
HostOption = Annotated[str | None, typer.Option("--host", help="Address to listen on.  [default: 127.0.0.1]")]
PortOption = Annotated[int | None, typer.Option("--port", help="Port to listen on.  [default: 8000]")]
DatabaseOption = Annotated[
    str | None, typer.Option("--database", help="postgresql://USER@HOST/NAME, or a SQLite file elsewhere.")
]
StartOption = Annotated[str | None, typer.Option("--start", help="First day of a new chain.  [default: 2024-01-01]")]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Of a new chain.  [default: 0]")]
DevelopmentOption = Annotated[
    bool | None, typer.Option("--development", help="Let /rpc snapshot, revert and move time.", show_default=False)
]


@app.command()
def serve(
    data: DataOption = None,
    database: DatabaseOption = None,
    rpc_url: Annotated[str | None, typer.Option("--rpc-url", help="Run on this node, not in process.")] = None,
    role: Annotated[str | None, typer.Option("--role", help="all, api or worker.  [default: all]")] = None,
    host: HostOption = None,
    port: PortOption = None,
    settings: SettingsOption = None,
    start: StartOption = None,
    seed: SeedOption = None,
    development: DevelopmentOption = None,
    log_format: Annotated[str | None, typer.Option("--log-format", help="text or json.  [default: text]")] = None,
) -> None:
    """Serve the ledger: chain, listener, decisions, calendar and HTTP API in one process, or in several.

    Every option is also an environment variable, SCFIN_PORT for --port; secrets (SCFIN_SECRET, SCFIN_DEPLOYER_KEY,
    SCFIN_MNEMONIC) are only that, or stand in the file. What differs from chain to chain is the file's alone:
    [serve.chains.ID]. See examples/serve.toml.

    Example: scfin serve --data scfin-data, then curl http://127.0.0.1:8000/ready

    Example: scfin serve --role worker --rpc-url http://node:8545 --database postgresql://scfin@db/scfin
    """
    from api.server import serve as run  # FastAPI and its company take a second to load

    serving, rules = load_serving(
        settings,
        data=data,
        database=database,
        rpc_url=rpc_url,
        role=role,
        host=host,
        port=port,
        start=_date(start),
        seed=seed,
        development=development,
        log_format=log_format,
    )
    run(serving, rules)


@app.command()
def chain(
    data: DataOption = None,
    database: DatabaseOption = None,
    host: HostOption = None,
    port: PortOption = None,
    settings: SettingsOption = None,
    start: StartOption = None,
    seed: SeedOption = None,
    development: DevelopmentOption = None,
) -> None:
    """Run the local chain alone: durable, in simulated time, speaking Ethereum JSON-RPC over HTTP and WebSocket.

    Example: scfin chain --development, then cast block-number --rpc-url http://127.0.0.1:8000
    """
    from api.server import serve_chain as run

    given: dict[str, Any] = {
        "data": data,
        "database": database,
        "host": host,
        "port": port,
        "start": _date(start),
        "seed": seed,
        "development": development,
    }
    run(load_serving(settings, **given)[0])


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("--start", text, "a date like 2024-01-01") from error
