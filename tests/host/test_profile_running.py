"""The running RSA: the reference's own filters over 15 s, whole steps of sound beats only."""

import numpy as np
import pytest
from simulated_challenges import Challenge, Person, beats_of, still
from vagaband.analysis.uncertainty import estimator_sd
from vagaband.profile.model import Beats
from vagaband.profile.running import STEP_S, running_of
from vagaband.reference.rsa import rsa_epochs

REST = still(Challenge(total_s=900.0))


def beats(ibi_ms: np.ndarray, at_s: float = 0.0) -> Beats:
    begins_s = at_s + np.concatenate([[0.0], np.cumsum(ibi_ms[:-1])]) / 1000
    return Beats(begins_s, ibi_ms, np.zeros(len(ibi_ms)))


def test_a_sine_has_the_rsa_that_the_reference_gives_its_epochs() -> None:
    ibi_ms = 850 + 30 * np.sin(2 * np.pi * 0.2125 * np.arange(600))
    steps = running_of(beats(ibi_ms), 0.0)
    epochs = rsa_epochs(ibi_ms)
    band, porges = (
        np.median([getattr(epoch, name) for epoch in epochs]) for name in ("bp_ln_ms2", "ln_ms2")
    )
    assert np.median(steps.rsa_ln) == pytest.approx(band, abs=0.05)
    assert np.median(steps.pb2_ln) == pytest.approx(porges, abs=0.05)
    assert np.mean(steps.hp_ms) == pytest.approx(850, abs=2)


def test_steps_begin_where_they_are_asked_to() -> None:
    steps = running_of(beats(np.full(600, 800.0) + 20 * np.sin(np.arange(600)), 1000.0), 1103.0)
    off_s = (steps.at_s - STEP_S / 2 - 1103.0) % STEP_S
    assert np.all(off_s <= 0.5)  # the 2 Hz grid is the beats' own
    assert steps.at_s[0] - STEP_S / 2 >= 1012.5  # what the filters need is behind it
    assert np.allclose(np.diff(steps.at_s), STEP_S)
    assert len(steps.between(1103.0, 1163.0).at_s) == 4


def test_nothing_is_read_over_a_hole_and_little_is_lost_around_it() -> None:
    whole = beats_of(Person(corrected_per_min=0), REST, 1)
    kept = (whole.at_s < 400) | (whole.at_s > 430)
    holed = Beats(whole.at_s[kept], whole.ibi_ms[kept], whole.flagged[kept])
    steps = running_of(holed, 0.0)
    near = (steps.at_s + STEP_S / 2 > 400 - 12.5) & (steps.at_s - STEP_S / 2 < 430 + 12.5)
    assert not near.any()
    assert len(steps.at_s) >= len(running_of(whole, 0.0).at_s) - 6


def test_a_step_of_corrected_beats_is_left_out() -> None:
    whole = beats_of(Person(corrected_per_min=0), REST, 2)
    flagged = np.where((whole.at_s > 300) & (whole.at_s < 303), 1.0, 0.0)
    left = running_of(Beats(whole.at_s, whole.ibi_ms, flagged), 0.0)
    lost = set(running_of(whole, 0.0).at_s) - set(left.at_s)
    assert [at_s for at_s in lost if not 300 - STEP_S < at_s < 303 + STEP_S] == []
    assert lost


@pytest.mark.parametrize("seconds", [0.0, 5.0, 29.0])
def test_too_few_beats_give_no_step(seconds: float) -> None:
    whole = beats_of(Person(), REST, 3)
    few = whole.at_s < seconds
    steps = running_of(Beats(whole.at_s[few], whole.ibi_ms[few], whole.flagged[few]), 0.0)
    assert len(steps.at_s) == 0


def test_a_simulated_heart_at_rest_scatters_as_is_known() -> None:
    """The simulator's noise is what the other tests stand on (rsa.md §5): printed, and checked."""
    rests = [running_of(beats_of(Person(), REST, seed), 0.0).rsa_ln for seed in range(25)]
    for steps in (1, 2, 4, 20):
        means = [r[: len(r) // steps * steps].reshape(-1, steps).mean(axis=1) for r in rests]
        sd = float(np.concatenate(means).std())
        minutes = steps * STEP_S / 60
        known = estimator_sd(2 * minutes)
        print(f"{minutes:5.2f} min: SD {sd:.3f} ln, known {known:.2f}")
        assert known * 0.75 < sd < known * 1.3
