"""Who calls: a key, the participant that it stands for, and the participant's roles."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.access import REGISTRAR, Reach, reach_of
from api.limits import COUNTED, OPENED
from api.problems import Problem
from api.wiring import TheService
from scfin_chain.roles import Role
from scfin_chain.service.api_keys import find_key
from scfin_chain.units import Address, Day

bearer = HTTPBearer(auto_error=False, description="A key, as it was shown when it was made.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """``participant`` and ``account`` are None for the registrar."""

    key: str
    roles: frozenset[str]
    participant: int | None = None
    account: Address | None = None
    expires: Day | None = None
    """The last day of its key."""
    reach: Reach = Reach.NONE
    """How far the operation that is called reaches for this caller."""

    @property
    def sees_all(self) -> bool:
        return self.reach is Reach.ALL

    @property
    def name(self) -> str:
        """Under which its idempotency keys are kept, and what it asks is counted; keys come and go, it stays."""
        return "registrar" if self.participant is None else f"participant {self.participant}"


def role_names(bits: int) -> frozenset[str]:
    """The roles of a participant; those of a contract of the ledger have no part in this interface."""
    return frozenset(str(role.name).lower() for role in Role if bits & role and role is not Role.SYSTEM)


def _caller(
    request: Request, service: TheService, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Caller:
    if given is None:
        raise _unauthorised("there is no key: send Authorization: Bearer KEY")
    row = find_key(service.store, given.credentials)
    if row is None:
        raise _unauthorised("the key is none of ours")
    if row["revoked"]:
        raise _unauthorised(f"key {row['id']} is revoked")
    if row["expires_day"] is not None and row["expires_day"] < service.today:
        raise _unauthorised(f"key {row['id']} has expired")
    roles, account = frozenset({REGISTRAR}), None
    if row["participant"] is not None:
        if row["account"] is None:
            raise _unauthorised(f"key {row['id']} is of a participant who is not enrolled")
        account, roles = Address(row["account"]), role_names(row["roles"])
    operation = request.scope["route"].name
    caller = Caller(
        key=row["id"],
        roles=roles,
        participant=row["participant"],
        account=account,
        expires=row["expires_day"],
        reach=reach_of(operation, roles),
    )
    request.scope[OPENED], request.scope[COUNTED] = caller.key, caller.name
    if caller.reach is Reach.NONE:
        raise Problem(403, "forbidden", f"{operation} is not open to {', '.join(sorted(roles)) or 'nobody'}")
    return caller


def _unauthorised(detail: str) -> Problem:
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": 'Bearer realm="scfin"'})


TheCaller = Annotated[Caller, Depends(_caller)]
"""Who calls, allowed to, as a parameter of a handler."""
