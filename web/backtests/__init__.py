"""What a backtest found, for pages: sentences, pictures, lists."""

from web.backtests.shown import Shown, shown
from web.backtests.wish import Asked, asked_of

__all__ = ["Asked", "Shown", "asked_of", "shown"]
