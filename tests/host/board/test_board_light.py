"""The light on the sensor: exact replay, LED current, range, saturation, noise."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from vagaband.board.heart import Heart
from vagaband.board.light import FULL_SCALE, IR, RED, Light, Recording, Request
from vagaband.board.script import parse_script

DEFAULT = Request(0.0, 10_000.0, 0, 1000, 3, 1, 4, 400, ((RED, 0x1F), (IR, 0x1F)))
WAVE = (131072 + 700 * np.sin(np.arange(1000) * 0.07)).astype(np.int64)


MOVED = "3 motion 2\n4 ambient 100\n10.2 tap 0.4\n"


def counts(light: Light, request: Request) -> np.ndarray:
    data = np.frombuffer(light.fifo_bytes(request), dtype=np.uint8).astype(np.int64)
    data = data.reshape(request.n, len(request.slots), 3)
    return data[:, :, 0] << 16 | data[:, :, 1] << 8 | data[:, :, 2]


def recording(script: str = "", noise: float = 0.0) -> Light:
    return Light(Recording(WAVE, noise=noise), parse_script(script), seed=1)


def test_default_settings_give_the_recording_exactly() -> None:
    assert np.array_equal(counts(recording(), DEFAULT)[:, 1], WAVE)


def test_a_wrong_clock_gives_the_wave_in_between() -> None:
    slow = counts(recording(), replace(DEFAULT, period_us=10_000 / 0.985, n=900))[:, 1]
    t_s = np.arange(900) / 98.5
    assert np.abs(slow - (131072 + 700 * np.sin(t_s * 7))).max() < 2


def test_after_the_end_there_is_no_finger() -> None:
    late = counts(recording(), replace(DEFAULT, index=1000, n=100))[:, 1]
    assert 500 < late.mean() < 3000
    assert late.std() > 1


@pytest.mark.parametrize("code", [0x10, 0x1F, 0x30])
def test_light_is_linear_in_led_current(code: int) -> None:
    got = counts(recording(), replace(DEFAULT, slots=((IR, code),)))[:, 0]
    assert np.abs(got - WAVE * code / 0x1F).max() <= 0.5


@pytest.mark.parametrize(("code", "factor"), [(0, 2.0), (1, 1.0), (2, 0.5), (3, 0.25)])
def test_range_divides_the_counts(code: int, factor: float) -> None:
    got = counts(recording(), replace(DEFAULT, range_code=code, slots=((IR, 0x0F),)))[:, 0]
    assert np.abs(got - WAVE * factor * 0x0F / 0x1F).max() <= 0.5


def test_too_much_light_saturates() -> None:
    got = counts(recording(), replace(DEFAULT, slots=((IR, 0xFF),)))
    assert (got == FULL_SCALE).all()


@pytest.mark.parametrize("width_code", [0, 1, 2, 3])
def test_short_pulses_have_fewer_bits_left_justified(width_code: int) -> None:
    got = counts(recording(), replace(DEFAULT, width_code=width_code))
    step = 1 << (3 - width_code)
    assert (got % step == 0).all()
    assert np.abs(got[:, 1] - WAVE).max() < step


def test_an_led_that_is_off_is_dark() -> None:
    dark = counts(recording(), replace(DEFAULT, slots=((IR, 0),)))
    assert 10 < dark.mean() < 128


def test_noise_falls_with_averaging() -> None:
    light = recording(noise=20.0)
    noisy = counts(light, DEFAULT)[:, 1] - WAVE
    assert noisy.std() == pytest.approx(20, rel=0.1)
    single = counts(light, replace(DEFAULT, average=1, rate_hz=100))[:, 1] - WAVE
    assert single.std() == pytest.approx(40, rel=0.1)


def test_chunks_do_not_matter() -> None:
    heart = Light(Heart("motion=6,ectopic=5"), parse_script(MOVED), seed=7)
    whole = counts(heart, replace(DEFAULT, n=3000))
    again = Light(Heart("motion=6,ectopic=5"), parse_script(MOVED), seed=7)
    cuts = [0, 10, 1023, 1024, 1500, 3000]
    parts = [counts(again, replace(DEFAULT, index=a, n=b - a)) for a, b in pairwise(cuts)]
    assert np.array_equal(whole, np.concatenate(parts))


def test_another_seed_is_another_noise() -> None:
    one, two = (Light(Heart(), [], seed) for seed in (1, 2))
    assert not np.array_equal(counts(one, DEFAULT), counts(two, DEFAULT))


def test_script_takes_the_finger_off_and_on() -> None:
    got = counts(recording("2 off\n5 on"), DEFAULT)[:, 1]
    assert (got[:200] > 100_000).all()
    assert (got[200:500] < 5_000).all()
    assert (got[500:] > 100_000).all()


def test_ambient_light_adds() -> None:
    got = counts(recording("2 ambient 500"), DEFAULT)[:, 1]
    assert np.array_equal(got, WAVE + 500 * (np.arange(1000) >= 200))


def test_motion_disturbs_only_while_it_lasts() -> None:
    moved = np.abs(counts(recording("3 motion 2"), DEFAULT)[:, 1] - WAVE)
    assert moved[:300].max() == 0
    assert moved[320:480].max() > 500
    assert moved[500:].max() == 0


def test_a_tap_is_two_knocks_and_soon_over() -> None:
    moved = np.abs(counts(recording("2 tap 0.5"), DEFAULT)[:, 1] - WAVE)
    assert moved[:200].max() == 0
    assert moved[200:205].max() > 300
    assert moved[240:250].max() < moved[200:205].max() / 10
    assert moved[250:255].max() > 300
    assert moved[320:].max() <= 1
