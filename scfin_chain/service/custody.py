"""The accounts that the service signs for: their labels are stored, their keys follow from the secret."""

from sqlalchemy import Connection, insert, select

from scfin_chain.chain.keyring import Keyring
from scfin_chain.chain.signer import Signer
from scfin_chain.store.store import Store
from scfin_chain.store.tables import CustodyRow, table_of
from scfin_chain.units import Address

CUSTODY = table_of(CustodyRow)


class Custody:
    """Which accounts are in custody, and their signers."""

    def __init__(self, store: Store, keys: Keyring) -> None:
        self._store = store
        self._keys = keys
        self._labels: dict[Address, str] = {}
        """Of accounts that were asked for: what is in custody stays there."""

    def take(self, connection: Connection, label: str) -> Address:
        """The account of a label, in custody from now on."""
        account = self._keys.signer(label).address
        held = connection.execute(select(CUSTODY.c.label).where(CUSTODY.c.account == account)).first()
        if held is None:
            connection.execute(insert(CUSTODY).values(account=account, label=label))
        return account

    def holds(self, account: Address) -> bool:
        """Whether the service can sign for the account."""
        return self._label(account) is not None

    def signer(self, account: Address) -> Signer | None:
        """The account with its key; None where it is not in custody."""
        label = self._label(account)
        return None if label is None else self._keys.signer(label)

    def _label(self, account: Address) -> str | None:
        label = self._labels.get(account)
        if label is None:
            with self._store.read() as connection:
                label = connection.execute(select(CUSTODY.c.label).where(CUSTODY.c.account == account)).scalar()
            if label is not None:
                self._labels[account] = label
        return label
