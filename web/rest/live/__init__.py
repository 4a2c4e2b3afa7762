"""Live streams: one listener on the bus, one serialisation of an event, and the rule asked for every client."""

from web.rest.live.broadcast import BROADCASTER, Broadcaster
from web.rest.live.socket import stream_socket
from web.rest.live.sse import stream_events

__all__ = ["BROADCASTER", "Broadcaster", "stream_events", "stream_socket"]
