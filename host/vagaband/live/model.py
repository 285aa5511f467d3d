"""What is known of one person now, from what a device sends; drawing is another's work."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from vagaband.device import whole
from vagaband.live.look import Look
from vagaband.numbers import pb2_alone
from vagaband.plain import plain
from vagaband.session import Epoch

KEPT_POINTS = 500  # of light: 20 s
KEPT_BEATS = 100
KEPT_INTERVALS = 200
KEPT_EPOCHS = 60
RECENT = 20  # intervals by which the signal is judged
GOOD, FAIR = 0.9, 0.7  # share of them that needed no correction
SILENT_S = 2.0  # without a frame: what is shown is old


@dataclass
class Person:
    """Tell it each `look()` and each `answer()`; `now_s` is any clock that runs on.

    `trouble` is what keeps it from being up to date, in words.
    """

    name: str
    trouble: str = ""
    state: dict[str, Any] = field(default_factory=dict)
    rate_hz: int = 100
    light: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=KEPT_POINTS))
    beats: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_BEATS))
    intervals: deque[tuple[float, str]] = field(
        default_factory=lambda: deque(maxlen=KEPT_INTERVALS)
    )
    epochs: deque[Epoch] = field(default_factory=lambda: deque(maxlen=KEPT_EPOCHS))
    contact: str = ""
    moving: bool = False
    marks: list[str] = field(default_factory=list)
    heard_s: float = 0.0

    def look(self, look: Look, now_s: float) -> None:
        """Take what a frame brought."""
        self.heard_s = now_s
        self.trouble = ""
        self.rate_hz = look.rate_hz
        if self.light and look.light and look.light[0][0] < self.light[-1][0]:
            self._forget()  # another session
        self.light += look.light
        self.beats += look.beats
        self.intervals += look.intervals
        if look.epoch:
            self.epochs.append(look.epoch)
        self.contact = look.contact
        self.moving = look.moving

    def answer(self, answer: dict[str, Any]) -> None:
        """Take the device's answer to `watch`: what changes slowly."""
        self.state = answer
        if not answer.get("session"):
            self._forget()

    def _forget(self) -> None:
        for kept in (self.light, self.beats, self.intervals, self.epochs):
            kept.clear()
        self.contact = ""
        self.moving = False

    def is_old(self, now_s: float) -> bool:
        """Whether nothing has come for a while."""
        return now_s - self.heard_s > SILENT_S

    @property
    def newest(self) -> int:
        """The newest sample's number."""
        return self.light[-1][0] if self.light else 0

    @property
    def t_s(self) -> float:
        """Time since the session began, by the sensor's clock."""
        return self.newest / self.rate_hz

    @property
    def device(self) -> str:
        """The device's own number."""
        return plain(self.state.get("device", "?"), 16)

    @property
    def period_ms(self) -> float | None:
        """The newest heart period that needed no correction; None without contact."""
        if self.contact not in ("on", "weak"):
            return None
        return next((ms for ms, flag in reversed(self.intervals) if flag == "ok"), None)

    @property
    def sound_share(self) -> float | None:
        """Share of the last intervals that needed no correction; None where there are few."""
        recent = list(self.intervals)[-RECENT:]
        if len(recent) < RECENT // 2:
            return None
        return sum(flag == "ok" for _, flag in recent) / len(recent)

    @property
    def signal(self) -> str:
        """How well the pulse can be read, in a word; "" where there is none to judge."""
        if self.contact != "on":
            return ""
        if self.moving:
            return "moving"
        if self.sound_share is None:
            return "settling"
        return (
            "good" if self.sound_share >= GOOD else "fair" if self.sound_share >= FAIR else "poor"
        )

    @property
    def epoch(self) -> Epoch | None:
        """The newest complete epoch."""
        return self.epochs[-1] if self.epochs else None

    def as_json(self, now_s: float) -> dict[str, Any]:
        """Its numbers for a program: one object a second."""
        period_ms = self.period_ms
        return {
            "port": self.name,
            "device": self.device,
            "session": whole(self.state, "session"),
            "t_s": round(self.t_s, 2),
            "trouble": self.trouble or ("nothing comes" if self.is_old(now_s) else ""),
            "contact": self.contact,
            "signal": self.signal,
            "heart_period_ms": period_ms,
            "heart_rate_per_min": None if period_ms is None else round(60000 / period_ms, 1),
            "epoch": self.epoch and _epoch_json(self.epoch),
            "free": whole(self.state, "free"),
            **{name: value for name, value in self.state.items() if name.startswith("battery")},
        }


def _epoch_json(epoch: Epoch) -> dict[str, Any]:
    return {
        "ln_ms2": epoch.ln_ms2,
        "pb2_alone": pb2_alone(epoch),
        "bp_ln_ms2": epoch.bp_ln_ms2,
        "lock_in_ln_ms2": epoch.lock_in_ln_ms2,
        "valid": epoch.valid,
        "reason": epoch.reason,
        "rmssd_ms": epoch.rmssd_ms,
        "mean_hp_ms": epoch.mean_hp_ms,
        "corrected_share": round(epoch.corrected_share, 4),
        "noise_floor_ln": epoch.noise_floor_ln,
        "breath_per_min": epoch.breath_per_min,
        "breath_confidence": epoch.breath_confidence,
    }
