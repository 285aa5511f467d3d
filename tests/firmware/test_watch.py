"""What a host that looks on gets, from the firmware's own recorder and watch."""

from array import array
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from vagaband.board.heart import Heart
from vagaband.frames import Frames
from vagaband.live.look import Look, read_look
from vagal import config
from vagal.link import Link
from vagal.recorder import OVERFLOW, Recorder
from vagal.watch import Watch

CONFIG = config.load()
TURN_US = 100_000
WORN_S = 100
SLOWEST_BAUD = 9600


class Wire:
    """A console that keeps what was written."""

    def __init__(self) -> None:
        self.sent = b""

    def read(self) -> int:
        return -1

    def write(self, data) -> None:
        self.sent += bytes(data)


class Worn:
    """A device without its board: light in turns, a watch that may be asked for."""

    def __init__(self, rate_hz: int = 100, breath_hz: float = 0.25) -> None:
        self.rate_hz = rate_hz
        self.wire = Wire()
        self.link = Link(self.wire, {})
        self.listeners: list[object] = []
        self.watch = Watch(self.link, self.listeners)
        self.recorder = self.session(1)
        t_s = np.arange(WORN_S * rate_hz) / rate_hz
        heart = Heart(f"hp=850,rsa=6,breath={breath_hz},noise=10,seed=3")
        self.light = np.rint(heart.light(t_s)[1]).astype(int).tolist()
        self.at = 0

    def session(self, number: int) -> Recorder:
        header = {"format": 3, "session": number, "rate_hz": self.rate_hz, "config": CONFIG}
        return Recorder(number, header, CONFIG, self.listeners)

    def turn(self) -> None:
        """A tenth of a second, as the app has it."""
        n = self.rate_hz // 10
        ir = memoryview(array("i", self.light[self.at : self.at + n]))
        self.recorder.samples(ir, ir)
        self.at += n
        if self.watch.left_us > 0:
            self.watch.step(self.recorder, ir, TURN_US)
        while self.recorder.flush_due and not self.recorder.flush():
            pass

    def wear(self, seconds: float) -> list[Look]:
        """The frames of so many seconds."""
        self.wire.sent = b""
        for _ in range(round(10 * seconds)):
            self.turn()
        return list(self.looks())

    def looks(self) -> Iterator[Look]:
        frames = Frames()
        for kind, payload in frames.feed(self.wire.sent):
            look = read_look(payload)
            assert kind == "W"
            assert look
            yield look
        assert (frames.damaged, frames.stray) == (0, b"")


@pytest.fixture
def worn(board_flash) -> Worn:
    return Worn()


def test_without_a_host_that_asks_nothing_is_sent_or_told(worn: Worn):
    assert worn.wear(3) == []
    assert worn.listeners == []


def test_the_light_comes_at_25_points_a_second_without_a_break(worn: Worn):
    worn.watch.begin(30)
    looks = worn.wear(10)
    points = [point for look in looks for point in look.light]
    assert {b - a for (a, _), (b, _) in pairwise(points)} == {4}
    assert all(worn.light[index] == count for index, count in points)
    assert len(points) / 25 > 9.6
    assert len(looks) / 10 == pytest.approx(5, abs=0.3)


def test_beats_intervals_and_epochs_are_those_of_the_journal(worn: Worn):
    """Each once and in order, from the moment on when someone asks; 50 Hz too."""
    worn.watch.begin(60)
    looks = worn.wear(40)
    worn.watch.begin(60)
    looks += worn.wear(38)
    beats = [beat for look in looks for beat in look.beats]
    intervals = [interval for look in looks for interval in look.intervals]
    epochs = [look.epoch for look in looks if look.epoch]
    assert len(beats) in (worn.recorder.pipeline.beats, worn.recorder.pipeline.beats - 1)
    assert beats == sorted(set(beats))
    lengths = [10 * (b - a) for a, b in pairwise(beats)]
    assert [ms for ms, _ in intervals] == pytest.approx(lengths[: len(intervals)], abs=0.2)
    assert {flag for _, flag in intervals} == {"ok"}
    assert len(epochs) == worn.recorder.journal.epochs == 1
    assert epochs[0].valid
    assert epochs[0].ln_ms2 == (worn.recorder.rsa or 0) / 65536
    assert epochs[0].lock_in_ln_ms2 is None
    assert looks[-1].contact == "on"


