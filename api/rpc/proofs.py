"""Merkle proofs of accounts and storage: EIP-1186."""

import rlp  # type: ignore[import-untyped]
from eth.abc import BlockHeaderAPI
from eth.constants import BLANK_ROOT_HASH, EMPTY_SHA3
from eth.rlp.accounts import Account
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from api.rpc.hexadecimal import Json, data, quantity
from api.rpc.view import ChainView


def prove(view: ChainView, header: BlockHeaderAPI, address: bytes, slots: tuple[int, ...]) -> Json:
    """An account and some of its storage with the nodes from the root down to each."""
    nodes = view.nodes
    accounts = HexaryTrie(nodes, header.state_root)
    key = keccak(address)
    packed = accounts[key]
    account = rlp.decode(packed, sedes=Account) if packed else Account()
    return {
        "address": data(address),
        "balance": quantity(account.balance),
        "nonce": quantity(account.nonce),
        "codeHash": data(account.code_hash or EMPTY_SHA3),
        "storageHash": data(account.storage_root or BLANK_ROOT_HASH),
        "accountProof": _path(accounts, key),
        "storageProof": [_slot(HexaryTrie(nodes, account.storage_root), slot) for slot in slots],
    }


def _slot(storage: HexaryTrie, slot: int) -> Json:
    key = keccak(slot.to_bytes(32))
    packed = storage[key]
    value = int.from_bytes(rlp.decode(packed)) if packed else 0
    return {"key": quantity(slot), "value": quantity(value), "proof": _path(storage, key)}


def _path(trie: HexaryTrie, key: bytes) -> list[Json]:
    return [data(rlp.encode(node)) for node in trie.get_proof(key) if node]  # type: ignore[no-untyped-call]
