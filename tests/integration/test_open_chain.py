"""Opening what one process serves alone.

given a chain that was served before
    it should be the same chain
    it should be refused while another serves it
given a ledger that was founded
    it should be refused to other keys
"""

from pathlib import Path

import pytest
from pydantic import SecretStr

from scfin_chain.bootstrap.service import open_chain, open_service
from scfin_chain.chain.signer import development_signer
from scfin_chain.config import Settings
from scfin_chain.errors import StoreError
from scfin_chain.serving import ServeSettings
from scfin_chain.units import Address

SOMEBODY = Address("0x" + "22" * 20)
PAYER = development_signer("payer")
FUNDS = {PAYER.address: 10**20}


def test_is_the_same_chain_given_it_was_served_before(tmp_path: Path):
    serving = ServeSettings(data=tmp_path, seed=5)
    with open_chain(serving, funds=FUNDS) as chain:
        chain.transact(PAYER, SOMEBODY, value=7)
        head = chain.head()

    with open_chain(ServeSettings(data=tmp_path), funds=FUNDS) as chain:
        assert chain.head() == head
        assert chain.balance(SOMEBODY) == 7


def test_is_refused_given_another_serves_it(tmp_path: Path):
    serving = ServeSettings(data=tmp_path)
    with (
        open_chain(serving, funds=FUNDS),
        pytest.raises(StoreError, match="is served by another process"),
        open_chain(serving, funds=FUNDS),
    ):
        pass


def test_is_refused_given_other_keys(tmp_path: Path):
    deployer = SecretStr("0x" + "42" * 32)

    def serving(secret: str) -> ServeSettings:
        return ServeSettings(data=tmp_path, secret=SecretStr(secret), deployer_key=deployer)

    service = open_service(serving("correct horse battery"), Settings())
    assert service.worker is not None
    service.worker.leadership.release()
    service.close()

    with pytest.raises(StoreError, match="was founded with another secret"):
        open_service(serving("staple battery horse"), Settings())
