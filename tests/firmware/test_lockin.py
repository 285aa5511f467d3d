"""Lock-in RSA: the swing at the pacer's pace, in integers, against least squares in float64."""

import math

import breaths
import interval_series
import numpy as np
import pytest
from breaths import Person
from interval_series import amplitude_ms
from vagal.lockin import LEAST_SHARE, LockIn
from vagal.rsa import NONE

SWING_MS = 120.0
LN_SWING = math.log((SWING_MS / 2) ** 2 / 2)
PACES = (4.5, 7.0)  # breaths a minute
LONGEST_MS = 120_000


def fitted(ibis, cycle_ms, longest_ms=0, flagged=()):
    """The stage after these intervals (1/8 ms)."""
    stage = LockIn()
    stage.start(cycle_ms, longest_ms)
    for k, ibi in enumerate(ibis):
        stage.push(int(ibi), k in flagged)
    stage.fit()
    return stage


def least_squares(ibis, cycle_ms, window_ms):
    """ln(A^2 / 2) and the share of variance in float64, over the newest `window_ms`."""
    ibi_ms = np.asarray(ibis) / 8
    age_ms = np.cumsum(ibi_ms[::-1])
    count = int(np.searchsorted(age_ms, window_ms)) + 1
    x = ibi_ms[::-1][:count]
    age_ms = age_ms[:count] - x / 2
    u = age_ms / window_ms - 0.5
    turn = 2 * np.pi * age_ms / cycle_ms
    terms = np.column_stack([np.ones(count), u, u * u, np.cos(turn), np.sin(turn)])

    def rest(matrix):
        solution = np.linalg.lstsq(matrix, x, rcond=None)[0]
        return solution, float(np.var(x - matrix @ solution))

    fit, left = rest(terms)
    _, about_drift = rest(terms[:, :3])
    return math.log((fit[3] ** 2 + fit[4] ** 2) / 2), 100 * (1 - left / about_drift)


def paced(rng, seconds, *, swing_ms=SWING_MS, lf_ms=8.0, vlf_ms=10.0):
    """Intervals (1/8 ms) of someone who breathes with a pacer, and the cycle in ms.

    Beside the breath: a Mayer wave around 0.095 Hz and a 1/f wander (rms each), 4 ms of jitter.
    """
    cycle_ms = round(60_000 / rng.uniform(*PACES))
    who = Person(
        rate=60_000 / cycle_ms,
        hp_ms=rng.uniform(650, 1100),
        unsteady=0,
        rsa_ms=swing_ms / 2,
        lf_ms=lf_ms,
        vlf_ms=vlf_ms,
        harmonic=0.1,
    )
    return breaths.beats_of(who, rng, seconds).ibi[1:], cycle_ms


def window_ms(cycle_ms):
    """Six breaths, and as many as 60 s take."""
    return max(6, math.ceil(60_000 / cycle_ms)) * cycle_ms


@pytest.mark.parametrize("swing_ms", [20, 60, 120, 300])
def test_against_float64(swing_ms):
    """At most 0.02 ln apart where the breath is most of the variance, and 3 % of share."""
    rng = np.random.default_rng(31)
    worst, compared = 0.0, 0
    for _ in range(100):
        ibis, cycle_ms = paced(rng, 100, swing_ms=swing_ms)
        stage = fitted(ibis, cycle_ms)
        truth, share = least_squares(ibis, cycle_ms, window_ms(cycle_ms))
        assert abs(stage.share - share) <= 4
        if stage.share >= LEAST_SHARE:
            compared += 1
            worst = max(worst, abs(stage.value / 65536 - truth))
            swing = 2 * amplitude_ms(stage.value / 65536)
            assert stage.swing / 8 == pytest.approx(swing, abs=0.3)
    print(f"swing {swing_ms} ms: worst {worst:.4f} ln of {compared}")
    assert worst <= 0.02


# rms in ms: Mayer wave (LF power of 25, 64 and 225 ms^2), 1/f wander
BACKGROUNDS = {"quiet": (5.0, 8.0), "usual": (8.0, 10.0), "loud": (15.0, 15.0)}


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_two_minutes_with_the_pacer(background):
    """120 s at 4.5 to 7 a minute with a swing of 120 ms: median error at most 0.1 ln.

    Not under a loud Mayer wave: it lies at the pace itself, and nothing tells them apart.
    """
    rng = np.random.default_rng(32)
    lf_ms, vlf_ms = BACKGROUNDS[background]
    last, whole = [], []
    for _ in range(200):
        ibis, cycle_ms = paced(rng, 121, lf_ms=lf_ms, vlf_ms=vlf_ms)
        last.append(abs(fitted(ibis, cycle_ms).value / 65536 - LN_SWING))
        whole.append(abs(fitted(ibis, cycle_ms, LONGEST_MS).value / 65536 - LN_SWING))
    print(f"{background}: six breaths {np.median(last):.3f}, all 120 s {np.median(whole):.3f} ln")
    assert np.median(whole) <= (0.2 if background == "loud" else 0.1)
    assert np.median(whole) < np.median(last)


