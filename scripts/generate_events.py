"""Write ``scfin_chain/events`` from the compiled contracts: one module a contract, one frozen dataclass an event.

Run it after a Solidity event was added or changed; a test compares what it would write with what is there.

    python scripts/generate_events.py
"""

import re
from collections.abc import Iterable, Mapping
from keyword import iskeyword
from pathlib import Path
from typing import Any

from scfin_chain import artifacts

FOLDER = Path(__file__).resolve().parent.parent / "scfin_chain" / "events"
SHARED = "openzeppelin"
UNITS = {"ParticipantId", "ReceivableId", "FinancingId", "ProgrammeId"}
ENTRY = Mapping[str, Any]


def main() -> None:
    """Write the modules."""
    for name, text in render(artifacts.load_all().values()).items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"wrote {FOLDER / name}")


def render(compiled: Iterable[artifacts.Artifact]) -> dict[str, str]:
    """File name -> text of every generated module."""
    homes: dict[str, tuple[str, ENTRY]] = {}
    for artifact in sorted((a for a in compiled if a.deployable), key=lambda a: a.name):
        for entry in (e for e in artifact.abi if e["type"] == "event"):
            name = str(entry["name"])
            home = SHARED if name in homes else snake(artifact.name)
            if name in homes and homes[name][1] != entry:
                raise SystemExit(f"event {name} has two forms: rename one")
            homes[name] = (home, entry)
    modules = sorted({home for home, _ in homes.values()})
    files = {f"{module}.py": _module(module, [e for h, e in homes.values() if h == module]) for module in modules}
    return files | {"catalogue.py": _catalogue({name: home for name, (home, _) in homes.items()})}


def snake(name: str) -> str:
    """``dueDay`` -> ``due_day``; one of Python's own words gets an underscore."""
    snaked = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return f"{snaked}_" if iskeyword(snaked) else snaked


def field_type(parameter: ENTRY) -> str:
    """The Python type of a parameter: a unit where the name or the Solidity type tells one."""
    name, kind, internal = parameter["name"], parameter["type"], parameter["internalType"]
    if internal in UNITS:
        return str(internal)
    if kind == "address":
        return "Address"
    if kind == "bool":
        return "bool"
    if kind == "string":
        return "str"
    if kind.startswith("bytes"):
        return "bytes"
    if kind.endswith("[]"):
        return "tuple[int, ...]"
    if name.endswith("Day"):
        return "Day"
    if name.endswith("Bps"):
        return "BasisPoints"
    if name in ("creditId", "id"):
        return "CreditId"
    return "int" if internal.startswith("enum ") or kind in ("uint8", "uint16") else "Money"


def _module(module: str, entries: list[ENTRY]) -> str:
    used = {field_type(p) for entry in entries for p in entry["inputs"]}
    units = sorted(used - {"int", "bool", "bytes", "str", "tuple[int, ...]"})
    source = "OpenZeppelin's contracts" if module == SHARED else f"the contract {module.title().replace('_', '')}"
    head = [
        f'"""Events of {source}; written by scripts/generate_events.py."""',
        "",
        "from dataclasses import dataclass",
        "",
        "from scfin_chain.events.event import Event",
    ]
    if units:
        line = f"from scfin_chain.units import {', '.join(units)}"
        rows = "".join(f"    {unit},\n" for unit in units)
        head.append(line if len(line) <= 120 else f"from scfin_chain.units import (\n{rows})")
    return "\n".join(head + [line for entry in entries for line in _dataclass(entry)]) + "\n"


def _dataclass(entry: ENTRY) -> list[str]:
    fields = [f"    {snake(p['name'])}: {field_type(p)}" for p in entry["inputs"]]
    signature = ", ".join(f"{p['type']}{' indexed' if p['indexed'] else ''} {p['name']}" for p in entry["inputs"])
    lines = ["", "", "@dataclass(frozen=True, slots=True, kw_only=True)", f"class {entry['name']}(Event):"]
    text = f'    """``{entry["name"]}({signature})``."""'
    return (
        lines
        + ([text] if len(text) <= 120 else [_wrapped(entry["name"], signature)])
        + ([""] if fields else [])
        + fields
    )


def _wrapped(name: str, signature: str) -> str:
    rows, row = [], f'    """``{name}('
    for part in signature.split(", "):
        if len(row) + len(part) > 110:
            rows.append(row.rstrip())
            row = "    "
        row += f"{part}, "
    return "\n".join([*rows, f"{row.removesuffix(', ')})``.", '    """'])


def _catalogue(homes: Mapping[str, str]) -> str:
    modules = sorted(set(homes.values()))
    names = "".join(f"    {module},\n" for module in modules)
    imports = [f"from scfin_chain.events import (\n{names})", "from scfin_chain.events.event import Event"]
    rows = [f'    "{name}": {homes[name]}.{name},' for name in sorted(homes)]
    return "\n".join(
        [
            '"""Every event of the ledger by its Solidity name; written by scripts/generate_events.py."""',
            "",
            *imports,
            "",
            "EVENTS: dict[str, type[Event]] = {",
            *rows,
            "}",
            "",
        ]
    )


if __name__ == "__main__":
    main()
