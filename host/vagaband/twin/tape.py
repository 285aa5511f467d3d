"""The tape of inputs that the twin runs over, and the lines in which it says what it found."""

import struct
from collections.abc import Iterable

import numpy as np

from vagaband.assemble import NO_CONTACT, Found
from vagaband.journal import (
    BUZZ,
    CONTACT,
    END,
    GAP,
    LED,
    MOTION,
    PACE,
    RAW_STOPPED,
    SCALE,
    Event,
    Journal,
)

OP = struct.Struct("<cii")
INPUTS = (GAP, SCALE, LED, PACE, BUZZ)
UNKNOWN = -128  # trust, as in run_stages.py
NAMES = {"micropython": "MicroPython", "cpython": "CPython"}


class Tape:
    """Inputs of the stages, in order; see run_stages.py for what each does."""

    def __init__(self, rate_hz: int, led_code: int) -> None:
        self._parts = [struct.pack("<ii", rate_hz, led_code)]

    def op(self, code: bytes, a: int = 0, b: int = 0) -> None:
        """One operation."""
        self._parts.append(OP.pack(code, a, b))

    def samples(self, counts: Iterable[int]) -> None:
        """IR samples."""
        self._values(b"S", counts)

    def intervals(self, eighths_ms: Iterable[int]) -> None:
        """Raw intervals in 1/8 ms, without light."""
        self._values(b"I", eighths_ms)

    def _values(self, code: bytes, values: Iterable[int]) -> None:
        array = np.asarray(list(values), "<i4")
        if len(array):
            self.op(code, len(array))
            self._parts.append(array.tobytes())

    def bytes(self) -> bytes:
        """The tape as the stages read it."""
        return b"".join(self._parts)


def of_counts(counts: Iterable[int], rate_hz: int, led_code: int) -> Tape:
    """A recording of light, from its first sample to its last."""
    tape = Tape(rate_hz, led_code)
    tape.samples(counts)
    tape.op(b"F")
    return tape


def of_intervals(runs_ms: Iterable[Iterable[float]]) -> Tape:
    """Unbroken series of intervals, rounded to 1/8 ms."""
    tape = Tape(100, 1)
    for ibi_ms in runs_ms:
        tape.intervals(int(np.floor(8 * ibi + 0.5)) for ibi in ibi_ms)
        tape.op(b"K")
    return tape


def of_journal(journal: Journal) -> tuple[Tape, str]:
    """All that a device's stages were given, and a note where beats stand in for the light."""
    header = journal.header
    tape = Tape(header["rate_hz"], header["config"]["ir_code"])
    stopped = next((event for event in journal.events if event.code == RAW_STOPPED), None)
    inputs = _inputs(journal, stopped)
    if not _is_whole(journal, inputs):
        _play_beats(tape, journal, 0, 0)
        return tape, "the light was not logged: the twin starts from the beats"
    _play_light(tape, journal, inputs)
    if stopped:
        _play_beats(tape, journal, stopped.beats, journal.events.index(stopped))
        return tape, "the light stops early: from there the twin starts from the beats"
    if journal.ended:
        tape.op(b"F")
    return tape, ""


def _inputs(journal: Journal, stopped: Event | None) -> list[Event]:
    """What was told beside the light; a scale that a gap let in stands before the gap."""
    inputs: list[Event] = []
    for event in journal.events:
        if event is stopped:
            break
        if event.code == SCALE and inputs and inputs[-1].index == event.index:
            inputs.insert(-1, event)
        elif event.code in INPUTS:
            inputs.append(event)
    return inputs


def _is_whole(journal: Journal, inputs: list[Event]) -> bool:
    """Whether the raw light goes on from the first sample, but for the gaps."""
    lost = {event.index: event.value for event in inputs if event.code == GAP and event.value > 0}
    at = 0
    for first, counts in journal.raw:
        while at in lost:  # one gap may follow another
            at += lost[at]
        if first != at:
            return False
        at += len(counts)
    return bool(journal.raw)


def _play_light(tape: Tape, journal: Journal, inputs: list[Event]) -> None:
    """Raw light with the inputs at their samples; an event closes the record of raw light."""
    waiting = list(inputs)
    last = 0
    for first, counts in journal.raw:
        at = first
        while waiting and waiting[0].index < first + len(counts):
            event = waiting.pop(0)
            if event.index > at:
                tape.samples(counts[at - first : event.index - first])
                at = event.index
                last = counts[at - first - 1]
            _give(tape, event, last)
        tape.samples(counts[at - first :])
        last = counts[-1]
    for event in waiting:
        _give(tape, event, last)


def _give(tape: Tape, event: Event, last: int) -> None:
    """`last` is the newest sample."""
    if event.code == SCALE:
        tape.op(b"C", event.value, 0)
    elif event.code == LED:
        tape.op(b"E", event.arg, last)
    elif event.code == PACE:
        tape.op(b"P", event.value)
    elif event.code == BUZZ:
        tape.op(b"Z", event.arg, event.value)
    else:
        tape.op(b"G", event.value, event.arg)


def _play_beats(tape: Tape, journal: Journal, first_beat: int, first_event: int) -> None:
    """Logged beats in place of their light, with what broke their series."""
    tape.op(b"D")
    events = journal.events[first_event:]
    for number in range(first_beat, len(journal.beats)):
        while events and events[0].beats <= number:
            _stand_in(tape, events.pop(0))
        tape.op(b"B", *journal.beats[number])
    for event in events:
        _stand_in(tape, event)


def _stand_in(tape: Tape, event: Event) -> None:
    if event.code == SCALE:
        tape.op(b"C", event.value, 1)
    elif event.code == LED and event.value:
        tape.op(b"U", event.index)
    elif event.code == BUZZ:
        tape.op(b"V", event.arg, event.index + event.value)
    elif event.code == PACE:
        tape.op(b"P", event.value)
    elif event.code == MOTION:
        tape.op(b"M", event.arg & 1, event.arg >> 1)
    elif event.code in (GAP, END):
        tape.op(b"K")
    elif event.code == CONTACT and event.arg in NO_CONTACT:
        tape.op(b"L")


def found_in(lines: Iterable[str]) -> tuple[Found, str]:
    """What the stages printed, and the engine they ran in."""
    found = Found()
    engine = "?"

    def take_beat(values: tuple[int, ...]) -> None:
        index, frac, given, trust = values
        found.beats.append((index, frac))
        found.given.append(given)
        found.trust.append(None if trust == UNKNOWN else trust)

    take = {
        "b": take_beat,
        "i": lambda v: found.intervals.append((v[0], v[1], v[2])),
        "e": found.epochs.append,
        "d": lambda _: setattr(found, "lit_epochs", len(found.epochs)),
        "v": lambda v: found.events.append(Event(*v)),
    }
    for line in lines:
        kind, *values = line.split()
        if kind == "n":
            engine = f"{NAMES[values[0]]} {values[1]}, {values[2]}-bit"
        else:
            take[kind](tuple(int(value) for value in values))
    return found, engine
