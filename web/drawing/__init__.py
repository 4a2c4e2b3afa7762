"""Small pictures drawn on the server: there at once, without a script."""

from web.drawing.day import CurveData, DayPicture, LaneData, draw_day
from web.drawing.spark import Spark, bars, line

__all__ = ["CurveData", "DayPicture", "LaneData", "Spark", "bars", "draw_day", "line"]
