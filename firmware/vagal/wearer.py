"""What the wearer sees, feels and presses."""

from micropython import const

_IDLE_MS = const(100)


class Wearer:
    """Call `step(app)` as often as it asks."""

    def __init__(self, config: dict) -> None:
        self._config = config

    def step(self, app) -> int:
        """Serve the wearer; returns in how many ms that is wanted again."""
        return _IDLE_MS
