"""Turns at what only one thread may use, in the order in which they asked."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, get_ident


class Turns:
    """A lock that starves nobody: Python's own lets a thread that is busy take it again before one that waits."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._owner: int | None = None
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def turn(self, *, seconds: float) -> Iterator[None]:
        """Have it, after all who asked before.

        Raises
        ------
        TimeoutError
            It did not come in that time, or cannot come because this very thread has it.
        """
        if self._owner == get_ident():
            raise TimeoutError("this thread has it already")
        if not self._take(seconds):
            raise TimeoutError(f"no turn within {seconds:g} s")
        self._owner = get_ident()
        try:
            yield
        finally:
            self._owner = None
            self._pass_on()

    def _take(self, seconds: float) -> bool:
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
        if gate.acquire(timeout=seconds):
            return True
        with self._guard:
            if gate in self._waiting:
                self._waiting.remove(gate)
                return False
        return True

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
