"""What the contracts say has happened: one frozen dataclass an event, generated from the compiled contracts."""

from scfin_chain.events.catalogue import EVENTS
from scfin_chain.events.event import Event

__all__ = ["EVENTS", "Event"]
