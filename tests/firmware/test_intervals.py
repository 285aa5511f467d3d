"""The corrector: what it mends, what it leaves alone, and that it never makes or loses time."""

import interval_series as series
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from interval_series import amplitude_ms, breathing
from vagal import intervals
from vagal.intervals import Corrector
from vagal.rsa import Rsa


def drain(corrector, n):
    return [(corrector.ibi[i], corrector.flag[i], corrector.used[i]) for i in range(n)]


def correct(ibis):
    """(interval, flag, raw intervals used) of all that comes out."""
    corrector, out = Corrector(), []
    for ibi in ibis:
        out += drain(corrector, corrector.push(ibi))
    while n := corrector.flush():
        out += drain(corrector, n)
    return out


def mean_rsa(corrected):
    """Mean RSA (ln) of the epochs of a corrected series, and their number."""
    rsa, found = Rsa(), []
    for ibi, flag, _ in corrected:
        if flag == intervals.GAP:
            rsa.restart()
        elif rsa.push(ibi, flag != intervals.OK):
            found.append(rsa.rsa / 65536)
    return np.mean(found), len(found)


def flags(corrected):
    return [flag for _, flag, _ in corrected if flag != intervals.OK]


def typical(rng):
    """Five minutes of an adult at rest."""
    return breathing(
        rng,
        hp_ms=rng.uniform(650, 1100),
        swing_ms=amplitude_ms(rng.uniform(5, 7)),
        breath_hz=rng.uniform(0.15, 0.30),
        seconds=310,
        jitter_ms=rng.uniform(0, 5),
    )


@pytest.mark.parametrize("fault", [series.missed, series.extra, series.premature])
def test_one_fault_in_30_s_leaves_rsa_as_it_was(fault):
    """Mean RSA over five minutes within 0.02 ln of the clean series, for each of 60 people."""
    rng = np.random.default_rng(5)
    differences = []
    for _ in range(60):
        clean = typical(rng)
        places = series.places_every(clean, 30, rng)
        mended = correct(fault(clean, places, rng))
        assert len(flags(mended)) >= len(places)
        assert intervals.GAP not in flags(mended)
        (expected, n), (found, n_found) = mean_rsa(correct(clean)), mean_rsa(mended)
        assert n == n_found >= 9
        differences.append(found - expected)
    worst = np.abs(differences).max()
    print(fault.__name__, f"largest change of mean RSA {worst:.4f} ln")
    assert worst <= 0.02


def test_two_beats_missed_in_a_row_are_put_back():
    """A second under a moved cable: three intervals' time is shared out on a parabola."""
    rng = np.random.default_rng(6)
    differences = []
    for _ in range(40):
        clean = typical(rng)
        places = series.places_every(clean, 30, rng)
        both = sorted([*places, *(k + 1 for k in places)])
        mended = correct(series.missed(clean, both, rng))
        assert flags(mended).count(intervals.MISSED) >= 3 * len(places) - 1
        differences.append(mean_rsa(mended)[0] - mean_rsa(correct(clean))[0])
    worst = np.abs(differences).max()
    print(f"two missed in a row: largest change of mean RSA {worst:.3f} ln")
    assert worst <= 0.15


def test_clean_breathing_is_left_alone():
    """Swings of 300 ms (30 % of the period under 900 ms): at most one flag in 300 beats."""
    rng = np.random.default_rng(1)
    total, worst = 0, 0
    for _ in range(250):
        hp_ms = rng.uniform(400, 1500)
        swing_ms = (300 if hp_ms >= 900 else 0.3 * hp_ms) / 2
        clean = breathing(
            rng,
            hp_ms,
            swing_ms,
            rng.uniform(0.07, 0.4),
            0.31 * hp_ms,
            jitter_ms=rng.choice([0, 5]),
        )[:300]
        false = len(flags(correct(clean)))
        total += false
        worst = max(worst, false)
    print(f"{total} false flags in 250 series of 300 beats, most in one: {worst}")
    assert worst <= 1


@settings(max_examples=400, deadline=None)
@given(st.lists(st.integers(100, 5000), min_size=1, max_size=120))
@example([300, 401, 401, 300, 300])  # the flush begins with a beat that is dropped
def test_no_time_is_made_or_lost(ibi_ms):
    """Whatever comes in: the sum goes out, and every raw interval is accounted for once."""
    raw = [8 * ms for ms in ibi_ms]
    out = correct(raw)
    assert sum(ibi for ibi, _, _ in out) == sum(raw)
    assert sum(used for _, _, used in out) == len(raw)
    assert all(ibi > 0 for ibi, _, _ in out)


