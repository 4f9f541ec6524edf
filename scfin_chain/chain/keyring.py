"""Whose keys they are: every account that the service signs for follows from one secret and a label."""

import hashlib
import hmac
from functools import lru_cache

from scfin_chain.chain.signer import DEPLOYER, Signer, development_signer
from scfin_chain.errors import InvalidInput

SHORTEST_SECRET = 16
"""Characters: shorter ones can be tried out."""


class Keyring:
    """Signers by label; without a secret they are the public ones of a development chain.

    ``deployer`` is the account that pays for everybody's gas: it must have wei on the chain before anything else.
    """

    def __init__(self, secret: str | None = None, *, deployer: Signer | None = None) -> None:
        if secret is not None and len(secret) < SHORTEST_SECRET:
            raise InvalidInput("secret", f"{len(secret)} characters", f"at least {SHORTEST_SECRET}")
        self._secret = None if secret is None else secret.encode()
        self.deployer = deployer or development_signer(DEPLOYER)
        self._derived = lru_cache(maxsize=4096)(self._derive)

    def __repr__(self) -> str:
        return f"Keyring(deployer={self.deployer.address})"

    def signer(self, label: str) -> Signer:
        """The account of a label."""
        return self.deployer if label == DEPLOYER else self._derived(label)

    def _derive(self, label: str) -> Signer:
        if self._secret is None:
            return development_signer(label)
        return Signer(hmac.new(self._secret, label.encode(), hashlib.sha256).digest())
