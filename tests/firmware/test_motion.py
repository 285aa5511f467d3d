"""When the beats say that the sensor moved, and when it was good again."""

import pytest
from vagal.motion import Motion

USUAL = {"height": 36000, "level": 131072, "trust": 8, "jitter": 30}


def run(*beats, stage=None):
    """Whether it moved, after each beat; a beat is what differs from the usual one."""
    stage = stage or Motion()
    found = []
    for beat in beats:
        before = stage.moving
        assert stage.push(**{**USUAL, **beat}) == (stage.moving != before)
        found.append(stage.moving)
    return found


STILL = [{}] * 8
BAD = {
    "tall": {"height": 80000},
    "low": {"height": 15000},
    "jump": {"level": 136000},
    "unlike": {"trust": 7},
    "badly timed": {"jitter": 600},
}


@pytest.mark.parametrize("kind", BAD)
def test_two_suspect_beats_are_motion_and_four_still_ones_end_it(kind):
    bad = BAD[kind]
    found = run(*STILL, bad, {}, bad, *STILL)
    if kind != "jump":  # which is two suspect beats by itself: the level bends there and back
        assert found[:10] == [False] * 10
    assert found[10]
    assert found.index(False, 10) in range(14, 18)  # a jump bends the level for two beats more
    assert not found[-1]


@pytest.mark.parametrize("kind", BAD)
def test_one_suspect_beat_is_not(kind):
    """A premature beat is small; a cable may twitch."""
    if kind == "jump":
        pytest.skip("a level that jumps and returns is two")
    assert not any(run(*STILL, BAD[kind], *STILL))


def test_it_began_with_the_first_suspect_beat():
    stage = Motion()
    run(*STILL, BAD["tall"], {}, BAD["low"], stage=stage)
    assert (stage.moving, stage.since) == (True, 2)


def test_trust_that_only_begins_to_grow_is_not_suspect():
    """The first beats: the detector knows none to liken them to."""
    assert not any(run(*({"trust": trust} for trust in (0, 0, 1, 2, 3, 4))))


def test_falling_trust_is_suspect():
    """Beats that cease to look alike, though still believed."""
    assert run(*STILL, {"trust": 7}, {"trust": 6})[-1]


def test_wander_is_not_motion():
    """A level that goes straight on by four heights a beat, and turns slowly."""
    levels = [131072 + 4000 * k for k in range(8)] + [131072 + 32000 - 500 * k for k in range(8)]
    assert not any(run(*({"level": level} for level in levels)))


def test_a_pulse_that_grows_for_good_becomes_the_usual():
    """A warmed finger, a tighter cuff: motion for some beats, not for ever."""
    found = run(*STILL, *[{"height": 90000}] * 20)
    assert any(found)
    assert not any(found[-8:])


def test_a_step_of_the_current_is_none():
    stage = Motion()
    run(*STILL, stage=stage)
    stage.stepped(20, 40)
    after = {"height": 72000, "level": 262144}
    assert not any(run(*[after] * 8, stage=stage))


def test_breathing_changes_the_height_by_a_third():
    heights = [36000 + (12000, 6000, -6000, -12000)[k % 4] for k in range(40)]
    assert not any(run(*({"height": height} for height in heights)))
