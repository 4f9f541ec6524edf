"""Write down what `scfin reproduce` computes now, as what it must go on computing: look at the difference first.

Usage: python -m scripts.expect_reproduction
"""

import json
from pathlib import Path

from scfin_chain.reproduction import expectation, markdown, reproduce

ROOT = Path(__file__).resolve().parents[1]
EXPECTATIONS = ROOT / "scfin_chain" / "reproduction" / "expectations.json"
PAGE = ROOT / "docs" / "REPRODUCTION.md"


def main() -> None:
    """Compute, and write both files."""
    rows = reproduce()
    lines = ",\n".join(f"  {json.dumps(expectation(row), ensure_ascii=False)}" for row in rows)
    EXPECTATIONS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    PAGE.write_text(markdown(rows), encoding="utf-8")
    print(f"{len(rows)} rows to {EXPECTATIONS} and {PAGE}")


if __name__ == "__main__":
    main()
