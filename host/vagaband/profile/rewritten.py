"""A profile with some of it replaced, wherever in it that stands."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

Value = TypeVar("Value")


def rewritten(value: Value, change: Callable[[str, object], object]) -> Value:
    """The same shapes, each field of them as `change` has it by its name and value; what that
    gives is looked through in turn."""
    if isinstance(value, tuple):
        return type(value)(rewritten(one, change) for one in value)
    if isinstance(value, dict):
        return type(value)((key, rewritten(one, change)) for key, one in value.items())
    if not is_dataclass(value) or isinstance(value, type):
        return value
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    return replace(
        value, **{name: rewritten(change(name, one), change) for name, one in found.items()}
    )
