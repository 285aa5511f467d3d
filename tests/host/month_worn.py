"""A data folder of a month, as it lies on a computer after thirty evenings of pulling.

A few days are worn (recorder_worn.py); the others are one of these under another number and date,
with every checksum as the firmware would have made it. The same bytes each time.
"""

import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from recorder_worn import EPOCH_2000, RecorderWorn
from vagaband.board.heart import Heart
from vagaband.journal import CRC_BYTES, MAGIC, RECORD_HEAD

MORNING = datetime(2026, 10, 5, 5, 30, tzinfo=UTC)  # a Monday; summer time ends within the month
DAYS, MISSING = 30, (4, 11, 12, 23)  # days that were not worn
EVERY_OTHER = tuple(range(1, DAYS, 2))
DEVICE = "c0ffee"
HEART = "hp={hp},rsa={rsa},breath=0.25,lf=4,lfwidth=0.03,vlf=8,seed={seed}"
MOODS = ({"hp": 820, "rsa": 5.8}, {"hp": 900, "rsa": 6.4}, {"hp": 760, "rsa": 5.2})
WORN = 3  # that differ


def put_month(folder: Path, hours: float, missing: Sequence[int] = MISSING) -> list[Path]:
    """The files of a month, `hours` to a third more of each day that is not missing."""
    folder.mkdir(mode=0o700, exist_ok=True)
    days = [folder / f".worn-{number}" for number in range(WORN)]
    for number, path in enumerate(days):
        _wear(path, 3600 * hours * (1 + number / 6), number)
    worn = [path.read_bytes() for path in days]
    for path in days:
        path.unlink()
    paths = []
    for day in range(DAYS):
        if day not in missing:
            path = folder / f"{DEVICE}-{day + 1:05d}.vbj"
            began = MORNING + timedelta(days=day, minutes=37 * day % 100)
            path.write_bytes(restamped(worn[day % WORN], day + 1, began))
            path.chmod(0o600)
            paths.append(path)
    return paths


def restamped(data: bytes, number: int, began: datetime) -> bytes:
    """A journal as another session's: number, salt and boot its own, begun at another time."""
    rtc_s = int((began - EPOCH_2000).total_seconds())
    new, pos, seed = bytearray(MAGIC), len(MAGIC), 0
    while pos < len(data):
        kind, length, _, sequence = RECORD_HEAD.unpack_from(data, pos)
        payload = data[pos + RECORD_HEAD.size :][:length]
        pos += RECORD_HEAD.size + length + CRC_BYTES
        if not sequence:
            header = json.loads(payload) | {"session": number, "salt": f"{number:08x}"}
            header |= {"boot": f"{number:08x}", "clock_s": rtc_s, "rtc_s": rtc_s}
            payload = json.dumps(header).encode()
        record = RECORD_HEAD.pack(kind, len(payload), number, sequence) + payload
        crc = zlib.crc32(record, seed)
        seed = seed or crc  # of the header, in which all others begin
        new += record + crc.to_bytes(CRC_BYTES, "little")
    return bytes(new)


def _wear(path: Path, seconds: float, number: int) -> None:
    """A day: two moods, an exercise, marks, and what disturbs."""
    heart = Heart(HEART.format(seed=number + 1, **MOODS[number]))
    part_s = (seconds - 300) / 6
    with RecorderWorn(path, 1, began=MORNING, device=DEVICE, clock=1.004) as worn:
        worn.heart(heart, part_s)
        worn.mark("trigger", "call")
        heart.change(worn.now_s, {"hp": 720, "rsa": 4.8})
        worn.heart(heart, part_s)
        heart.change(worn.now_s, MOODS[number])
        worn.off(60)
        worn.heart(heart, part_s)
        worn.paced(heart, 6.0, 5)
        worn.heart(heart, part_s)
        worn.mark("glimmer", "sun")
        worn.moves(20)
        worn.heart(heart, part_s)
        worn.mark("event", "start")
        worn.heart(heart, part_s / 2)
        worn.mark("event", "end")
        worn.heart(heart, max(0.0, seconds - worn.now_s))
