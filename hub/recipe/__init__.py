"""Recipes: how to find readings in what a device says, told by data instead of code."""

from hub.recipe.find import NothingThere, PathInvalid, compiled, look_up, look_up_list
from hub.recipe.rule import ReadingRule, apply_rule, instant, rule_entity

__all__ = [
    "NothingThere",
    "PathInvalid",
    "ReadingRule",
    "apply_rule",
    "compiled",
    "instant",
    "look_up",
    "look_up_list",
    "rule_entity",
]
