"""What may stand behind the question mark: the operation's own parameters, each once.

A misspelt filter would otherwise filter nothing, and of two values one would be taken in silence.
"""

from collections.abc import Iterator

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from api.callers import TheCaller
from api.problems import Problem


def _parameters(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for each in dependant.dependencies:
        yield from _parameters(each)


async def _refuse_others(request: Request) -> None:
    given = request.query_params
    if not given:
        return
    known = sorted(set(_parameters(request.scope["route"].dependant)))
    for name in given:
        if name not in known:
            raise Problem.of_field(name, given[name], f"left out: this takes {', '.join(known) or 'no parameters'}")
        if len(values := given.getlist(name)) > 1:
            raise Problem.of_field(name, " and ".join(values), "given once")


async def _refuse_others_of_a_caller(request: Request, _caller: TheCaller) -> None:
    """The same, once it is known who calls: nobody else is told anything of an operation."""
    await _refuse_others(request)


OPEN_QUERY, KNOWN_QUERY = Depends(_refuse_others), Depends(_refuse_others_of_a_caller)
"""The check, as a dependency of a router whose operations are open, and of one whose are not."""
