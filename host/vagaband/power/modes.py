"""The power modes that `power` compares: what is configured for each."""

from dataclasses import dataclass

from vagaband.config import keys


@dataclass(frozen=True)
class Mode:
    """`settings` are keys of the firmware's configuration (firmware/vagal/config.py)."""

    name: str
    settings: dict[str, int]

    def setting(self, name: str) -> int:
        """A setting, with the firmware's default."""
        return self.settings.get(name, keys()[name].default)

    @property
    def duty(self) -> str:
        """Name of the duty cycle that was measured for it: clock and radio do not change it."""
        names = ("rate_hz", "ir_only", "raw", "sleep")
        return ",".join(f"{name}={self.setting(name)}" for name in names)


BEATS = {"rate_hz": 50, "raw": 0}
DARK = {**BEATS, "ir_only": 1}
MODES = (
    Mode("100 Hz, light logged, 160 MHz", {"cpu_mhz": 160}),
    Mode("100 Hz, light logged", {}),
    Mode("50 Hz, beats only", BEATS),
    Mode("50 Hz, beats only, infrared only", DARK),
    Mode("100 Hz, light logged, sleeps", {"sleep": 1}),
    Mode("50 Hz, beats only, sleeps", {**BEATS, "sleep": 1}),
    Mode(
        "50 Hz, beats only, infrared only, sleeps, 160 MHz", {**DARK, "sleep": 1, "cpu_mhz": 160}
    ),
    Mode("50 Hz, beats only, infrared only, sleeps", {**DARK, "sleep": 1}),
    Mode("50 Hz, beats only, infrared only, heart-rate strap on", {**DARK, "strap": 1}),
)
LONGEST = MODES[7]
