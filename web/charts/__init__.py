"""Columns that the browser draws: readings when the window is short, hours or days when it is long."""

from web.charts.columns import Column, column_of
from web.charts.events import events_between
from web.charts.windows import RANGES, Window, window_of

__all__ = ["RANGES", "Column", "Window", "column_of", "events_between", "window_of"]
