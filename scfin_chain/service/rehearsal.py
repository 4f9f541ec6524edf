"""What a contract would say to a transaction, before one is spent on hearing it."""

from scfin_chain.chain.gateway import Gateway
from scfin_chain.units import Address, day_of


def rehearse(gateway: Gateway, recipient: Address, data: bytes, *, sender: Address) -> None:
    """Ask a contract what it would say in the next block; a refusal raises `ContractReverted`.

    A call is answered with the time of the newest block. On a day that has no block yet that is another day, whose
    answer is worth nothing from contracts that reckon in days: then nobody is asked.
    """
    if day_of(gateway.head().timestamp) == day_of(gateway.now()):
        gateway.call(recipient, data, sender=sender)
