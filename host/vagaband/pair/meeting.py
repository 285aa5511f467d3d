"""Asks boards where they stand against this PC's clock: all in the same seconds, turn by turn."""

import hashlib
import platform
import random
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from vagaband.device import Device, whole
from vagaband.errors import DeviceError, InputError
from vagaband.pair.clock_file import Exchange
from vagaband.pair.exchange import FEWEST, Reading, meet
from vagaband.pull import NAME

SECONDS = 8.0  # of asking: each of two boards some thirty times
TURN_S = 0.11  # the board looks at its line so often: questions must come at any moment of that
DRAWN = 1 << 40
SETTLES_S = 3.0  # from a session's start to its first sample
OLDEST_US = 500_000  # a sensor that gave nothing for so long is not sampling


@dataclass
class Asked:
    """One board: whose session it is, and what it answered so far."""

    url: str
    device: str = ""
    session: int = 0
    boot: str = ""
    readings: list[Reading] = field(default_factory=list)

    def exchange(self, anchor: "HostClock") -> Exchange:
        """What its answers come to. Raises DeviceError as `meet` does."""
        met = meet(self.readings)
        up_s = met.unix_s - anchor.unix_less_up_s
        return Exchange(self.device, self.session, self.boot, pc_name(), up_s, met)


class HostClock:
    """This PC's clock, read once and then gone on by one that nobody sets."""

    def __init__(self) -> None:
        self.unix_less_up_s = time.time() - up_s()

    def now_s(self) -> float:
        """Seconds since 1970."""
        return self.unix_less_up_s + up_s()


def up_s() -> float:
    """How long this PC has been up, the time it slept included where the system tells."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


def pc_name() -> str:
    """What tells this PC from others, and no more: of its network card's number, or of its name
    where there is no card (then Python draws a number, and marks it as drawn)."""
    number = uuid.getnode()
    name = platform.node() if number & DRAWN else str(number)
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def ask_all(
    urls: Sequence[str],
    seconds: float = SECONDS,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[list[Exchange], list[BaseException]]:
    """Exchange with the board at each port; as `ask_open`. Raises where it can't even begin."""
    if len(set(urls)) < len(urls):
        raise InputError("A port was named twice.", "Name each board's own port.")
    with ExitStack() as stack:
        return ask_open([stack.enter_context(Device(url)) for url in urls], seconds, progress)


def ask_open(
    devices: Sequence[Device],
    seconds: float = SECONDS,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[list[Exchange], list[BaseException]]:
    """Exchange with each board: what is known of each, and what went wrong meanwhile.

    What broke off (a board that went away, Ctrl-C) comes back beside the exchanges that were
    had by then: the caller keeps these first.
    """
    asked = [_greet(device) for device in devices]
    _refuse_twins(asked)
    clock = HostClock()
    failures: list[BaseException] = []
    try:
        _ask(list(zip(devices, asked, strict=True)), clock, seconds, progress, failures)
    except KeyboardInterrupt as stopped:
        failures.append(stopped)
    exchanges = []
    for each in asked:
        try:
            exchanges.append(each.exchange(clock))
        except DeviceError as error:
            if not failures:
                failures.append(DeviceError(f"{each.url}: {error.what}", error.next_step))
    return exchanges, failures


def _ask(
    boards: list[tuple[Device, Asked]],
    clock: HostClock,
    seconds: float,
    progress: Callable[[float], None],
    failures: list[BaseException],
) -> None:
    """Question all in turn until the time is over; a board that fails is left out from there."""
    end_s = clock.now_s() + seconds
    left = list(boards)
    while left and ((now_s := clock.now_s()) < end_s or _too_few(left)):
        progress(1 - max(0.0, end_s - now_s) / seconds)
        for board in list(left):
            try:
                _question(*board, clock)
            except DeviceError as error:
                failures.append(error)
                left.remove(board)
        time.sleep(random.uniform(0, TURN_S))


def _too_few(boards: list[tuple[Device, Asked]]) -> bool:
    return any(len(asked.readings) < FEWEST for _, asked in boards)


def _question(device: Device, asked: Asked, clock: HostClock) -> None:
    sent_s = clock.now_s()
    answer = device.ask("clock")
    got_s = clock.now_s()
    if (whole(answer, "session"), answer.get("boot")) != (asked.session, asked.boot):
        raise DeviceError(f"The board at {device.url} began another session.", "Try again.")
    if not whole(answer, "index") or whole(answer, "age_us") > OLDEST_US:
        raise DeviceError(
            f"The sensor of the board at {device.url} gives no samples.",
            f"Run: vagaband doctor --port {device.url}",
        )
    numbers = (whole(answer, name) for name in ("index", "us", "age_us"))
    asked.readings.append(Reading(sent_s, got_s, *numbers))


def _greet(device: Device) -> Asked:
    """Who is there; a clock that was never set is set, so that its session has a date."""
    status = device.ask("status")
    name = str(status.get("device", ""))
    if not NAME.fullmatch(name):
        raise DeviceError(f"The board at {device.url} does not say which one it is.", "Reset it.")
    if not whole(status, "session"):
        raise DeviceError(
            f"The board at {device.url} has no session open.",
            "Reset it, or type start on its line: a session begins at each start.",
        )
    if not whole(status, "clock_s"):
        time.sleep(-time.time() % 1)  # it takes whole seconds
        device.ask(f"time {round(time.time())}")
    end_s = time.monotonic() + SETTLES_S
    while not whole(answer := device.ask("clock"), "index") and time.monotonic() < end_s:
        time.sleep(TURN_S)
    return Asked(device.url, name, whole(answer, "session"), str(answer.get("boot", "")))


def _refuse_twins(asked: list[Asked]) -> None:
    seen: dict[str, str] = {}
    for each in asked:
        if each.device in seen:
            raise InputError(
                f"{seen[each.device]} and {each.url} are the same board, {each.device}.",
                "Name each board's own port.",
            )
        seen[each.device] = each.url
