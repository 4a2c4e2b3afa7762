"""Helpers: values of one's own, templates, groups and zones; what they hold, and the forms that make them."""
