"""A service whose node replaces its newest blocks again and again while everybody trades.

given reorgs of each depth, from one block to the finality depth, under load, and one that takes a request with its
approval
    the service is alive and ready; clients that find nothing there ask again, and are answered
    each write that was acknowledged is on the chain that is left once, each payment by its reference
    cash is right to the unit, no financing is funded twice
    the approval whose request was orphaned is withdrawn, and kept
    the rows are those of a replay, and of a reader that comes when all is over
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.service import audit
from tests.service.ground import Ground

FINALITY_DEPTH = 8
BLOCK_SECONDS = 60.0
"""Until the load has made as many blocks as a reorg takes: far above what it needs."""


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with Ground.prepared(tmp_path, finality_depth=FINALITY_DEPTH) as prepared:
        yield prepared


def replace_blocks(ground: Ground, depths: Sequence[int], chance: random.Random) -> None:
    """Some of the blocks, or all, are those of the load."""
    for depth in depths:
        wait_for_blocks(ground, chance.randint(depth, FINALITY_DEPTH))
        ground.reorg(depth)
        sleep(chance.uniform(0, 0.3))


def wait_for_blocks(ground: Ground, count: int) -> None:
    goal, deadline = ground.head() + count, monotonic() + BLOCK_SECONDS
    while ground.head() < goal:
        assert ground.served.running, ground.served.said()[-2_000:]
        assert monotonic() < deadline, ground.served.said()[-2_000:]
        sleep(0.01)


@pytest.mark.slow
def test_is_what_the_chain_says_given_reorgs_under_load(ground: Ground) -> None:
    town, chance = ground.town, random.Random(5)
    town.days_pass = False
    for client in town.clients:
        client.amid_reorgs = True
    acts = town.acts(rpc=False)
    depths = list(range(1, FINALITY_DEPTH + 1))
    chance.shuffle(depths)

    with town.busy(*acts):
        replace_blocks(ground, depths, chance)
    financing = ground.approved()
    ground.orphan_request(financing)
    with town.busy(*acts):
        replace_blocks(ground, depths[::-1], chance)
    ground.require_sound()

    assert "reorg from=" in ground.served.said()
    withdrawn = [(row["financing"], row["cause"], row["verdict"]) for row in ground.rows(audit.WITHDRAWN)]
    assert (financing, "reorg", "approve") in withdrawn
    assert {number for number, _, _ in withdrawn} <= set(map(int, town.financings))
