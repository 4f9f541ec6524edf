"""The listener alone."""

import logging
from time import sleep
from typing import Annotated

import typer

from scfin_chain.bootstrap import open_listener
from scfin_chain.cli.program import app, output
from scfin_chain.errors import NodeSilent

POLL_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0


@app.command()
def listen(
    rpc_url: Annotated[str, typer.Option("--rpc-url", help="The node to follow.")],
    database: Annotated[str, typer.Option("--database", help="SQLite file, or postgresql:// URL, that follows it.")],
    once: Annotated[bool, typer.Option("--once", help="End at the head of the chain.")] = False,
) -> None:
    """Follow the ledger on a node into a database, until interrupted; start it again at any time.

    Example: scfin listen --rpc-url http://127.0.0.1:8545 --database ledger.sqlite
    """
    listener, store, gateway = open_listener(rpc_url=rpc_url, database=database)
    pause = POLL_SECONDS
    try:
        while True:
            try:
                read = listener.poll()
            except NodeSilent as silence:
                if once:
                    raise
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
                logging.getLogger(__name__).warning("%s: asking again in %g s", silence, pause)
                sleep(pause)
                continue
            pause = POLL_SECONDS
            if read:
                output.print(f"block={listener.cursor.number} read={read}")
            elif once:
                return
            else:
                sleep(pause)
    finally:
        store.close()
        gateway.close()
