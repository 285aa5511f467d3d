"""Tables of the firmware, read from its source: they are data, nothing of it is run."""

import ast
from contextlib import suppress
from functools import cache
from typing import Any

from vagaband.paths import firmware_dir


@cache
def literals(module: str) -> dict[str, Any]:
    """What a module of the firmware sets to a literal, or to a const of one, by name."""
    source = (firmware_dir() / "vagal" / f"{module}.py").read_text(encoding="utf-8")
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value
            if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "const":
                value = value.args[0]
            with suppress(ValueError):  # of what is computed
                found[node.targets[0].id] = ast.literal_eval(value)
    return found
