"""The synthetic heart: its beats have the rhythm that was asked for."""

import numpy as np
import pytest
from vagaband.board.heart import KEYS, Heart, amplitude_ms, help_text, parse_heart
from vagaband.errors import InputError


def intervals_ms(heart: Heart, until_s: float) -> tuple[np.ndarray, np.ndarray]:
    beats_s = heart.truth_beats_s(until_s)
    return beats_s[:-1], np.diff(beats_s) * 1000


def sine_ms(t_s: np.ndarray, ibi_ms: np.ndarray, rate_hz: float) -> float:
    """Amplitude of the sine at `rate_hz`, by least squares."""
    phase = 2 * np.pi * rate_hz * t_s
    basis = np.column_stack([np.ones_like(t_s), np.sin(phase), np.cos(phase)])
    fit = np.linalg.lstsq(basis, ibi_ms, rcond=None)[0]
    return float(np.hypot(fit[1], fit[2]))


@pytest.mark.parametrize(("rsa", "breath"), [(6.2, 0.25), (4.0, 0.3), (7.5, 0.1), (5.0, 0.2)])
def test_breathing_moves_the_intervals_as_asked(rsa: float, breath: float) -> None:
    heart = Heart(f"rsa={rsa},breath={breath},lf=-5,vlf=0")
    t_s, ibi_ms = intervals_ms(heart, 600)
    amplitude = sine_ms(t_s + 0.425, ibi_ms, breath)
    assert np.log(amplitude**2 / 2) == pytest.approx(rsa, abs=0.05)


def test_mean_heart_period() -> None:
    _, ibi_ms = intervals_ms(Heart("hp=700"), 1200)
    assert ibi_ms.mean() == pytest.approx(700, abs=5)


def test_amplitude_of_a_variance() -> None:
    assert np.log(amplitude_ms(6.2) ** 2 / 2) == pytest.approx(6.2)


def test_ectopic_beats_come_early_and_are_made_up_for() -> None:
    _, ibi_ms = intervals_ms(Heart("ectopic=3,rsa=-5,lf=-5,vlf=0"), 1800)
    early = np.flatnonzero(ibi_ms < 700)
    assert len(early) == pytest.approx(90, abs=30)
    assert np.allclose(ibi_ms[early] + ibi_ms[early + 1], 1700, atol=2)


def test_light_falls_to_half_at_the_true_beat() -> None:
    heart = Heart("noise=0,drift=0,breath=0.25")
    beats_s = heart.truth_beats_s(60)[2:-2]
    errors_ms = []
    for beat_s in beats_s:
        t_s = np.arange(beat_s - 0.2, beat_s + 0.2, 0.0005)
        ir = -heart.light(t_s)[1]
        near = (t_s > beat_s - 0.15) & (t_s < beat_s + 0.15)
        top = np.flatnonzero(near)[np.argmax(ir[near])]
        foot = np.argmin(ir[:top])
        half = (ir[top] + ir[foot]) / 2
        crossing = foot + int(np.argmax(ir[foot:top] > half))
        errors_ms.append((t_s[crossing] - beat_s) * 1000)
    assert np.std(errors_ms) < 1.5
    assert abs(np.mean(errors_ms)) < 15


def test_perfusion_is_the_height_of_the_pulse() -> None:
    ir = Heart("perfusion=2,drift=0").light(np.arange(0, 10, 0.01))[1]
    assert np.ptp(ir) == pytest.approx(0.02 * 131072, rel=0.6)


def test_same_seed_same_heart() -> None:
    a, b, other = (Heart(f"seed={seed},ectopic=3") for seed in (1, 1, 2))
    assert np.array_equal(a.truth_beats_s(300), b.truth_beats_s(300))
    assert not np.array_equal(a.truth_beats_s(300), other.truth_beats_s(300)[:10])


@pytest.mark.parametrize("spec", ["hr=60", "hp", "hp=fast", "hp=-5", "rsa=nan", "hp=850;rsa=6"])
def test_a_wrong_key_is_named(spec: str) -> None:
    with pytest.raises(InputError) as error:
        parse_heart(spec)
    assert spec[:2] in str(error.value)
    assert "perfusion" in str(error.value)


def test_help_names_every_key() -> None:
    assert all(f"\n  {name} " in help_text() for name in KEYS)


def test_a_heart_changes_as_the_day_goes_and_breathes_as_it_is_told() -> None:
    heart = Heart("hp=900,rsa=5,lf=0,vlf=0")
    heart.change(100, {"hp": 1100, "rsa": 6})
    heart.breathe([(200, 0.1), (400, 0)])
    beats_s = heart.truth_beats_s(600)
    ibi_ms = 1000 * np.diff(beats_s)
    at_s = beats_s[:-1]
    for begin_s, end_s, hp_ms, rsa, breath_hz in (
        (0, 95, 900, 5, 0.25),
        (135, 195, 1100, 6, 0.25),
        (205, 395, 1100, 6, 0.1),
        (405, 595, 1100, 6, 0.25),
    ):
        at = (at_s > begin_s) & (at_s < end_s)
        assert ibi_ms[at].mean() == pytest.approx(hp_ms, rel=0.01)
        assert np.log(ibi_ms[at].var()) == pytest.approx(rsa, abs=0.15)
        turn = 2j * np.pi * at_s[at]
        power = [abs(np.sum((ibi_ms[at] - hp_ms) * np.exp(f * turn))) for f in (0.1, 0.25)]
        assert (power[0] > power[1]) == (breath_hz == 0.1)
