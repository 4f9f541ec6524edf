"""How many of something each address may have at once."""

from collections import Counter
from threading import Lock


class Places:
    """So many for each address; taken and given back from any thread."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, address: str) -> bool:
        """Whether there was one left."""
        with self._lock:
            if self._taken[address] >= self.most:
                return False
            self._taken[address] += 1
            return True

    def give_back(self, address: str, count: int = 1) -> None:
        """As many as were taken and are not needed any more."""
        with self._lock:
            self._taken[address] -= count
            if self._taken[address] <= 0:
                del self._taken[address]
