"""The road through all stages: what a gap, a lost finger and a wrong clock do to the intervals."""

import itertools

import numpy as np
import pytest
from light import heart_counts
from vagal import contact, intervals, pipeline
from vagal.pipeline import CONTACT, GAP, SCALE, Pipeline
from vagal.rsa import Rsa

LED_CODE = 0x1F
OVERFLOW = 1


class Sink:
    """Notes everything in order, with the index of the sample being worked on."""

    def __init__(self):
        self.found = []
        self.pipeline = Pipeline(100, LED_CODE, self)

    def note(self, kind, *values):
        self.found.append((kind, *values))

    def beat(self, index, frac, trust):
        self.note("beat", index + frac / 256)

    def interval(self, ibi, flag, used):
        self.note("interval", ibi, flag, used)

    def epoch(self, stages, reason):
        rsa = stages.rsa
        self.note("epoch", stages.run, rsa.number, rsa.rsa, reason, stages.hp.mean)

    def event(self, code, arg, value):
        self.note("event", code, arg, value)

    def of(self, kind):
        return [values for name, *values in self.found if name == kind]

    def feed(self, counts):
        for ir in np.asarray(counts).tolist():
            self.pipeline.push(ir)


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture(scope="module")
def finger():
    """Three minutes of a finger at rest, and its beats in samples."""
    counts, beats_s = heart_counts("hp=850,rsa=6.2,breath=0.25,seed=2", 180)
    return counts, beats_s * 100


def intervals_between(beats, breaks=()):
    """Sum of the intervals between beats (samples), those across a break left out."""
    beats = np.asarray(beats)
    spans = itertools.pairwise(beats)
    return sum(b - a for a, b in spans if not any(a < at <= b for at in breaks))


def test_beats_become_intervals_and_epochs(sink, finger):
    """On undisturbed light every beat after the first ends an interval, and none is mended."""
    counts, truth = finger
    sink.feed(counts)
    sink.pipeline.finish()
    beats = [at for (at,) in sink.of("beat")]
    assert len(beats) == pytest.approx(((truth > 0) & (truth < 17990)).sum(), abs=2)
    found = sink.of("interval")
    assert len(found) == len(beats) - 1
    assert {flag for _, flag, _ in found} == {intervals.OK}
    assert sum(ibi for ibi, _, _ in found) / 80 == pytest.approx(beats[-1] - beats[0], abs=0.5)
    assert [(run, number) for run, number, *_ in sink.of("epoch")] == [(0, k) for k in range(5)]


def test_the_last_beats_are_brought_out_at_the_end(sink, finger):
    """A beat is known 1.2 s late; the end of the recording does not swallow it."""
    counts, truth = finger
    sink.feed(counts[:6000])
    sink.pipeline.finish()
    last = sink.of("beat")[-1][0]
    assert last == pytest.approx(truth[truth < 5950][-1], abs=2)


@pytest.mark.parametrize("lost", [1, 10, 30, 400])
def test_no_interval_crosses_a_gap(sink, finger, lost):
    """However short the gap: the interval that lay over it is in no series."""
    counts, _ = finger
    sink.feed(counts[:9000])
    sink.pipeline.gap(lost, OVERFLOW)
    assert sink.pipeline.index == 9000 + lost
    sink.feed(counts[9000 + lost :])
    sink.pipeline.finish()
    beats = [at for (at,) in sink.of("beat")]
    assert not any(9000 <= at < 9000 + lost for at in beats)
    assert any(8900 < at < 9000 for at in beats)  # brought out before the gap
    total = sum(ibi for ibi, _, _ in sink.of("interval")) / 80
    assert total == pytest.approx(intervals_between(beats, [9000]), abs=0.5)
    assert sink.of("event").count([GAP, OVERFLOW, lost]) == 1


def test_a_gap_begins_the_epochs_anew(sink, finger):
    """The unfinished epoch is dropped; the next begins in a run of its own."""
    counts, _ = finger
    sink.feed(counts[:8000])
    before = sink.of("epoch")
    sink.pipeline.gap(30, OVERFLOW)
    sink.feed(counts[8030:])
    sink.pipeline.finish()
    after = sink.of("epoch")[len(before) :]
    assert [(run, number) for run, number, *_ in before] == [(0, 0)]
    assert [(run, number) for run, number, *_ in after] == [(1, 0), (1, 1)]


