"""One frame of what the device sees (kind "W" of the line; firmware watch.py has the format)."""

import struct
from dataclasses import dataclass, replace

from vagaband.assemble import NONE, epoch_of
from vagaband.clockmap import ONE
from vagaband.journal import EPOCH_BYTES, FLAGS, read_epoch
from vagaband.session import Epoch

POINTS_HZ = 25
CONTACTS = ("off", "settling", "on", "saturated", "weak")
HEAD = struct.Struct("<IBBBBBB")
BEAT = struct.Struct("<IB")
INTERVAL = struct.Struct("<HB")
PACED = struct.Struct("<i")
MOVING, WITH_EPOCH = 1, 2


@dataclass(frozen=True)
class Look:
    """A fifth of a second: light by sample number, beats, corrected intervals, an epoch or none.

    `rate_hz` is the sensor's. A beat's place is in samples; an interval is (ms, flag).
    """

    rate_hz: int
    light: list[tuple[int, int]]
    beats: list[float]
    intervals: list[tuple[float, str]]
    contact: str
    moving: bool
    epoch: Epoch | None


def read_look(payload: bytes) -> Look | None:
    """A frame's payload; None of one that no device would send."""
    try:
        first, every, points, beats, intervals, contact, bits = HEAD.unpack_from(payload)
        at = HEAD.size
        light = [
            (first + every * i, int.from_bytes(payload[at + 3 * i : at + 3 * i + 3], "little"))
            for i in range(points)
        ]
        at += 3 * points
        found = [BEAT.unpack_from(payload, at + BEAT.size * i) for i in range(beats)]
        at += BEAT.size * beats
        mended = [INTERVAL.unpack_from(payload, at + INTERVAL.size * i) for i in range(intervals)]
        at += INTERVAL.size * intervals
        epoch = None
        if bits & WITH_EPOCH:
            epoch = _epoch(payload[at : at + EPOCH_BYTES], payload[at + EPOCH_BYTES :])
            at += EPOCH_BYTES + PACED.size
        if at != len(payload) or not every:
            return None
        return Look(
            rate_hz=POINTS_HZ * every,
            light=light,
            beats=[index + frac / 256 for index, frac in found],
            intervals=[(ibi / 8, FLAGS[flag]) for ibi, flag in mended],
            contact=CONTACTS[contact],
            moving=bool(bits & MOVING),
            epoch=epoch,
        )
    except (struct.error, ValueError, IndexError):
        return None


def _epoch(logged: bytes, paced: bytes) -> Epoch:
    """The newest epoch; where it lies in time is not told."""
    epoch = epoch_of(read_epoch(logged), 0.0, logged[0])
    (lock_in,) = PACED.unpack(paced)
    return replace(epoch, lock_in_ln_ms2=None if lock_in == NONE else lock_in / ONE)
