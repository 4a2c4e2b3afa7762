"""Telling people: whom, when, on which ways, and what they answer."""

from hub.notify.channels import Channel
from hub.notify.draft import Draft
from hub.notify.prefs import Prefs, Quiet, Span
from hub.notify.room import Notify, Told

__all__ = ["Channel", "Draft", "Notify", "Prefs", "Quiet", "Span", "Told"]