def test_an_epoch_after_a_gap_is_that_of_its_own_intervals(sink, finger):
    """Nothing of the series before the gap is left in a filter."""
    counts, _ = finger
    sink.feed(counts[:8000])
    sink.pipeline.gap(30, OVERFLOW)
    before = len(sink.of("interval"))
    sink.feed(counts[8030:])
    sink.pipeline.finish()
    rsa = Rsa()
    own = [rsa.rsa for ibi, flag, _ in sink.of("interval")[before:] if rsa.push(ibi, flag != 0)]
    assert own == [value for run, _, value, *_ in sink.of("epoch") if run == 1]
    assert len(own) == 2


def test_no_interval_crosses_a_loss_of_contact(sink, finger):
    """The finger is lifted for half a second: two series."""
    counts, _ = finger
    light = counts.copy()
    light[9000:9050] = 900
    sink.feed(light)
    sink.pipeline.finish()
    beats = [at for (at,) in sink.of("beat")]
    total = sum(ibi for ibi, _, _ in sink.of("interval")) / 80
    assert total == pytest.approx(intervals_between(beats, [9000]), abs=0.5)
    states = [arg for code, arg, _ in sink.of("event") if code == CONTACT]
    assert states == [contact.SETTLING, contact.ON, contact.OFF, contact.SETTLING, contact.ON]
    assert {run for run, *_ in sink.of("epoch")} == {0, 1}


def test_no_beats_without_contact(sink, finger):
    """The shadow of a hand pulses too: below the light of a finger it is not believed."""
    counts, _ = finger
    sink.feed((counts - 131072) + 20000)
    sink.pipeline.finish()
    assert not sink.of("beat")


def test_a_scale_waits_for_a_boundary(sink, finger):
    """The clock's new scale holds from the end of an epoch on, so that no epoch mixes two."""
    counts, _ = finger
    sink.feed(counts[:3000])
    sink.pipeline.next_scale = 655  # 1 %
    for ir in counts[3000:].tolist():
        assert sink.pipeline.scale == 0
        sink.pipeline.push(ir)
        if sink.of("epoch"):
            break
    assert sink.pipeline.scale == 655
    kinds = [found[0] for found in sink.found]
    epoch, scale = kinds.index("epoch"), sink.found.index(("event", SCALE, 0, 655))
    assert scale > epoch
    assert "interval" not in kinds[epoch:scale]


def test_a_gap_lets_a_new_scale_in(sink, finger):
    counts, _ = finger
    sink.feed(counts[:3000])
    sink.pipeline.next_scale = -300
    sink.pipeline.gap(5, OVERFLOW)
    assert sink.pipeline.scale == -300


def test_an_interval_is_cut_off_at_four_seconds(sink):
    """A heart that stops, or a detector that went deaf: no number grows without bound."""
    sink.pipeline.beat(1000, 0, 1)
    sink.pipeline.beat(90000, 0, 1)
    sink.pipeline.break_off()
    assert sink.of("interval") == [[32000, intervals.GAP, 1]]


@pytest.mark.parametrize("scale", [-1966, -655, 0, 655, 1966])
@pytest.mark.parametrize("ticks", [256 * 25, 256 * 85 + 77, 256 * 400])
def test_samples_become_time_to_an_eighth_of_a_millisecond(sink, scale, ticks):
    sink.pipeline.scale = scale
    sink.pipeline.beat(0, 0, 1)
    sink.pipeline.beat(ticks >> 8, ticks & 255, 1)
    sink.pipeline.break_off()
    [(ibi, _, _)] = sink.of("interval")
    assert ibi / 8 == pytest.approx(ticks / 25.6 * (1 + scale / 65536), abs=0.0626 + 0.008)


def test_sample_numbers_of_months_do_no_harm(sink):
    """Index 2^31 is 248 days on: only differences are computed with."""
    at = 2**31
    for k in range(30):
        sink.pipeline.beat(at + 85 * k, 128, 1)
    sink.pipeline.break_off()
    assert {ibi for ibi, _, _ in sink.of("interval")} == {6800}


def test_contact_and_gap_codes_are_those_of_the_journal():
    from vagaband import journal

    assert (pipeline.CONTACT, pipeline.SCALE, pipeline.GAP) == (
        journal.CONTACT,
        journal.SCALE,
        journal.GAP,
    )