def test_phase_and_length_of_the_window():
    """A pure swing is found whatever its phase, at every pace from 3 to 30 a minute."""
    rng = np.random.default_rng(33)
    for cycle_ms in (2000, 3500, 6000, 10000, 13333, 20000):
        for _ in range(5):
            ibis = interval_series.breathing(rng, 700, 30, 1000 / cycle_ms, 130)
            stage = fitted(ibis, cycle_ms)
            # the interval is taken at its start here, so that the mean over it does not matter
            assert stage.value / 65536 == pytest.approx(math.log(450), abs=0.05), cycle_ms
            assert stage.share >= 95


def test_no_value_before_the_window_is_full_or_after_a_gap():
    ibis = interval_series.breathing(np.random.default_rng(34), 900, 50, 0.1, 59)
    stage = fitted(ibis, 10_000)
    assert (stage.value, stage.swing, stage.share) == (NONE, 0, 0)
    for ibi in ibis[:4]:
        stage.push(ibi, False)
    stage.fit()
    assert stage.value > 0
    stage.restart()
    stage.fit()
    assert (stage.value, stage.swing, stage.share) == (NONE, 0, 0)
    stage.start(13_333)  # 4.5 a minute: six breaths take 80 s
    for ibi in ibis:
        stage.push(ibi, False)
    stage.fit()
    assert stage.value == NONE


def test_without_a_pacer_there_is_no_value():
    stage = LockIn()
    for ibi in interval_series.breathing(np.random.default_rng(35), 900, 50, 0.1, 100):
        stage.push(ibi, False)
    stage.fit()
    assert stage.value == NONE
    stage.start(10_000)
    stage.stop()
    stage.fit()
    assert stage.value == NONE


def test_mended_intervals_are_left_out_and_too_many_refuse():
    """One in twelve is absurd and flagged: the swing stays. One in four: no value."""
    rng = np.random.default_rng(36)
    ibis = interval_series.breathing(rng, 900, 60, 0.1, 80)
    few = range(5, len(ibis), 12)
    odd = [ibi + 800 * (k in few) for k, ibi in enumerate(ibis)]
    assert fitted(odd, 10_000, flagged=few).value / 65536 == pytest.approx(LN_SWING, abs=0.1)
    assert fitted(ibis, 10_000, flagged=range(0, len(ibis), 4)).value == NONE


def test_share_tells_when_the_wearer_does_not_follow():
    """Breathing at 15 a minute beside a pacer at 6: little share; a constant heart: no value."""
    rng = np.random.default_rng(37)
    shares = [
        fitted(interval_series.breathing(rng, 900, 50, 0.25, 80, jitter_ms=5), 10_000).share
        for _ in range(20)
    ]
    assert max(shares) < LEAST_SHARE
    assert fitted([7200] * 100, 10_000).value == NONE


def test_share_says_how_far_off_a_value_may_be():
    """Swings of 6 to 200 ms on backgrounds of every size, grouped by share."""
    rng = np.random.default_rng(38)
    rows = []
    for _ in range(400):
        swing_ms = float(np.exp(rng.uniform(math.log(6), math.log(200))))
        noise_ms = float(np.exp(rng.uniform(math.log(4), math.log(20))))
        ibis, cycle_ms = paced(rng, 90, swing_ms=swing_ms, lf_ms=noise_ms, vlf_ms=noise_ms)
        stage = fitted(ibis, cycle_ms)
        error = abs(stage.value / 65536 - math.log(swing_ms**2 / 8))
        rows.append((stage.share, error))
    share, error = np.array(rows).T
    medians = [float(np.median(error[(share >= low) & (share < low + 25)])) for low in (0, 25, 50)]
    medians.append(float(np.median(error[share >= 75])))
    print(f"median error by quarter of share: {np.round(medians, 2)} ln")
    assert medians[3] <= 0.2
    assert medians[2] <= 0.5 < medians[0]
