"""Correction by the reference: artefacts are repaired, time is kept, breathing is let be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vagaband.reference.intervals import correct, correct_beats
from vagaband.reference.rsa import rsa_epochs


def breathing(level, swing, count=300, noise=6.0, breath_hz=0.25, seed=0):
    """Beat times in ms of a heart that swings by +-`swing` with its breath."""
    rng, beats = np.random.default_rng(seed), [0.0]
    for _ in range(count):
        phase = 2 * np.pi * breath_hz * beats[-1] / 1000
        beats.append(beats[-1] + level + swing * np.sin(phase) + rng.normal(0, noise))
    return np.array(beats)


def rsa_of(ibi_ms):
    return np.mean([e.ln_ms2 or 0.0 for run in correct(ibi_ms) for e in rsa_epochs(run.ibi_ms)])


EVERY = np.arange(20, 280, 30)


def without(beats):
    return np.delete(beats, EVERY)


def with_extra(beats):
    return np.sort(np.r_[beats, beats[EVERY] + 0.4 * (beats[EVERY + 1] - beats[EVERY])])


def with_premature(beats):
    early = beats.copy()
    early[EVERY] -= 0.25 * (beats[EVERY] - beats[EVERY - 1])
    return early


@pytest.mark.parametrize("level", [600, 850, 1100])
@pytest.mark.parametrize(
    ("spoil", "flag", "within_ln"),
    [(without, "missed", 0.3), (with_extra, "extra", 0.1), (with_premature, "ectopic", 0.3)],
)
def test_one_artefact_in_thirty_beats_is_repaired(level, spoil, flag, within_ln):
    beats = breathing(level, 40)
    run = correct(np.diff(spoil(beats)))
    assert len(run) == 1
    assert run[0].flags.count(flag) >= len(EVERY)
    assert rsa_of(np.diff(spoil(beats))) == pytest.approx(rsa_of(np.diff(beats)), abs=within_ln)


def test_two_missed_beats_in_a_row_are_both_put_in():
    beats = breathing(850, 40)
    spoilt = np.delete(beats, np.r_[EVERY, EVERY + 1])
    assert len(correct(np.diff(spoilt))[0].ibi_ms) == len(beats) - 1


@pytest.mark.parametrize(("level", "swing"), [(600, 90), (850, 120), (1000, 150), (1200, 150)])
def test_strong_breathing_is_not_an_artefact(level, swing):
    """Swings of up to 300 ms are vagal tone at its best, not an error."""
    flags = correct(np.diff(breathing(level, swing)))[0].flags
    assert sum(flag != "ok" for flag in flags) <= 2


def test_a_long_pause_parts_the_runs():
    runs = correct([800.0] * 50 + [9000.0] + [800.0] * 40)
    assert [len(run.ibi_ms) for run in runs] == [50, 40]
    assert runs[1].start_ms == 49000


def test_no_run_crosses_a_gap_in_the_light():
    beats = np.linspace(0.8, 47.2, 59)
    runs = correct_beats(beats, [(0.0, 20.3), (20.5, 60.0)])
    assert len(runs) == 2
    assert runs[1].start_ms == pytest.approx(20800)


@pytest.mark.parametrize("ibi_ms", [[], [800.0], [800.0, 400.0], [800.0] * 200])
def test_short_and_steady_series_stay_as_they_are(ibi_ms):
    kept = [value for run in correct(ibi_ms) for value in run.ibi_ms]
    assert kept == ibi_ms
    assert all(flag == "ok" for run in correct(ibi_ms) for flag in run.flags)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(100, 3000), max_size=150))
def test_whatever_the_intervals_total_time_is_kept(ibi_ms):
    runs = correct(ibi_ms)
    beats = np.r_[0, np.cumsum(ibi_ms)]
    for run in runs:
        assert len(run.flags) == len(run.ibi_ms)
        assert (run.ibi_ms > 0).all()
        end = run.start_ms + run.ibi_ms.sum()
        assert np.abs(beats - run.start_ms).min() < 1e-6
        assert np.abs(beats - end).min() < 1e-6
