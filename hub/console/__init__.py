"""How a command on the console reaches the household: through the hub that runs, else by itself."""

from hub.console.reach import House, reach

__all__ = ["House", "reach"]
