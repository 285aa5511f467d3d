"""What is set on a board: bad files, power that fails, and what holds then."""

import json
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

import engines
import pytest
from torture import cuts
from vagaband.board.flash_file import temporary_chip
from vagaband.board.interpreter import run_micropython
from vagaband.config import keys, read_pairs
from vagaband.paths import firmware_dir
from vagal import config as firmware

SCRIPT = Path(__file__).parent / "in_engine" / "configure.py"
DEFAULTS = {name: key.default for name, key in keys().items()}
FILE = "/vagal.json"


@dataclass
class Tried:
    """What the firmware made of a file, and after it set keys; the files it leaves."""

    values: dict[str, int]
    fault: str
    error: str
    after: dict[str, int]
    fault_after: str
    files: dict[str, str]  # in hex, or "folder"

    def content(self, name: str) -> bytes:
        return bytes.fromhex(self.files[name])


@dataclass
class Ran:
    """The fate of each file; the flash before the last was set, and its operations."""

    tried: list[Tried]
    before: bytearray
    operations: list[cuts.Operation]


def configure(
    *tasks: tuple[bytes | str | None, tuple[object, ...]], changed: Path | None = None
) -> Ran:
    """Lay files on a chip in turn ("folder": a folder; None: none) and set keys after each."""
    where = changed or firmware_dir()
    hexed = [(f.hex() if isinstance(f, bytes) else f, pairs) for f, pairs in tasks]
    with temporary_chip(where) as folder, tempfile.TemporaryDirectory() as other:
        chip, trace, task = Path(folder) / "flash.bin", Path(other) / "trace", Path(other) / "task"
        task.write_text(json.dumps(hexed))
        flash = bytearray(chip.read_bytes()[cuts.FS_OFFSET :])
        said = run_micropython(SCRIPT, str(where), str(chip), str(trace), str(task))
        operations = list(cuts.read_trace(trace.read_bytes()))
    *_, begin, end = (k for k, op in enumerate(operations) if op.kind == "N")
    for op in operations[:begin]:
        apply(flash, op)
    return Ran(
        [Tried(*json.loads(line)) for line in said.splitlines()], flash, operations[begin:end]
    )


def apply(flash: bytearray, op: cuts.Operation, n: int | None = None) -> None:
    """Carry an operation out, or its first n bytes."""
    if op.kind in "PE":
        new = cuts.content(op)[:n]
        flash[cuts.where(op) : cuts.where(op) + len(new)] = new


def test_the_keys_that_the_pc_knows_are_the_firmwares_own():
    assert {
        name: (row.default, row.least, row.most, row.step, row.unit, row.meaning)
        for name, row in keys().items()
    } == firmware.KEYS
    assert {name for name, row in keys().items() if row.at_once} == set(firmware.AT_ONCE)
    for name, row in keys().items():
        assert firmware.allows(name, row.default)
        assert read_pairs([name, str(row.most)]) == {name: row.most}


BAD = [  # a file, what holds of it, what is said of it
    (b"", {}, "JSON"),
    (b'{"light": 10, "buz', {}, "JSON"),
    (b"\xff\xfe\x00garbage", {}, "is no JSON"),
    (b"[" * 900, {}, "JSON"),
    (b"[1, 2]", {}, "is no table of keys"),
    (b"null", {}, "is no table of keys"),
    (b" " * 1025, {}, "is too large"),
    (b'{"light": 10, "buzz": 101}', {"light": 10}, "not allowed, so the default: buzz"),
    (b'{"light": "10", "buzz": 5}', {"buzz": 5}, "not allowed, so the default: light"),
    (b'{"light": true}', {}, "not allowed, so the default: light"),
    (b'{"light": 10.0}', {}, "not allowed, so the default: light"),
    (b'{"light": null}', {}, "not allowed, so the default: light"),
    (b'{"light": 999999999999999999999}', {}, "not allowed, so the default: light"),
    (b'{"rate_hz": 75, "raw": 0}', {"raw": 0}, "not allowed, so the default: rate_hz"),
    (b'{"lihgt": 10, "buzz": 5}', {"buzz": 5}, "unknown: lihgt"),
    (b'{"\\u001b[2J": 10, "b": 5}', {}, "unknown: ?[2J and 1 more"),
    (b'{"pace_in_ms": 3000, "pace_out_ms": 4000}', {}, "pace_in_ms, pace_out_ms"),
    (b'{"pace_in_ms": 3000, "buzz": 999, "x": 1}', {"pace_in_ms": 3000}, "buzz; unknown: x"),
    ("folder", {}, "can't be read"),
]
SET = ("night_to", 300)


