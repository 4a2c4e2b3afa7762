"""What the console can do, by name; the same whether the hub runs or not."""

from hub.console.operations.site import Operation, Site
from hub.console.operations.table import find

__all__ = ["Operation", "Site", "find"]
