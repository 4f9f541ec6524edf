"""Packing and unpacking agree with eth_abi and with the compiler's own selectors."""

import eth_abi
import pytest
from eth_abi.exceptions import EncodingError

from scfin_chain.chain import ContractAbi, Log
from scfin_chain.chain.reverts import ErrorCatalogue, HexBytes
from scfin_chain.units import Address
from tests.chain.probe import ABI, ARTIFACT, compile_probe

HOLDER = Address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")

TRADE = {
    "type": "tuple",
    "name": "trade",
    "components": [
        {"name": "from", "type": "address"},
        {"name": "parts", "type": "tuple[]", "components": [{"name": "amount", "type": "uint128"}]},
    ],
}
BOOK = ContractAbi(
    [
        {"type": "function", "name": "register", "inputs": [TRADE], "outputs": [TRADE]},
        {"type": "function", "name": "pay", "inputs": [{"name": "", "type": "uint256"}], "outputs": []},
        {"type": "function", "name": "pay", "inputs": [{"name": "", "type": "address"}], "outputs": []},
        {
            "type": "event",
            "name": "Registered",
            "inputs": [
                {"name": "text", "type": "string", "indexed": True},
                {"name": "amount", "type": "uint128", "indexed": False},
                {"name": "holder", "type": "address", "indexed": True},
                {**TRADE, "indexed": False},
            ],
        },
    ]
)
REGISTER = "register((address,(uint128)[]))"


def test_has_the_compilers_selectors() -> None:
    assert {
        signature: function.selector.hex() for signature, function in ABI.functions.items() if "(" in signature
    } == ARTIFACT.selectors


def test_packs_as_eth_abi_does_given_a_struct() -> None:
    packed = BOOK.encode("register", (HOLDER, [(1,), (2,)]))

    assert packed[4:] == eth_abi.encode(["(address,(uint128)[])"], [(HOLDER, [(1,), (2,)])])
    assert BOOK.functions["register"].signature == REGISTER


def test_unpacks_named_values_given_a_struct() -> None:
    data = eth_abi.encode(["(address,(uint128)[])"], [(HOLDER, [(1,), (2,)])])

    trade = BOOK.decode_result("register", data)

    assert trade == (HOLDER, ((1,), (2,)))
    assert (trade.from_, trade.parts[1].amount) == (HOLDER, 2)


def test_names_an_overloaded_function_by_its_signature() -> None:
    assert BOOK.encode("pay(uint256)", 1)[:4] != BOOK.encode("pay(address)", HOLDER)[:4]
    with pytest.raises(KeyError):
        BOOK.encode("pay", 1)


@pytest.mark.parametrize("arguments", [(), (1,), (-1, "", 1), (2**256, "", 1), ("1", "", 1)])
def test_refuses_arguments_that_do_not_fit(arguments: tuple[object, ...]) -> None:
    with pytest.raises(EncodingError):
        ABI.encode("note", *arguments)


def test_unpacks_an_event_in_its_own_order() -> None:
    topics = (BOOK.topic("Registered"), b"\x07" * 32, bytes.fromhex(HOLDER[2:]).rjust(32, b"\0"))
    data = eth_abi.encode(["uint128", "(address,(uint128)[])"], [5, (HOLDER, [])])

    log = BOOK.decode_log(Log(address=HOLDER, topics=topics, data=data, index=0))

    assert log is not None
    assert list(log.arguments.items()) == [
        ("text", b"\x07" * 32),
        ("amount", 5),
        ("holder", HOLDER),
        ("trade", (HOLDER, ())),
    ]


def test_knows_no_other_contracts_events() -> None:
    assert BOOK.decode_log(Log(address=HOLDER, topics=(ABI.topic("Counted"),), data=bytes(32), index=0)) is None
    assert BOOK.decode_log(Log(address=HOLDER, topics=(), data=b"", index=0)) is None


@pytest.mark.parametrize("data", [b"", b"\x08", bytes.fromhex("08c379a0"), bytes.fromhex("08c379a0") + b"\xff" * 64])
def test_shows_the_bytes_given_revert_data_that_does_not_decode(data: bytes) -> None:
    error = ErrorCatalogue().decode(data)

    assert (error.name, error.arguments) == ("Unknown", {"data": data})
    assert str(error) == f"Unknown(data=0x{data.hex()})"


def test_prints_bytes_as_hexadecimal() -> None:
    assert str(HexBytes(b"\xab\x01")) == repr(HexBytes(b"\xab\x01")) == "0xab01"


def test_probe_is_compiled_from_its_source() -> None:
    assert compile_probe() == ARTIFACT