def test_a_bad_file_falls_back_key_by_key_and_says_so():
    """Then a key is set: the file is good, what was sound in it stays, the bad one is kept."""
    tried = configure(*((file, SET) for file, _, _ in BAD)).tried
    for (file, differs, fault), found in zip(BAD, tried, strict=True):
        assert found.values == {**DEFAULTS, **differs}, file
        assert fault in found.fault, file
        assert len(found.fault) < 120
        assert (found.after, found.fault_after) == ({**DEFAULTS, **differs, "night_to": 300}, "")
        assert json.loads(found.content("vagal.json")) == {**differs, "night_to": 300}
        kept = found.files["vagal.json.bad0"]
        assert kept == (file.hex() if isinstance(file, bytes) else file)


def test_a_file_that_is_sound_or_absent_is_not_complained_of():
    old = b'{"light": 10, "buzz": 5, "raw": 0}'
    absent, sound, *cut_off = configure(
        (None, SET), (old, SET), *((old[:-n], SET) for n in range(1, len(old)))
    ).tried
    assert (absent.values, absent.fault) == (DEFAULTS, "")
    assert (sound.values, sound.fault) == ({**DEFAULTS, "light": 10, "buzz": 5, "raw": 0}, "")
    assert set(sound.files) == {"vagal.json"}
    for found in cut_off:  # by another program, say
        assert found.values == DEFAULTS
        assert found.fault


REFUSED = [
    (("light", 101), "light: 0 to 100 % in steps of 1"),
    (("light", 10, "nope", 1), "there is no key nope"),
    (("light", 10, "battery_mah", 55), "in steps of 10"),
    (("pace_in_ms", 2000, "pace_out_ms", 5900), "at least 8000 ms"),
    (("pace_out_ms", 3900), "at least 8000 ms"),
]


def test_what_may_not_be_sets_nothing_at_all():
    tried = configure(*((b'{"buzz": 5}', pairs) for pairs, _ in REFUSED)).tried
    for (_, error), found in zip(REFUSED, tried, strict=True):
        assert error in found.error
        assert found.after == {**DEFAULTS, "buzz": 5}
        assert set(found.files) == {"vagal.json"}


def left_by_a_cut(old: bytes, changed: Path | None = None) -> tuple[set[bytes], bytes]:
    """What the file is after a cut at each operation of setting a key, in three ways; the new."""
    ran = configure((old, ("light", 10)), changed=changed)
    chance = random.Random(1)
    found = set()
    operations = [op for op in ran.operations if op.kind in "PE"]
    assert len(operations) >= 2
    for op in operations:
        for n in (0, chance.randrange(len(cuts.content(op))), None):
            flash = bytearray(ran.before)
            apply(flash, op, n)
            found.add(cuts.read_file(flash, FILE))
        apply(ran.before, op)
    return found, ran.tried[-1].content("vagal.json")


@pytest.mark.parametrize("old", [b'{"buzz": 5}', b'{"buzz": 5, "light": 999}', b"garbage" * 100])
def test_power_that_fails_while_a_key_is_set_leaves_the_old_file_or_the_new_one(old: bytes):
    """At each flash operation, before, amid and after it."""
    found, new = left_by_a_cut(old)
    assert found == {old, new}


def test_a_file_that_no_value_of_holds_may_be_away_for_a_moment():
    """It is too large to be copied: it moves aside, and the defaults hold as before."""
    old = b" " * 2000
    found, new = left_by_a_cut(old)
    assert found == {old, new, b""}


def test_a_store_that_writes_in_place_is_found_out(tmp_path: Path):
    moved = '    with open(file + ".new", "w") as f:\n        f.write(text)\n'
    moved += '    os.rename(file + ".new", file)'
    in_place = '    with open(file, "w") as f:\n        f.flush()\n        f.write(text)'
    broken = engines.changed_firmware(tmp_path, "config.py", moved, in_place)
    old = b'{"buzz": 5}'
    found, new = left_by_a_cut(old, broken)
    assert found - {old, new}
