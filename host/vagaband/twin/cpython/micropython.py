"""What the firmware's stages import of MicroPython, for CPython."""


def const(value: int) -> int:
    """A constant; MicroPython's compiler folds it."""
    return value
