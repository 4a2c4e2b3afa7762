"""Who agreed to what comes in from each source and to what leaves for each host, and the no that ends it."""

from hub.consent.declared import Outgoing, read_outgoing
from hub.consent.sharing import Coming, Consent, Leaving, Sharing

__all__ = ["Coming", "Consent", "Leaving", "Outgoing", "Sharing", "read_outgoing"]
