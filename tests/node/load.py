"""Work for a process that is killed: transactions on a durable chain, each told to a file once it is acknowledged."""

import os
from pathlib import Path

from scfin_chain.chain import sign
from scfin_chain.errors import ContractReverted
from scfin_chain.node.journal import DatabaseJournal
from tests.chain.probe import ABI, BYTECODE
from tests.node.chains import DEPLOYER_ACCOUNT, SUPPLIER, chain, opened

DUMP_EVERY = 7
"""So few that kills come amid dumps too."""


def load(database: Path, acknowledged: Path) -> None:
    """Goes on for ever: notes, refusals, payments, settings of the time, empty blocks, snapshots."""
    told = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with opened(database) as store:
        gateway = chain(DatabaseJournal(store), dump_every=DUMP_EVERY)
        if gateway.nonce(DEPLOYER_ACCOUNT.address) == 0:
            gateway.deploy(DEPLOYER_ACCOUNT, ABI.encode_deployment(BYTECODE, 5))
        creation = next(log for log in gateway.logs(1))
        while True:
            for function, arguments in (("note", (1, "x", 2)), ("refuse", (1,)), ("stamp", ())):
                data = ABI.encode(function, *arguments)
                request = gateway.prepare(SUPPLIER.address, creation.log.address, data, gas=200_000)
                signed = sign(request, SUPPLIER)
                try:
                    gateway.send(signed.raw)
                except ContractReverted:
                    assert function == "refuse"
                os.write(told, signed.hash.hex().encode() + b"\n")
            gateway.snapshot()
            gateway.mine()
            gateway.set_time(gateway.now() + 60)  # type: ignore[arg-type]
