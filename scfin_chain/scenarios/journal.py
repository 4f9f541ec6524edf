"""The journal of a run: one line a step, and a digest over all of them.

A line holds what is the same on every chain: step, actor, day, block counted from the deployment, outcome and events.
Addresses stand as participants, offices or contracts; hashes of blocks and transactions, signatures and gas stay out.
"""

import hashlib

from sqlalchemy import insert

from scfin_chain.chain.deployment import Deployment, LedgerEvent
from scfin_chain.chain.gateway import ZERO_ADDRESS
from scfin_chain.events.participants import Enrolled
from scfin_chain.service.canonical import canonical
from scfin_chain.store.store import Store
from scfin_chain.store.tables import JournalRow, table_of
from scfin_chain.units import Address, Day, date_of

JOURNAL = table_of(JournalRow)


class Journal:
    """Writes the steps of a run to its database, some at a time."""

    def __init__(self, store: Store, deployment: Deployment) -> None:
        self._store = store
        self._hash = hashlib.sha256()
        self._count = 0
        self._unwritten: list[dict[str, object]] = []
        self._labels: dict[str, str] = {ZERO_ADDRESS: "nobody"}
        self._labels |= {address: name for name, address in deployment.addresses.items()}

    @property
    def steps(self) -> int:
        """How many steps there were."""
        return self._count

    @property
    def digest(self) -> str:
        """SHA-256 over all lines so far, hexadecimal."""
        return self._hash.hexdigest()

    def know(self, account: Address, label: str) -> None:
        """From here on the account stands under this label, unless it has one already."""
        self._labels.setdefault(account, label)

    def note(
        self, step: str, actor: Address, *, day: Day, block: int, outcome: str, events: tuple[LedgerEvent, ...] = ()
    ) -> None:
        """Add a line."""
        for told in events:
            if isinstance(told.event, Enrolled):
                self.know(told.event.account, f"#{told.event.id}")
        line = canonical(
            {
                "step": step,
                "actor": self._label(actor),
                "day": date_of(day).isoformat(),
                "block": block,
                "outcome": outcome,
                "events": [[type(told.event).__name__, self._plain(told)] for told in events],
            }
        )
        self._hash.update(line.encode("ascii") + b"\n")
        self._count += 1
        self._unwritten.append({"step": self._count, "line": line})

    def flush(self) -> None:
        """Write the lines that are not yet in the database."""
        if self._unwritten:
            with self._store.begin() as connection:
                connection.execute(insert(JOURNAL), self._unwritten)
            self._unwritten = []

    def _plain(self, told: LedgerEvent) -> dict[str, object]:
        return {
            name: self._label(Address(value)) if isinstance(value, str) and len(value) == 42 else value
            for name, value in told.event.to_json().items()
        }

    def _label(self, account: Address) -> str:
        return self._labels.get(account, "outsider")
