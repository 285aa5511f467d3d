"""Regularity, sample entropy and DFA: of known processes, against NeuroKit2, and when refused."""

import numpy as np
import pytest
from hearts_read import claims_by_kind, heart, intervals_of, piece_of, session_of, there
from vagaband.analysis.day import read_day
from vagaband.analysis.dfa import BOXES, alpha1
from vagaband.analysis.heart_series import HeartRun
from vagaband.analysis.regularity import CHANCE_SHARE, Regularity, regularity
from vagaband.analysis.sample_entropy import sample_entropy
from vagaband.analysis.segments import jitter_bound_ms
from vagaband.analysis.spectra import POINTS, windows_of

GRID_S = np.arange(POINTS) / 2


def white(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.normal(size=n)


def walk(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.cumsum(rng.normal(size=n))


def pink(rng: np.random.Generator, n: int) -> np.ndarray:
    spectrum = np.fft.rfft(rng.normal(size=2 * n))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    return np.fft.irfft(spectrum)[:n]


def of_wave(wave_ms: np.ndarray) -> Regularity | None:
    return regularity(wave_ms[None, :])[0]


def of_intervals(ibi_ms: np.ndarray) -> list[float]:
    """Shares of windows that lie side by side."""
    t_s = np.concatenate([[0.0], np.cumsum(ibi_ms)[:-1] / 1000])
    _, windows, _ = windows_of(HeartRun(0, t_s, ibi_ms, np.ones(len(t_s), bool)))
    return [found.share if found else 0.0 for found in regularity(windows[::POINTS])]


def test_regularity_is_the_formula_as_stated():
    """Written out once more, with NumPy's own detrending and transform (rsa.md §1.8)."""
    wave = np.random.default_rng(1).normal(0, 20, POINTS) + 30 * np.sin(2 * np.pi * 0.1 * GRID_S)
    straight = np.polynomial.Polynomial.fit(GRID_S, wave, 1)(GRID_S)
    power = np.abs(np.fft.rfft((wave - straight) * np.hanning(POINTS), 1024)) ** 2
    hz = np.fft.rfftfreq(1024, 0.5)
    peaks = [k for k in range(1, 512) if power[k] > max(power[k - 1], power[k + 1])]
    peak = max((k for k in peaks if 0.04 <= hz[k] <= 0.26), key=lambda k: power[k])
    within = power[np.abs(hz - hz[peak]) <= 0.015].sum()
    ratio = within / (power[(hz >= 0.0033) & (hz <= 0.4)].sum() - within)
    found = of_wave(wave)
    assert found is not None
    assert found.share == pytest.approx(ratio / (1 + ratio), abs=1e-9)
    assert found.per_min == pytest.approx(60 * hz[peak])


@pytest.mark.parametrize("hz", [0.05, 0.1, 0.2, 0.25])
def test_a_pure_wave_is_wholly_regular(hz: float):
    found = of_wave(850 + 40 * np.sin(2 * np.pi * hz * GRID_S))
    assert found is not None
    assert found.share == pytest.approx(0.89, abs=0.01)  # Hann's own width leaves 0.11 outside
    assert found.per_min == pytest.approx(60 * hz, abs=0.2)


def test_no_regularity_without_a_peak():
    """A metronome, a straight drift, and a wave that is strongest at the band's very edge."""
    assert of_wave(np.full(POINTS, 850.0)) is None
    assert of_wave(850 + GRID_S) is None
    beyond = of_wave(850 + 40 * np.sin(2 * np.pi * 0.33 * GRID_S))
    assert beyond is None or beyond.share < 0.05


def test_unordered_intervals_stay_within_chance():
    """The bound that a claim of regularity has to pass: 95 of 100 windows of noise below it."""
    shares = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        shares += of_intervals(rng.uniform(600, 1100) + rng.normal(0, 30, 500))
    above = float(np.mean(np.array(shares) > CHANCE_SHARE))
    print(f"{len(shares)} windows of noise: {100 * above:.1f} % above {CHANCE_SHARE}")
    assert above <= 0.06


def test_it_is_no_measure_of_vagal_tone():
    """A heart with a tenth of the RSA can be the more regular one: its slow wave stands alone."""
    means = []
    for swing_ms in (8, 80):
        rng = np.random.default_rng(3)
        found = heart(rng, 20, swing_ms=swing_ms, slow_ms=25, wander_ms=5)
        means.append(np.mean(of_intervals(np.array([i.ibi_ms for i in found]))))
    assert means[0] > means[1]


@pytest.mark.parametrize(
    ("process", "slope"), [(white, 0.5), (pink, 1.0), (walk, 1.5)], ids=["white", "1/f", "walk"]
)
def test_alpha1_of_known_processes(process, slope: float):
    """Short boxes lean by up to 0.1 (white noise upward: Peng 1995)."""
    found = [there(alpha1(process(np.random.default_rng(k), 3000))) for k in range(12)]
    print(process.__name__, np.round(found, 2))
    assert np.mean(found) == pytest.approx(slope, abs=0.1)


def test_alpha1_of_a_slow_wave_is_that_of_what_it_looks_like_within_a_box():
    assert there(alpha1(850 + 40 * np.sin(2 * np.pi * np.arange(600) / 200))) > 1.5
    assert alpha1(np.full(400, 850.0)) is None
    assert alpha1(white(np.random.default_rng(1), 299)) is None


def test_sample_entropy_of_known_processes():
    """White noise: -ln P(|x - y| <= 0.2 SD) = 2.19; a wave and a walk are foretold far better."""
    rng = np.random.default_rng(2)
    noise = [sample_entropy(white(rng, 900)) for _ in range(8)]
    assert np.mean(np.array(noise, float)) == pytest.approx(2.185, abs=0.1)
    sinus = sample_entropy(np.sin(np.arange(500) * 0.31))
    walked = sample_entropy(walk(rng, 500))
    assert sinus is not None
    assert walked is not None
    assert sinus < 0.35
    assert walked < 0.9


def test_sample_entropy_leaves_flagged_beats_out():
    rng = np.random.default_rng(4)
    ibi = 850 + 40 * np.sin(np.arange(400) * 0.4) + rng.normal(0, 2, 400)
    spoiled, sound = ibi.copy(), np.ones(400, bool)
    spoiled[::40] += 400
    sound[::40] = False
    clean, left_out = sample_entropy(ibi), sample_entropy(spoiled, sound)
    assert clean is not None
    assert left_out == pytest.approx(clean, abs=0.1)
    assert sample_entropy(ibi[:199]) is None
    assert sample_entropy(np.full(300, 850.0)) is None


def test_both_against_neurokit():
    """On the same intervals, with the same settings; NeuroKit2 takes no flags."""
    neurokit2 = pytest.importorskip("neurokit2")
    for seed, process in enumerate((white, pink, walk)):
        ibi = 850 + 30 * process(np.random.default_rng(seed), 600)
        tolerance = 0.2 * float(np.std(ibi, ddof=1))
        entropy, _ = neurokit2.entropy_sample(ibi, dimension=2, tolerance=tolerance)
        slope, _ = neurokit2.fractal_dfa(ibi, scale=np.array(BOXES), overlap=False)
        assert sample_entropy(ibi) == pytest.approx(entropy, abs=0.02)
        assert alpha1(ibi) == pytest.approx(slope, abs=0.01)


def test_the_jitter_bound_is_not_passed_by_jitter():
    """SD 2 to 8 ms on a metronome is found; on a breathing heart the bound is never below it."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        jitter_ms = rng.uniform(2, 8)
        beats_ms = np.cumsum(np.full(301, 850.0)) + rng.normal(0, jitter_ms, 301)
        assert jitter_bound_ms(np.diff(beats_ms)) == pytest.approx(jitter_ms, rel=0.35)
        wave_ms = 30 * np.sin(2 * np.pi * 0.25 * beats_ms[1:] / 1000)
        assert jitter_bound_ms(np.diff(beats_ms) + wave_ms) > 0.65 * jitter_ms


@pytest.mark.parametrize(
    ("floor_ln", "jitter_ms", "why"),
    [(-1.0, 1, ""), (2.5, 1, "noise"), (None, 1, ""), (None, 9, "noise_unknown")],
)
def test_order_is_said_only_where_noise_allows(floor_ln, jitter_ms: float, why: str):
    rng = np.random.default_rng(6)
    t = np.arange(900)
    ibi = 850 + 50 * np.sin(2 * np.pi * 0.2 * t) + np.diff(rng.normal(0, jitter_ms, 901))
    claims = claims_by_kind(read_day([piece_of(session_of(intervals_of(ibi), 14.0, floor_ln))]))
    for kind in ("sample_entropy", "dfa_alpha1"):
        assert [(claim.valid, claim.why) for claim in claims[kind]] == [(not why, why)]


def test_order_is_not_said_of_little():
    ibi = 850 + 50 * np.sin(2 * np.pi * 0.2 * np.arange(290))
    claims = claims_by_kind(read_day([piece_of(session_of(intervals_of(ibi)))]))
    assert [c.why for c in claims["sample_entropy"] + claims["dfa_alpha1"]] == ["short", "short"]
