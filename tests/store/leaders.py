"""A process that leads for as long as it lives, told from outside what to do."""

import sys
from contextlib import closing
from pathlib import Path

from scfin_chain.store.leadership import Leadership
from scfin_chain.store.store import Store


def main() -> None:
    """Answer each line of input with whether the leadership is ours: ``acquire``, ``held``, ``release``."""
    kind, place = sys.argv[1:]
    with (
        closing(Store.existing(place if kind == "str" else Path(place))) as store,
        Leadership(store) as leadership,
    ):
        for line in sys.stdin:
            match line.strip():
                case "acquire":
                    answer = leadership.acquire()
                case "held":
                    answer = leadership.held()
                case _:
                    leadership.release()
                    answer = False
            sys.stdout.write(f"{answer}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
