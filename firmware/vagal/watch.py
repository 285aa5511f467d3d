"""What a host sees while it looks on: light, beats, intervals and epochs, five times a second.

Nothing is sent unless a host asked for it within the last seconds. Samples hardly wait for it: a
frame is mostly shorter than the UART's own buffer, and at 9600 baud all of them take a quarter of
the line. It is of kind "W":

    index of the first point (4), samples from point to point (1), number of points (1), of beats
    (1), of intervals (1), contact (1), 1: moving, 2: an epoch follows (1), and then
    the points: infrared counts (3 each)
    the beats: index (4), 1/256 (1)
    the intervals, corrected: 1/8 ms (2), flag (1)
    the newest epoch, once: as in the journal (17), RSA at the pace (4, as there)
"""

import struct

from micropython import const

from .lockin import LEAST_SHARE
from .rsa import NONE

_POINTS_HZ = const(25)
_POINTS = const(5)  # with which a frame is sent
_MOST_POINTS = const(20)  # fewer than that, and then a whole FIFO at 50 Hz
_MOST_BEATS = const(4)
_MOST_INTERVALS = const(16)
_START = const(5)  # of the payload in the frame
_HEAD = const(10)
_EPOCH = const(17)
_PACED = const(4)


class Watch:
    """Call `begin()` when a host asks, and `step()` each turn while `left_us` is more than 0."""

    def __init__(self, link, listeners: list) -> None:
        self._link = link
        self._listeners = listeners
        most = _HEAD + 3 * _MOST_POINTS + 5 * _MOST_BEATS + 3 * _MOST_INTERVALS
        most += _EPOCH + _PACED
        self._frame = bytearray(_START + most + 4)
        self._recorder = None
        self.left_us = 0

    def begin(self, seconds: int) -> None:
        """Look on for so long from now; 0: no longer."""
        if seconds and not self.left_us:
            self._listeners.append(self)
            self._recorder = None
            self._clear()
        if self.left_us and not seconds:
            self._listeners.remove(self)
        self.left_us = seconds * 1000000

    def interval(self, ibi: int, flag: int) -> None:
        """Take a corrected interval."""
        if len(self._intervals) < _MOST_INTERVALS:
            self._intervals.append((ibi, flag))

    def step(self, recorder, ir, lap_us: int) -> None:
        """Take a turn: the infrared light that it brought, and its time."""
        if recorder is not self._recorder:
            self._follow(recorder)
        self._take(recorder.pipeline, ir)
        if len(self._points) >= _POINTS:
            self._send(recorder)
        if lap_us >= self.left_us:
            self.begin(0)
        else:
            self.left_us -= lap_us

    def _follow(self, recorder) -> None:
        """A session comes into view; its newest epoch is told at once."""
        self._recorder = recorder
        self._every = recorder.rate_hz // _POINTS_HZ
        self._index = -1  # the sample to come
        self._seen = recorder.pipeline.beats
        self._epochs = 0
        self._clear()

    def _clear(self) -> None:
        self._points = []
        self._beats = []
        self._intervals = []

    def _take(self, pipeline, ir) -> None:
        if pipeline.index - len(ir) != self._index:  # samples were lost: begin a new stretch
            self._points = []
        else:
            for i in range(-self._index % self._every, len(ir), self._every):
                if not self._points:
                    self._first = self._index + i
                self._points.append(ir[i])
        self._index = pipeline.index
        if pipeline.beats != self._seen:
            self._seen = pipeline.beats
            if len(self._beats) < _MOST_BEATS:
                self._beats.append((pipeline.last_index, pipeline.last_frac))

    def _send(self, recorder) -> None:
        """A frame, unless the line is a pull's; then what it would hold is not kept."""
        if not self._link.pulling:
            epoch = recorder.journal.epochs != self._epochs
            pipeline = recorder.pipeline
            p = _START
            struct.pack_into(
                "<IBBBBBB",
                self._frame,
                p,
                self._first,
                self._every,
                len(self._points),
                len(self._beats),
                len(self._intervals),
                pipeline.contact.shown,
                pipeline.quality.moving + 2 * epoch,
            )
            p += _HEAD
            for count in self._points:
                struct.pack_into("<HB", self._frame, p, count & 0xFFFF, count >> 16)
                p += 3
            for index, frac in self._beats:
                struct.pack_into("<IB", self._frame, p, index, frac)
                p += 5
            for ibi, flag in self._intervals:
                struct.pack_into("<HB", self._frame, p, min(ibi, 65535), flag)
                p += 3
            if epoch:
                self._epochs = recorder.journal.epochs
                self._frame[p : p + _EPOCH] = recorder.journal.newest_epoch()
                p += _EPOCH
                paced = pipeline.lockin
                value = paced.value if paced.share >= LEAST_SHARE else NONE
                struct.pack_into("<i", self._frame, p, value)
                p += _PACED
            self._link.send(b"W"[0], self._frame, p - _START)
        self._clear()
