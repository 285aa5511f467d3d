"""The pacer: a breath of 8 s and more, told by light, colour and vibration, each by itself."""

import itertools

import pytest
from vagal import pacer
from vagal.pacer import BUZZ_MS, COLOURS, IN, OUT, Pacer, buzz

STEP_MS = 20
RATIOS = [(5000, 5000), (4000, 6000), (3000, 7000), (4000, 4000), (2000, 12000), (12000, 12000)]


def shown(in_ms, out_ms):
    """Phase and level of light through two breaths, as they are set 50 times a second."""
    paces = Pacer(in_ms, out_ms)
    rows = []
    for ms in range(0, 2 * (in_ms + out_ms), STEP_MS):
        paces.at(ms)
        rows.append((paces.phase, paces.level))
    return rows


def vibration(phase):
    """(begin, end) of each buzz of a cue, ms."""
    on = [bool(buzz(phase, ms)) for ms in range(BUZZ_MS + 200)]
    edges = [ms for ms, (a, b) in enumerate(itertools.pairwise([False, *on])) if a != b]
    return list(zip(edges[::2], edges[1::2], strict=True))


@pytest.mark.parametrize(("in_ms", "out_ms"), RATIOS)
def test_light_grows_for_in_and_fades_for_out_without_a_step(in_ms, out_ms):
    rows = shown(in_ms, out_ms)
    levels = [level for _, level in rows]
    assert min(levels) < 12 < 250 < max(levels) <= 255
    for (_, before), (phase, level) in itertools.pairwise(rows):
        assert abs(level - before) <= 5  # of 255, in 20 ms
        assert level >= before if phase == IN and before > 10 else True
        assert level <= before if phase == OUT and before < 250 else True
    assert sum(phase == IN for phase, _ in rows) * STEP_MS == pytest.approx(2 * in_ms, abs=40)


def test_light_changes_direction_twice_a_breath_and_no_faster():
    """The fastest breath allowed is a wave of 1/8 Hz: far below what flickers."""
    levels = [level for _, level in shown(2000, 6000)]
    rises = [b > a for a, b in itertools.pairwise(levels) if a != b]
    assert sum(a != b for a, b in itertools.pairwise(rises)) <= 4


@pytest.mark.parametrize(
    ("in_ms", "out_ms"), [(4000, 3999), (2000, 2000), (1900, 8000), (6000, 12001), (0, 10000)]
)
def test_no_breath_is_paced_faster_than_eight_seconds_or_held(in_ms, out_ms):
    with pytest.raises(ValueError, match="ms"):
        Pacer(in_ms, out_ms)


def test_in_is_one_long_buzz_and_out_two_short_ones():
    """Told apart with eyes closed; short, so that little light is shaken."""
    assert vibration(IN) == [(0, 200)]
    assert vibration(OUT) == [(0, 65), (135, 200)]
    assert buzz(IN, 100) < buzz(OUT, 10)


def test_colours_differ_also_without_red_and_green():
    """Blue against amber: the channel that nearly all colour-blind eyes see tells them apart."""
    assert abs(COLOURS[IN][2] - COLOURS[OUT][2]) == 255


def test_cues_come_where_a_phase_begins():
    paces = Pacer(4000, 6000)
    assert [paces.next_cue(ms) for ms in (0, 1, 4000, 4001, 9999, 10000, 23999)] == [
        0,
        4000,
        4000,
        10000,
        10000,
        10000,
        24000,
    ]
    assert pacer.LEAST_CYCLE_MS == 8000
