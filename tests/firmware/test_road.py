"""The whole per-sample road, from the FIFO to the journal: no heap, 31 bits, what it costs."""

from pathlib import Path

import engines
import numpy as np
import pytest
from interval_series import breathing
from light import FULL_SCALE, heart_counts
from vagaband import journal
from vagaband.bench import device

SCRIPTS = Path(__file__).parent / "in_engine"


def values(lines):
    """Numbers that a script printed by name."""
    return {name: int(value) for name, value in (line.split() for line in lines)}


def logged(lines):
    """The journal that a script printed."""
    parts = [line.split()[1] for line in lines if line.startswith("journal ")]
    return journal.decode(bytes.fromhex("".join(parts)))


@pytest.fixture(scope="module")
def minute():
    """A minute and a bit of a finger at 70 bpm, the sensor's clock 0.5 % slow."""
    return {"fifo": device.worn_light(66)}


@pytest.fixture(scope="module")
def locked_runs(minute):
    """That minute in each engine; an allocation under the lock would have ended the run."""
    return {
        engine: engines.run(engine, SCRIPTS / "locked.py", minute).lines
        for engine in engines.ENGINES
    }


def test_a_minute_touches_no_heap(locked_runs):
    """In 32-bit MicroPython, where also an integer of more than 31 bits is an allocation."""
    lines = locked_runs["wasm"]
    counted = values(line for line in lines if not line.startswith("journal "))
    assert counted == {
        "variance": 2,  # one epoch: RSA and BP-RSA
        "heart_period": 1,
        "clock_fit": 1,
        "flushes": 2,
        "beats": pytest.approx(76, abs=2),
    }


def test_that_minute_is_logged_alike_in_every_engine(locked_runs):
    logs = [logged(lines) for lines in locked_runs.values()]
    assert logs[0] == logs[1] == logs[2]
    assert not any(logs[0].integrity.values())
    assert len(logs[0].beats) == pytest.approx(76, abs=2)
    assert len(logs[0].epochs) == 1
    assert sum(len(counts) for _, counts in logs[0].raw) == 6600


# A change of a source: each makes one value grow out of 31 bits.
WIDENED = {
    "the wave is kept in 1/4096 steps": ("beats.py", "] = sum_box\n", "] = sum_box << 12\n"),
    "a beat's time has 20 bits of fraction": (
        "upstroke.py",
        "(level - under) << 8)",
        "(level - under) << 20)",
    ),
}


@pytest.mark.parametrize("what", WIDENED)
def test_a_widened_intermediate_is_caught(minute, tmp_path, what):
    """A test of the test: an overflow put into the detector ends the run in 32 bits, not in 64."""
    firmware = engines.changed_firmware(tmp_path, *WIDENED[what])
    script = SCRIPTS / "locked.py"
    with pytest.raises(engines.EngineError, match="MemoryError: memory allocation failed"):
        engines.run("wasm", script, minute, firmware=firmware)
    engines.run("micropython", script, minute, firmware=firmware)


