"""What a backtest found, for pages: sentences, pictures, lists."""

from web.backtests.shown import Shown, shown
from web.backtests.wish import SPANS, Asked, asked_of, wish_of

__all__ = ["SPANS", "Asked", "Shown", "asked_of", "shown", "wish_of"]
