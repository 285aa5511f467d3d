"""A board's clocks that wander, through the firmware's own SampleClock: journal, exchanges, truth.

No light and no beats: an hour of drains takes a quarter of a second.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from vagaband.assemble import ESTIMATED, Found, clock_of
from vagaband.journal import CRYSTAL, END, GAP, SCALE, Event, Journal
from vagaband.pair.clock_file import Exchange
from vagaband.pair.common import Recording
from vagaband.pair.exchange import WRAP_US, Met, Reading, meet
from vagaband.pair.meeting import TURN_S
from vagaband.paths import firmware_dir
from vagaband.twin import SHIM

RATE_HZ = 100
TO_BOARD_S, TO_PC_S, AGE_US = 0.002, 0.0095, 1500  # of a line of 115200 baud
ASKED_S = 5.0
PERIOD_US, SLACK_US = 10_000, 30_000  # fewer samples than that: the sensor is taken for silent
SILENT = 4  # the cause of a gap
UNIX = 1_790_000_000.0


@dataclass(frozen=True)
class Simulated:
    """One board: its recording, and the true time of each of its samples."""

    recording: Recording
    index: np.ndarray
    true_s: np.ndarray
    own_s: np.ndarray


def simulate(
    seed: int,
    seconds: float = 3600.0,
    meet_at_s: tuple[float, ...] = (70.0, 3580.0),
    sensor: float = 0.0,
    ppm: float = 0.0,
    warmth: float = 0.0,
    pc: str = "virtual",
    starts_s: float = 0.0,
    config: dict[str, int] | None = None,
    silent: Sequence[tuple[float, float]] = (),
) -> Simulated:
    """`sensor`: error of its clock; `warmth`: 1 for a sensor that a finger warms and a crystal
    in a room that does; `ppm` of the crystal; `silent`: from when on for how long it gives
    nothing, so that the board estimates what was lost. All times in true s from this board's
    first sample."""
    rng = np.random.default_rng(seed)
    grid_s = np.arange(0, seconds + 1, 0.5)
    warm = rng.uniform(2e-4, 6e-4) * rng.choice((-1, 1)) * (1 - np.exp(-grid_s / 400))
    swing = 1e-4 * np.sin(2 * np.pi * grid_s / 1300 + rng.uniform(0, 6))
    rate = RATE_HZ / (1 + sensor + warmth * (warm + swing))
    for from_s, for_s in silent:
        rate[(grid_s >= from_s) & (grid_s < from_s + for_s)] = 0.0
    room = warmth * 1.5 * np.sin(2 * np.pi * grid_s / 3000 + rng.uniform(0, 6))
    count = np.concatenate([[0], np.cumsum(rate[:-1] * 0.5)])
    crystal_s = np.concatenate([[0], np.cumsum(0.5 * (1 + 1e-6 * (ppm + room[:-1])))])
    turns_s = np.cumsum(0.1 + rng.uniform(0, 0.02, int(seconds / 0.11)))
    samples = np.floor(np.interp(turns_s, grid_s, count)).astype(int)
    us = np.round(1e6 * np.interp(turns_s, grid_s, crystal_s)).astype(int)
    counted, told, events = _firmware(samples, us)
    header = {"device": f"{seed:06x}", "session": 1, "boot": "b00b", "rate_hz": RATE_HZ}
    header |= {"config": config or {}, "rtc_s": 0, "set_by_s": 0}
    logged = Journal(header=header, events=events)
    exchanges = []
    for at_s in meet_at_s:
        met = _meet(rng, at_s, turns_s, counted, told, starts_s)
        up_s = met.unix_s - UNIX
        exchanges.append(Exchange(header["device"], 1, "b00b", pc, up_s, met))
    index = np.arange(0, counted[-1], 500.0)
    index = index[~_is_lost(index, events)]
    ahead = (counted - samples)[np.searchsorted(counted, index + 1)]  # of those that came
    true_s = UNIX + starts_s + np.interp(index - ahead + 0.5, count, grid_s)
    own_s = clock_of(Found(events=events), RATE_HZ).seconds(index)
    return Simulated(Recording(logged, exchanges), index, true_s, own_s)


def _is_lost(index: np.ndarray, events: list[Event]) -> np.ndarray:
    gaps = [(event.index, event.index + event.value) for event in events if event.code == GAP]
    return np.any([np.zeros(len(index), bool), *((a <= index) & (index < b) for a, b in gaps)], 0)


def _firmware(samples: np.ndarray, us: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[Event]]:
    """Of what came by each turn, and the crystal then: what the firmware counted, its crystal's
    microseconds, and what it logs. Of gaps it does as Sensing and Recorder do."""
    for folder in (str(SHIM), str(firmware_dir())):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    from vagal.clock import ONE, SampleClock

    clock = SampleClock(RATE_HZ)
    events, counted, told = [], [], []
    at, quiet_us = 0, 0
    steps = np.diff(samples, prepend=0).tolist(), np.diff(us, prepend=us[0]).tolist()
    for n, passed_us in zip(*steps, strict=True):
        too_few = n * PERIOD_US - passed_us < -SLACK_US  # then they are thrown away
        quiet_us += passed_us
        if not too_few:
            if quiet_us > passed_us:
                lost = round(quiet_us * ONE / (ONE + clock.scale) / PERIOD_US) - n
                events.append(Event(at, 0, GAP, SILENT | ESTIMATED, lost))
                clock.restart()
                at += lost
            at += n
            if clock.drained(n, quiet_us):
                events.append(Event(at, 0, SCALE, 0, clock.scale))
            if clock.back:
                events.append(Event(at - clock.back, 0, CRYSTAL, 0, clock.told_us))
                clock.back = 0
            quiet_us = 0
        counted.append(at)
        told.append(clock.us)
    events.append(Event(at, 0, END, 1, 0))
    return np.array(counted), np.array(told), events


def _meet(rng, at_s, turns_s, samples, told, starts_s) -> Met:
    readings = []
    now_s = at_s
    while now_s < at_s + ASKED_S:
        turn = int(np.searchsorted(turns_s, now_s + TO_BOARD_S))
        got_s = turns_s[turn] + AGE_US / 1e6 + TO_PC_S + rng.exponential(0.001)
        sent_s, heard_s = (UNIX + starts_s + each for each in (now_s, got_s))
        counted, us = int(samples[turn]), int(told[turn]) % WRAP_US
        readings.append(Reading(sent_s, heard_s, counted, us, AGE_US))
        now_s = got_s + rng.uniform(0, TURN_S)
    return meet(readings)