def test_who_comes_later_is_told_the_newest_epoch_with_what_was_paced(board_flash):
    worn = Worn(breath_hz=0.125)
    worn.recorder.pace(8000)
    worn.wear(97)
    worn.watch.begin(10)
    (epoch,) = [look.epoch for look in worn.wear(2) if look.epoch]
    assert epoch.lock_in_ln_ms2 == pytest.approx(6, abs=0.35)


def test_it_takes_at_most_a_third_of_a_slow_line(worn: Worn):
    worn.watch.begin(60)
    worn.wear(60)
    share = len(worn.wire.sent) * 10 / 60 / SLOWEST_BAUD
    print(f"{100 * share:.0f} % of {SLOWEST_BAUD} baud")
    assert share < 0.3


def test_it_ends_by_itself_and_by_asking(worn: Worn):
    worn.watch.begin(3)
    assert len(worn.wear(3)) > 10
    assert worn.wear(2) == []
    worn.watch.begin(3)
    worn.watch.begin(3)
    assert worn.listeners == [worn.watch]
    assert worn.wear(1)
    worn.watch.begin(0)
    assert worn.wear(1) == []
    assert worn.listeners == []


def test_what_is_pulled_comes_first(worn: Worn, tmp_path):
    """Frames would lie amid the pieces: while a session is sent there are none."""
    file = tmp_path / "session"
    file.write_bytes(bytes(99))
    worn.watch.begin(30)
    worn.link.send_file(str(file), 1, 0)
    assert worn.wear(2) == []
    worn.link.drop_file()
    assert worn.wear(1)


def test_a_gap_breaks_the_light_and_another_session_begins_anew(worn: Worn):
    worn.watch.begin(30)
    worn.wear(2)
    worn.recorder.gap(OVERFLOW, 7, 0, 0)
    looks = worn.wear(2)
    first = looks[0].light[0][0]
    assert first > 207
    assert all(look.light[0][0] >= first for look in looks)
    assert all(worn.light[index - 7] == count for look in looks for index, count in look.light)
    worn.recorder = worn.session(2)
    looks = worn.wear(2)
    assert looks[0].light[0][0] < 40


def test_fifty_samples_a_second_are_25_points_too(board_flash):
    worn = Worn(rate_hz=50)
    worn.watch.begin(30)
    looks = worn.wear(10)
    points = [point for look in looks for point in look.light]
    assert {b - a for (a, _), (b, _) in pairwise(points)} == {2}
    assert looks[-1].rate_hz == 50


def test_a_flood_of_samples_fits_the_frame(worn: Worn):
    """A turn that was late brings all that the FIFO holds."""
    worn.watch.begin(30)
    worn.wear(1)
    for _ in range(8):
        ir = memoryview(array("i", worn.light[:32]))
        worn.recorder.samples(ir, ir)
        for _ in range(20):
            worn.watch.interval(7000, 0)
        worn.watch.step(worn.recorder, ir, TURN_US)
    assert all(len(look.light) <= 24 for look in worn.looks())


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_payload_that_no_device_would_send_is_none(worn: Worn, cut: int):
    worn.watch.begin(30)
    worn.wear(1)
    ((_, payload), *_) = Frames().feed(worn.wire.sent)
    assert read_look(payload)
    assert read_look(payload[:-cut]) is None
    assert read_look(payload + bytes(cut)) is None
    assert read_look(payload[:8] + b"\x09" + payload[9:]) is None