def test_what_is_left_as_it_is_is_one_raw_interval():
    """The log counts on it; in a rhythm without order, where every mend is tried."""
    rng = np.random.default_rng(7)
    ibis = np.clip(720 * (1 + rng.normal(0, 0.2, 5000)), 310, 1990)
    corrected = correct([round(8 * ibi) for ibi in ibis])
    assert {used for _, flag, used in corrected if flag == intervals.OK} == {1}
    assert max(used for _, _, used in corrected) > 1


@settings(max_examples=200, deadline=None)
@given(
    st.integers(350, 1600),
    st.lists(st.tuples(st.integers(-60, 60), st.sampled_from("....bdm"))),
)
def test_time_up_to_each_decision_is_that_of_the_beats(hp_ms, beats):
    """Faults of every kind amid a rhythm: after each decision both clocks stand at a beat."""
    raw = []
    for change, fault in beats:
        ibi = 8 * (hp_ms + change)
        raw += {"b": [ibi // 3, ibi - ibi // 3], "d": [2 * ibi], "m": [9 * ibi]}.get(fault, [ibi])
    at = t = 0
    out = correct(raw)
    for k, (ibi, _, used) in enumerate(out):
        at += used
        t += ibi
        decided = k + 1 == len(out) or out[k + 1][2]  # no part of a split is still to come
        if decided and not _shares_next(out, k):
            assert t == sum(raw[:at])


def _shares_next(out, k):
    """Whether a moved beat lies between this interval and the next."""
    return out[k][1] == intervals.ECTOPIC and _ectopics_before(out, k) % 2 == 0


def _ectopics_before(out, k):
    n = 0
    while k and out[k - 1][1] == intervals.ECTOPIC:
        n += 1
        k -= 1
    return n


@pytest.mark.parametrize(("before_ms", "after_ms"), [(600, 1100), (1100, 550), (1400, 420)])
def test_a_sudden_change_of_rate_heals_itself(before_ms, after_ms):
    """Someone stands up, or the median was wrong: within ten beats nothing is flagged any more."""
    rng = np.random.default_rng(7)
    raw = [8 * before_ms + int(d) for d in rng.integers(-80, 80, 60)]
    raw += [8 * after_ms + int(d) for d in rng.integers(-80, 80, 60)]
    out = correct(raw)
    used, at = 0, []
    for _, flag, n in out:
        if flag != intervals.OK:
            at.append(used)
        used += n
    assert at, "a jump of that size should be seen"
    assert 56 <= min(at) <= max(at) <= 70
    assert [ibi for ibi, _, _ in out[-45:]] == raw[-45:]


def test_a_pause_too_long_to_fill_is_a_gap():
    """Four seconds without a beat: nothing is invented, a new series begins behind it."""
    raw = [6800] * 40 + [32000] + [6800] * 40
    out = correct(raw)
    assert [(ibi, flag) for ibi, flag, _ in out if flag] == [(32000, intervals.GAP)]
    assert len(out) == 81


def test_what_is_flagged_has_the_name_of_its_fault():
    raw = [6800] * 100
    kinds = {
        intervals.MISSED: [13600],
        intervals.EXTRA: [2300, 4500],
        intervals.ECTOPIC: [4800, 8800],
    }
    for flag, fault in kinds.items():
        out = correct(raw[:50] + fault + raw[:50])
        assert set(flags(out)) == {flag}
        assert {ibi for ibi, _, _ in out} == {6800}
    assert flags(correct(raw)) == []


def test_a_restart_forgets_the_rhythm():
    """After a gap five consistent intervals make a new one, at any rate."""
    corrector = Corrector()
    for _ in range(30):
        corrector.push(12000)
    corrector.restart()
    out = []
    for _ in range(30):
        out += drain(corrector, corrector.push(4000))
    assert len(out) == 27
    assert set(out) == {(4000, intervals.OK, 1)}


def test_a_decision_comes_three_intervals_late():
    """So long a beat waits for what follows it, and no longer."""
    corrector = Corrector()
    counts = [corrector.push(6800) for _ in range(20)]
    assert counts[:4] == [0] * 4
    assert sum(counts) == 20 - 3
    assert set(counts[5:]) == {1}
