"""The roles of a participant, as the contracts number them."""

from enum import IntFlag


class Role(IntFlag):
    """Bits of ``contracts/libraries/Roles.sol``."""

    CENTRAL_BANK = 1
    BANK = 2
    CORE_ENTERPRISE = 4
    SUPPLIER = 8
    CARRIER = 16
    REGULATOR = 32
    SYSTEM = 64
