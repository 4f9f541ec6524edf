"""The ledger and its reference."""

from tests.properties.reading import expected
from tests.properties.run import Run


def the_ledger_accepts_what_the_rules_accept(run: Run) -> None:
    """An act is refused if and only if the rules of DESIGN.md 3.4 give a reason."""
    if run.last.refusals:
        assert not run.last.accepted, f"accepted {run.last.act} in spite of {run.last.refusals}"
    else:
        assert run.last.accepted, f"refused {run.last.act}: {run.last.error}"


def the_ledger_is_what_the_rules_make_of_it(run: Run) -> None:
    """Everything that can be read is what the reference has, after every act."""
    wanted = expected(run.book)
    wrong = {key: (value, wanted[key]) for key, value in run.reading.items() if value != wanted[key]}
    assert not wrong, f"the ledger's value, and the rules': {wrong}"


def what_is_remembered_is_what_is_read(run: Run) -> None:
    """The readings kept from step to step are those that the views give now."""
    assert run.reading == {key: run.reader.ask(key, run.book) for key in run.reading}
