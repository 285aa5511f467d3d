"""When the board may sleep between two drains: while no host has anything to say.

Asleep the line is deaf. A host sends line ends until the board has heard one in the moment that it
is awake each turn, and from then on counts as attached.
"""

from micropython import const

_BOOT_US = const(60000000)  # a host may come
_HOST_US = const(30000000)  # it may have more to say
# While it sleeps the ESP32 has no crystal to measure the sensor's clock with: it stays awake for
# that as a session begins, and from time to time, for the clock changes with the temperature.
_MEASURE_US = const(75000000)  # for the first fit
_MEASURED_MS = const(14400000)  # it is good for 4 hours
_HELD = const(24)  # samples that gather in the sensor meanwhile; it holds 32
EAR_MS = const(2)  # so long it listens each turn


class Rest:
    """Tell it the time that goes by, and what comes over the line."""

    def __init__(self, config: dict) -> None:
        self._config = config
        self.turn_ms = _HELD * 10  # asleep
        self._attached_us = _BOOT_US  # so long from now a host counts as attached
        self._measuring_us = 0  # so long from now the clock is measured
        self._measured_ms = 0  # since then

    @property
    def attached(self) -> bool:
        """Whether a host may be listening."""
        return self._attached_us > 0

    @property
    def allowed(self) -> bool:
        """Whether nothing that goes on needs the board awake."""
        config = self._config
        busy = self._attached_us > 0 or self._measuring_us > 0 or config["strap"]
        return config["sleep"] and not busy

    def begin(self) -> None:
        """A session begins: the sensor's clock is to be measured."""
        self.turn_ms = _HELD * 1000 // self._config["rate_hz"]
        self._measuring_us = _MEASURE_US
        self._measured_ms = 0

    def heard(self) -> None:
        """Something came over the line."""
        self._attached_us = max(self._attached_us, _HOST_US)

    def waited(self, elapsed_us: int) -> None:
        """Time has gone by."""
        if self._attached_us > 0:
            self._attached_us -= elapsed_us
        if self._measuring_us > 0:
            self._measuring_us -= elapsed_us
        else:
            self._measured_ms += elapsed_us // 1000
            if self._measured_ms > _MEASURED_MS:
                self.begin()
