"""Home Assistant, doing the same work in the same run."""
