"""The whole road with the stages of quality in it: light or intervals in, judged epochs out.

`Found` is what one recording gave.
"""

from dataclasses import dataclass, field

from vagal import jitter
from vagal.pipeline import CONTACT, LED, MOTION, Pipeline

__all__ = ("CONTACT", "LED", "MOTION", "Found", "Sink", "of_intervals", "of_light")

LED_CODE = 0x1F


@dataclass
class Epoch:
    """One epoch as the sink gets it."""

    run: int
    rsa: int
    reason: int
    flagged: int
    floor: int
    jitter_ms: float
    unexplained: int


@dataclass
class Found:
    """What came out; `index` is the sample at which an event was told."""

    beats: list = field(default_factory=list)  # index with fraction
    measures: list = field(default_factory=list)  # height, slope, noise, level, trust, jitter
    intervals: list = field(default_factory=list)  # ibi, flag
    epochs: list = field(default_factory=list)
    events: list = field(default_factory=list)  # index, code, arg, value


class Sink:
    """Notes what a pipeline gives out, and what the stages of quality say with it."""

    def __init__(self, led_code=LED_CODE):
        self.found = Found()
        self.road = Pipeline(100, led_code, self)

    def beat(self, index, frac, trust):
        b = self.road._beats
        self.found.beats.append(index + frac / 256)
        if b.slope:
            sd = jitter.of_beat(b.noise, b.slope)
            self.found.measures.append((b.height, b.slope, b.noise, b.level, b.trust, sd))

    def interval(self, ibi, flag, used):
        self.found.intervals.append((ibi, flag))

    def epoch(self, stages, reason):
        rsa, quality = stages.rsa, stages.quality
        self.found.epochs.append(
            Epoch(
                stages.run,
                rsa.rsa,
                reason,
                rsa.flagged,
                quality.floor,
                quality.jitter / 64,
                stages._rhythm.unexplained,
            )
        )

    def event(self, code, arg, value):
        self.found.events.append((self.road.index, code, int(arg), value))


def of_light(counts, led_code=LED_CODE):
    """Run over counts at 100 Hz, with a call each second."""
    sink = Sink(led_code)
    for i, ir in enumerate(counts):
        sink.road.push(int(ir))
        if i % 100 == 99:
            sink.road.second()
    sink.road.finish()
    return sink.found


def of_intervals(eighths):
    """Run over raw intervals in 1/8 ms, without light."""
    sink = Sink()
    for ibi in eighths:
        sink.road.interval(int(ibi))
    sink.road.break_off()
    return sink.found
