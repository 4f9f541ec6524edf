"""How the chain moved from one head to another: which blocks left it, which came."""

from collections.abc import Iterator
from dataclasses import dataclass

from eth.abc import BlockHeaderAPI

from api.rpc.view import ChainView


@dataclass(frozen=True, slots=True)
class Step:
    """One block that left the chain or came to it; ``after`` is the head once that is done."""

    header: BlockHeaderAPI
    left: bool
    after: BlockHeaderAPI


def steps(view: ChainView, old: BlockHeaderAPI, new: BlockHeaderAPI) -> Iterator[Step]:
    """The way from one head to the other: down to the block that both have, newest first, then up."""
    come: list[BlockHeaderAPI] = []
    while new.block_number > old.block_number:
        come.append(new)
        new = view.known(new.parent_hash)
    while old.hash != new.hash:
        parent = view.known(old.parent_hash)
        yield Step(old, left=True, after=parent)
        old = parent
        if new.block_number > old.block_number:
            come.append(new)
            new = view.known(new.parent_hash)
    yield from (Step(header, left=False, after=header) for header in reversed(come))