def extreme_light():
    """Twenty seconds each of light at the limits of 18 bits."""
    n = 2000
    rng = np.random.default_rng(3)
    k = np.arange(n)
    steps = np.repeat(rng.integers(0, FULL_SCALE + 1, n // 40), 40)
    below = 249036  # the most that is not saturated
    heart = 1 - heart_counts("hp=700,perfusion=10,drift=0", 20, 0)[0] / 131072
    heart = (heart - heart.min()) / (heart.max() - heart.min())
    return {
        "square_1_hz": np.where(k // 50 % 2, FULL_SCALE, 0),
        "square_3_hz": np.where(k // 17 % 2, FULL_SCALE, 0),
        "square_50_hz": np.where(k % 2, FULL_SCALE, 0),
        "square_in_contact": np.where(k // 50 % 2, below, 40000),
        "fast_square_in_contact": np.where(k // 16 % 2, below, 40000),
        "dark_from_full": np.where(k < 1, FULL_SCALE, 0),
        "full_from_dark": np.where(k < 1, 0, FULL_SCALE),
        "saturated": np.full(n, FULL_SCALE),
        "white_noise": rng.integers(0, FULL_SCALE + 1, n),
        "white_noise_in_contact": rng.integers(40000, below, n),
        "steps": steps,
        "steps_in_contact": np.clip(steps, 40000, below),
        "ramp": k * FULL_SCALE // n,
        "strongest_pulse": below - np.clip(heart * 30000, 0, 30000).astype(int),
        "strongest_pulse_in_noise": below
        - np.clip(heart * 30000, 0, 30000).astype(int)
        - rng.integers(0, 200, n),
        "pulse_of_everything": (FULL_SCALE * (0.5 + 0.5 * np.sin(k * 2 * np.pi / 90))).astype(int),
    }


def extreme_intervals():
    """Intervals at the limits of what the pipeline lets through: up to 4 s."""
    rng = np.random.default_rng(4)
    alternating = [2400, 16000] * 100
    return {
        "tiny": [1] * 300,
        "longest": [32000] * 100,
        "alternating": alternating,
        "random": rng.integers(1, 32001, 500).tolist(),
        "large_swings": breathing(rng, 1200, 700, 0.2, 200),
        "fastest": [2400] * 300,
        "fast_then_slow": [2400] * 60 + [15900] * 30 + [2400] * 60,
        "noisy": rng.integers(4000, 9000, 400).tolist(),
    }


@pytest.fixture(scope="module")
def extreme_data():
    light = {f"{name}.light": wave for name, wave in extreme_light().items()}
    intervals = {f"{name}.intervals": ibis for name, ibis in extreme_intervals().items()}
    return {
        name: np.asarray(numbers, "<i4").tobytes() for name, numbers in (light | intervals).items()
    }


def run_extremes(engine, data):
    """What the stages find; few series a run, so that no garbage has to be collected."""
    names = sorted(data)
    return [
        line
        for at in range(0, len(names), 4)
        for line in engines.run(
            engine, SCRIPTS / "extremes.py", {name: data[name] for name in names[at : at + 4]}
        ).lines
    ]


def test_extremes_stay_within_31_bits_and_are_alike_in_every_engine(extreme_data):
    """Full-scale squares, noise, steps, saturation, absurd rhythms: nothing overflows."""
    found = {engine: run_extremes(engine, extreme_data) for engine in engines.ENGINES}
    assert found["cpython"] == found["micropython"] == found["wasm"]
    kinds = [line.split()[0] for line in found["wasm"]]
    assert kinds.count("light_through_pipeline") > 5
    assert kinds.count("intervals_through_pipeline") > 20
    assert kinds.count("beats_alone") >= 4


def test_a_widened_gain_is_caught_at_the_extremes(extreme_data, tmp_path):
    """A test of the test: the wave kept 32 times finer is too wide at full scale."""
    firmware = engines.changed_firmware(tmp_path, "beats.py", ">> 4", "<< 1")
    with pytest.raises(engines.EngineError, match=r"MemoryError|OverflowError"):
        engines.run("wasm", SCRIPTS / "extremes.py", extreme_data, firmware=firmware)


def test_what_a_sample_costs():
    """Fuel of the WebAssembly engine, about 2.1 units an ESP32 instruction; no heap at all.

    All stages, journal and flushes; what stands in for bus and flash is left out or costs little.
    """
    cost = device.measure()
    fuel = {stage.name: stage.fuel_a_sample for stage in cost.stages}
    whole = fuel[device.WHOLE]
    print(f"fuel a sample: {whole:.0f} ({fuel}); limit {device.MOST_FUEL}")
    assert fuel["contact"] < fuel["beats"] < fuel["pipeline"] < whole
    assert cost.passed, cost.shortfalls
    assert cost.beats == pytest.approx(70, abs=2)
