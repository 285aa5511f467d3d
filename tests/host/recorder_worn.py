"""The firmware's own recorder in CPython, worn by a synthetic heart: a day's journal in seconds.

Where there is light it goes the whole road (about 1 s for ten minutes). Beats without their light
go in where the detector would give them, with the height and level that breathing gives a pulse,
so that motion, breathing, noise floor, epochs, marks and flushes are all the firmware's. The same
calls write the same bytes.
"""

import math
import sys
from array import array
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from vagaband.board.heart import Heart
from vagaband.paths import firmware_dir
from vagaband.twin import SHIM

RATE_HZ = 100
FOUND_N = 110  # samples from a beat's light until the detector gives it out
HEIGHT, LEVEL = 47_000, 131_072  # of a pulse: counts times 36; of the light: counts
SLOPE, NOISE = 6_000, 20  # of an upstroke: 0.2 ms of jitter
BREATH_SHARE, LEVEL_COUNTS = 0.06, 330
SHAKEN = 6  # times the height of a pulse while the hand moves
EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)
ROOM = 2_080_000
CONTACT_OFF, CONTACT_ON = 0, 2
STOPPED = 1


class RecorderWorn:
    """One session, worn as a context manager; its file is `path` once that is left.

    `began` None: the clock was never set. `clock` is the sensor's against its nominal rate.
    Without `ends` its power is cut, once all is written. All times are true seconds from the
    first sample; `now_s` is how far it was worn.
    """

    def __init__(
        self,
        path: Path,
        number: int = 1,
        *,
        began: datetime | None = None,
        boot: str = "b0071e55",
        device: str = "c0ffee",
        salt: str = "",
        clock: float = 1.0,
        ends: bool = True,
        **config: int,
    ) -> None:
        for folder in (str(SHIM), str(firmware_dir())):
            if folder not in sys.path:
                sys.path.insert(0, folder)
        from vagal import config as keys
        from vagal import logs, pipeline, recorder

        self.path = path
        self.now_s = 0.0
        self._clock = clock
        self._ends = ends
        self._pipeline, self._causes = pipeline, recorder
        self._logs: Any = logs
        self._folder = path.parent / f".{path.stem}"
        self._kept = logs.FOLDER, logs.free_bytes
        self._logs.FOLDER, self._logs.free_bytes = str(self._folder), lambda: ROOM
        values = {name: limits[0] for name, limits in keys.KEYS.items()} | {"raw": 0} | config
        header = self._header(number, began, boot, device, values) | {
            "salt": salt or f"{number:08x}"
        }
        self._recorder = recorder.Recorder(number, header, values)
        self._number = number
        self._told_s = 0.0
        self._shaken_until_s = -1.0
        self._beat_n = 0

    @staticmethod
    def _header(number, began, boot, device, values) -> dict:
        rtc_s = int((began - EPOCH_2000).total_seconds()) if began else 3600
        return {
            "format": 3,
            "session": number,
            "device": device,
            "version": "0.1.0",
            "micropython": "1.29.0",
            "rate_hz": RATE_HZ,
            "config": values,
            "units": {"ir": "counts", "ibi": "1/8 ms", "rsa": "ln ms2 / 65536"},
            "clock_s": rtc_s if began else 0,
            "boot": boot,
            "rtc_s": rtc_s,
            "set_by_s": 0,
            "reset": "power on",
        }

    def __enter__(self) -> "RecorderWorn":
        if not self._recorder.journal.keep_raw:  # else the light itself makes contact
            self._event("CONTACT", CONTACT_ON)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._ends:
            self._recorder.close(STOPPED)
        else:
            while not self._recorder.flush():
                pass
        Path(self._logs.path(self._number)).replace(self.path)
        for left in self._folder.iterdir():
            left.unlink()
        self._folder.rmdir()
        self._logs.FOLDER, self._logs.free_bytes = self._kept

    # What happens, in order of time

    def light(self, counts: Iterable[int]) -> None:
        """Light of the sensor, in turns of ten samples as the app reads it."""
        recorder = self._recorder
        values = array("i", counts)
        for at in range(0, len(values), 10):
            turn = values[at : at + 10]
            recorder.samples(turn, array("i", [ir * 9 // 10 for ir in turn]))
            self.now_s += len(turn) / RATE_HZ / self._clock
            self._pass_time(len(turn))

    def heart(self, heart: Heart, seconds: float) -> None:
        """Beats of a heart, whose own time is the session's, for so long from now on."""
        begin_s = self.now_s
        beats_s = heart.truth_beats_s(begin_s + seconds)
        phases = heart._breath_phases(beats_s)
        for t_s, phase in zip(beats_s.tolist(), phases.tolist(), strict=True):
            if t_s >= begin_s:
                self._beat(t_s, math.sin(phase))
        self.rest(begin_s + seconds - self.now_s)

    def intervals(self, ibi_ms: Iterable[float]) -> None:
        """Beats so far apart, from now on; nothing breathes in their height."""
        self.beats(self.now_s + np.cumsum(list(ibi_ms)) / 1000)

    def beats(self, beats_s: np.ndarray) -> None:
        """Beats at these times, which lie ahead; nothing breathes in their height."""
        for t_s in beats_s.tolist():
            self._beat(t_s, 0.0)

    def rest(self, seconds: float) -> None:
        """Time goes by without a beat."""
        self._go_to(self.now_s + seconds)

    def mark(self, kind: str, text: str = "", ago_s: float = 0.0) -> None:
        """A mark of a moment so long ago."""
        self._recorder.journal.mark(self._index(self.now_s - ago_s), kind, text)

    def moves(self, seconds: float) -> None:
        """From now on for so long the hand moves: pulses of every height."""
        self._shaken_until_s = self.now_s + seconds

    def off(self, seconds: float) -> None:
        """The finger is gone for so long."""
        self._recorder.pipeline.lose_contact()
        self._event("CONTACT", CONTACT_OFF)
        self.rest(seconds)
        self._event("CONTACT", CONTACT_ON)

    def gap(self, cause: str, seconds: float) -> None:
        """Samples are lost: "OVERFLOW" (counted), "BUS", "BROWN_OUT", "SILENT" (by the clock)."""
        code = getattr(self._causes, cause)
        lost = round(seconds * RATE_HZ * self._clock) if cause == "OVERFLOW" else -1
        self._recorder.gap(code, lost, 0, round(seconds * 1e6))
        self.now_s += seconds

    def paced(self, heart: Heart, per_min: float, minutes: int) -> None:
        """The device's exercise: the heart breathes with the pacer."""
        recorder = self._recorder
        recorder.exercise(1, minutes)
        recorder.pace(round(60_000 / per_min))
        heart.breathe([(self.now_s, per_min / 60), (self.now_s + 60 * minutes, 0.0)])
        self.heart(heart, 60 * minutes)
        lockin = recorder.pipeline.lockin
        lockin.fit(True)
        recorder.pace(0)
        recorder.exercise(0, lockin.value)

    def battery(self, mv: int) -> None:
        """The battery is measured."""
        self._recorder.event(self._causes.BATTERY, 1, mv)

    def clock_set(self, before: datetime, now: datetime) -> None:
        """The host sets the wall clock."""
        seconds = [int((moment - EPOCH_2000).total_seconds()) for moment in (before, now)]
        self._recorder.clock_set(*seconds)

    # The road

    def _beat(self, t_s: float, breath: float) -> None:
        """As the pipeline takes one from its detector, 1.1 s later."""
        self._go_to(t_s)
        pipeline = self._recorder.pipeline
        ticks = round(t_s * RATE_HZ * self._clock * 256)
        at, frac = ticks >> 8, ticks & 255
        height = round(HEIGHT * (1 + BREATH_SHARE * breath))
        level = round(LEVEL - LEVEL_COUNTS * breath)
        self._beat_n += 1
        if t_s < self._shaken_until_s and self._beat_n % 2:
            height *= SHAKEN
        pipeline.index = at + FOUND_N
        if pipeline.quality.beat(height, SLOPE, NOISE, level, 4):
            quality = pipeline.quality
            self._event("MOTION", quality.moving + 2 * quality.since, FOUND_N)
        pipeline.beat(at, frac, 4, height, level)
        if pipeline._boundary:
            pipeline._rescale()

    def _go_to(self, t_s: float) -> None:
        n = self._index(t_s) - self._index(self.now_s)
        self.now_s = t_s
        pipeline = self._recorder.pipeline
        pipeline.index = max(pipeline.index, self._index(t_s))
        self._pass_time(n)

    def _pass_time(self, n: int) -> None:
        """Clock and flushes, as at the end of a drain of n samples."""
        recorder = self._recorder
        elapsed_us = round(1e6 * (self.now_s - self._told_s))
        self._told_s = self.now_s
        recorder.waited(elapsed_us)
        recorder.drained(n, elapsed_us)
        while recorder.flush_due and not recorder.flush():
            pass

    def _index(self, t_s: float) -> int:
        return round(t_s * RATE_HZ * self._clock)

    def _event(self, name: str, arg: int, value: int = 0) -> None:
        code = getattr(self._pipeline, name)
        self._recorder.event(code, int(arg), value)
