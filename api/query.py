"""What may stand behind the question mark: the operation's own parameters, each once.

A misspelt filter would otherwise filter nothing, and of two values one would be taken in silence.
"""

from collections.abc import Iterator

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

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


KNOWN_QUERY = Depends(_refuse_others)
"""The check, as a dependency of a router."""
