"""Breathing together with a board: it paces, the screen follows, and its log is judged."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vagaband import journal, twin
from vagaband.assemble import NONE
from vagaband.clockmap import ONE
from vagaband.config import keys
from vagaband.device import Device, whole
from vagaband.errors import DeviceError, InputError
from vagaband.firmware_source import literals
from vagaband.paced import SETTLE_S, Paced, exercises, measure, sound_intervals
from vagaband.pull import Progress, pull
from vagaband.reference.lock_in import lock_in
from vagaband.session import Session

ASK_EVERY_S = 2.0
COMMIT_S = 2.5  # the board commits its log soon after an exercise
NO_CONTACT = 0
DEVICE_KEEPS = 400  # intervals: the device's value is of no more


@dataclass(frozen=True)
class Moment:
    """Where an exercise is, as the board said and the PC's clock goes on."""

    in_s: float  # 0: free breathing
    out_s: float
    at_s: float  # since the stretch began
    of_s: float
    part: int
    parts: int

    @property
    def breathing_in(self) -> bool:
        """Whether it is time to breathe in."""
        return self.at_s % (self.in_s + self.out_s) < self.in_s

    @property
    def share(self) -> float:
        """How full the lungs are: 0 to 1; half in free breathing."""
        if not self.in_s:
            return 0.5
        into_s = self.at_s % (self.in_s + self.out_s)
        if into_s < self.in_s:
            return into_s / self.in_s
        return 1 - (into_s - self.in_s) / self.out_s


@dataclass(frozen=True)
class Ended:
    """How it ended, in the device's own numbers; None where it gives no RSA."""

    whole: bool  # not stopped before its time
    ln_ms2: float | None
    swing_ms: int | None
    share: int | None


def command(
    in_s: float | None, out_s: float | None, minutes: int, resonance: bool, seed: int | None
) -> str:
    """The line that starts an exercise on the board; InputError where that should not be."""
    if resonance:
        return "breathe resonance" if seed is None else f"breathe resonance {seed}"
    if in_s is None or out_s is None:
        raise InputError("A pace needs --in and --out.", "Or choose a --preset.")
    phase = keys()["pace_in_ms"]
    low, high = phase.least / 1000, phase.most / 1000
    if not (low <= in_s <= high and low <= out_s <= high):
        raise InputError(
            f"In {in_s:g} s and out {out_s:g} s is no pace.", f"Each is {low:g} to {high:g} s."
        )
    least_s = literals("pacer")["LEAST_CYCLE_MS"] / 1000
    if in_s + out_s < least_s:
        raise InputError(
            f"A breath of {in_s + out_s:g} s is too fast.",
            f"In and out together take at least {least_s:g} s.",
        )
    return f"breathe {round(1000 * in_s)} {round(1000 * out_s)} {minutes}"


class Follower:
    """Follows the exercise on a board; `follow()` shows each moment until it ends.

    `show(moment)` is called some twenty times a second; True from it stops the exercise.
    """

    def __init__(self, device: Device, show: Callable[[Moment], bool]) -> None:
        self._device = device
        self._show = show

    def follow(self, start: str) -> Ended:
        """Start it, and see it through; it is stopped where this is left by an exception."""
        told, asked_s = self._ask(start)
        try:
            return self._until_it_ends(told, asked_s)
        except BaseException:
            self._device.try_ask("breathe stop", 1.5)
            raise

    def _until_it_ends(self, told: dict[str, Any], asked_s: float) -> Ended:
        while told.get("exercise") in ("pacing", "resonance"):
            since_s = time.monotonic() - asked_s
            if since_s > ASK_EVERY_S:
                told, asked_s = self._ask("breathe")
                continue
            if self._show(moment_of(told, since_s)):
                told, asked_s = self._ask("breathe stop")
            time.sleep(0.05)
        return _ended(told)

    def _ask(self, what: str) -> tuple[dict[str, Any], float]:
        """The answer, and when the board gave it."""
        before_s = time.monotonic()
        told = self._device.ask(what)
        return told, (before_s + time.monotonic()) / 2


def moment_of(told: dict[str, Any], since_s: float) -> Moment:
    """Where it is, so long after the board said `told` to "breathe"."""
    return Moment(
        in_s=whole(told, "in_ms") / 1000,
        out_s=whole(told, "out_ms") / 1000,
        at_s=whole(told, "ms") / 1000 + since_s,
        of_s=whole(told, "of_ms") / 1000,
        part=whole(told, "stretch"),
        parts=whole(told, "stretches"),
    )


def _ended(told: dict[str, Any]) -> Ended:
    value = told.get("lockin_q16")
    ln_ms2 = value / ONE if type(value) is int and value != NONE else None
    return Ended(
        whole=told.get("whole") is True,
        ln_ms2=ln_ms2,
        swing_ms=None if ln_ms2 is None else whole(told, "swing_ms"),
        share=whole(told, "share") if "share" in told else None,
    )


def sees_finger(device: Device) -> bool:
    """Whether something lies on the sensor, so that an exercise is measured too."""
    return device.ask("status").get("contact") != NO_CONTACT  # none where no session is open


@dataclass(frozen=True)
class Checked:
    """The reference's view of a pacing exercise: all of it, and what the device's value is of."""

    whole: Paced
    same_ln_ms2: float


def check(session: Session) -> Checked | None:
    """Of the session's last pacing exercise; None where its intervals allow no value."""
    pacing = [done for done in exercises(session) if done.kind == "pacing" and done.stretches]
    if not pacing:
        return None
    stretch = pacing[-1].stretches[-1]
    found = measure(session, stretch)
    begins_s = [i.t_s for i in session.intervals if stretch.begin_s <= i.t_s < stretch.end_s]
    kept_s = [*begins_s[-DEVICE_KEEPS:], stretch.end_s][0] + SETTLE_S
    same = lock_in(*sound_intervals(session, kept_s, stretch.end_s), stretch.hz)
    return Checked(found, same.ln_ms2) if found and same else None


def logged(url: str, out: Path, report: Progress) -> tuple[Session, Path]:
    """The newest session of the board, pulled once the exercise is on its flash."""
    time.sleep(COMMIT_S)
    pulled = pull(url, out, report)
    if not pulled:
        raise DeviceError("The board holds no session.", "Run the exercise again.")
    newest = next((one for one in pulled if one.open), pulled[-1])
    return twin.as_logged(journal.load(newest.path)), newest.path
