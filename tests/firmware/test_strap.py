"""The strap on the virtual radio: what phones near it get, byte for byte."""

import random
from itertools import accumulate
from pathlib import Path
from types import ModuleType

import engines
import pytest
from heart_rate_service import decode, intervals, measurements, read_record
from strap_board import TURN_US, Board, Recorder
from vagaband.board.inside import virtual_bluetooth
from vagal import bonds
from vagal.contact import OFF, ON, SETTLING, WEAK
from vagal.intervals import ECTOPIC, EXTRA, GAP, MISSED, MOTION, OK
from vagal.strap import LISTENED, STATES, STRAP, WAITING, Strap

SECOND = 10  # turns
RING = 64


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Board:
    """A strap that is on, and nobody there yet."""
    monkeypatch.setattr(bonds, "FILE", str(tmp_path / "bonds"))
    board = Board(tmp_path)
    board.strap.set(True)
    board.turns()
    return board


def test_nothing_is_on_air_until_it_is_switched_on_and_after_it_is_off(tmp_path, monkeypatch):
    monkeypatch.setattr(bonds, "FILE", str(tmp_path / "bonds"))
    board = Board(tmp_path)
    board.beats(8000)
    board.turns(30)
    board.phone("connect")
    before = read_record(board.file)
    assert [(line.who, line.what) for line in before] == [("board", "boot"), ("phone", "unseen")]
    board.strap.set(True)
    board.turns()
    board.listen()
    board.strap.set(False)
    board.phone("connect")
    board.turns(30)
    after = [(line.who, line.what) for line in read_record(board.file)]
    assert after[-3:] == [("phone", "disconnect"), ("board", "off"), ("phone", "unseen")]


def test_what_it_advertises(board: Board):
    """Flags, Heart Rate Service, appearance, name: from the Core Specification Supplement."""
    (line,) = board.lines("advertise", "board")
    name = "76 61 67 61 62 61 6e 64 20 41 42 33 34"  # vagaband AB34
    assert line.data.hex(" ") == f"02 01 06 03 03 0d 18 03 19 40 03 0e 09 {name}"


def test_what_can_be_read(board: Board):
    """The sensor's place only by a phone that is bonded; maker and version by any."""
    board.strap.battery(87)
    board.turns()
    board.phone("connect")
    for uuid in ("2a38", "2a19", "2a29", "2a26"):
        board.phone("read " + uuid)
    assert board.lines("refused 2a38")
    assert board.lines("refused 2a19")
    assert board.lines("read 2a29")[0].data == b"vagaband"
    assert board.lines("read 2a26")[0].data == b"0.1.0"
    board.phone("pair")
    board.turns(2)
    board.phone("read 2a38")
    board.phone("read 2a19")
    assert board.lines("read 2a38")[0].data == bytes([3])  # finger
    assert board.lines("read 2a19")[0].data == bytes([87])


@pytest.mark.parametrize(
    ("ibis", "contact", "payload"),
    [
        ((8000,), ON, "16 3c 00 04"),  # 1 s: 60 a minute, 1024 / 1024 s
        ((6800, 6800), ON, "16 47 66 03 67 03"),  # 850 ms are 870.4: the rest is carried over
        ((), ON, "06 00"),
        ((8000,), OFF, "14 00 00 04"),  # found before the finger went
        ((), OFF, "04 00"),
        ((8000,), SETTLING, "14 00 00 04"),
        ((8000,), WEAK, "16 00 00 04"),
        ((1600,), ON, "17 2c 01 cd 00"),  # 300 a minute needs 16 bits
        ((15200,), ON, "16 20 9a 07"),  # 31.6 a minute
    ],
)
def test_measurements_to_the_byte(board: Board, ibis, contact, payload):
    board.listen()
    assert board.recorder
    board.recorder.pipeline.contact.shown = contact
    board.beats(*ibis)
    board.turns(SECOND)
    assert board.sent() == [payload]


def test_nine_intervals_fit_and_eight_beside_a_wide_heart_rate(board: Board):
    board.listen()
    board.beats(*[8000] * 10)
    board.turns(1)
    nine = " ".join(["00 04"] * 9)
    assert board.sent() == ["16 3c " + nine]
    board.turns(SECOND)
    assert board.sent()[1:] == ["16 3c 00 04"]
    board.beats(*[1600] * 40)
    board.turns(2 * SECOND)
    assert [len(one.rr) for one in measurements(read_record(board.file))[2:]] == [8] * 5


def test_the_heart_rate_is_the_mean_of_the_last_beats(board: Board):
    """A change of rhythm is there within ten beats; a flagged interval has no say."""
    board.listen()
    board.beats(*[8000] * 20, 6000)
    board.beats(16000, flag=MISSED)
    board.turns(SECOND)
    assert 60 < decode(board.lines("2a37")[-1].data).bpm <= 65
    board.beats(*[6000] * 10)
    board.turns(2 * SECOND)
    assert decode(board.lines("2a37")[-1].data).bpm == pytest.approx(80, abs=1)


def test_conversion_loses_no_time(board: Board):
    """The sum of what was sent is right to 1/1024 s at every beat, over a thousand of them."""
    board.listen()
    dice = random.Random(1)
    ibis = [dice.randrange(2400, 16001) for _ in range(1000)]
    for at in range(0, 1000, 5):
        board.beats(*ibis[at : at + 5])
        board.turns()
    board.turns(SECOND)
    got = intervals(measurements(read_record(board.file)))
    assert len(got) == len(ibis)
    for rr, ibi in zip(accumulate(got), accumulate(ibis), strict=True):
        assert abs(rr / 1024 - ibi / 8000) <= 0.5 / 1024 + 1e-9
    assert max(abs(rr / 1024 - ibi / 8000) for rr, ibi in zip(got, ibis, strict=True)) < 1 / 1024


def test_flagged_intervals_are_left_out(board: Board):
    board.listen()
    for flag in (OK, MISSED, EXTRA, ECTOPIC, GAP, MOTION, OK):
        board.beats(8000 + 125 * flag, flag=flag)
    board.turns(SECOND)
    assert intervals(measurements(read_record(board.file))) == [1024, 1024]


def test_a_radio_whose_buffers_are_full_loses_and_doubles_none(board: Board):
    """Half a minute of ENOMEM: what waited comes in order, nine at a time."""
    board.listen()
    ibis = list(range(6000, 6000 + 250 * 30, 250))
    board.phone("full 29.5")
    for ibi in ibis:
        board.beats(ibi)
        board.turns(SECOND)
    board.turns(SECOND)
    got = measurements(read_record(board.file))
    assert intervals(got) == [ibi * 16 // 125 for ibi in ibis]
    assert [len(one.rr) for one in got][:3] == [9, 9, 9]
    assert board.strap.sent == 30
    assert board.strap.dropped == 0


def test_where_the_ring_overflows_the_oldest_go_and_are_counted(board: Board):
    board.listen()
    board.phone("full 5")
    ibis = [125 * (60 + i) for i in range(RING + 10)]
    board.beats(*ibis)
    board.turns(8 * SECOND)
    got = intervals(measurements(read_record(board.file)))
    assert got == [16 * (60 + i) for i in range(10, RING + 10)]
    assert board.strap.dropped == 10
    board.phone("disconnect")
    board.turns()
    assert board.recorder
    assert board.recorder.events[-1] == (STRAP, WAITING, 10)


def test_nothing_of_the_heart_goes_to_a_phone_that_has_not_paired(board: Board):
    """It subscribes and is patient; after a minute its place is free again."""
    board.phone("connect")
    board.phone("subscribe")
    for _ in range(59):
        board.beats(8000)
        board.turns(SECOND)
    assert board.strap.state == WAITING
    assert not board.lines("disconnect")
    board.turns(2 * SECOND)
    assert board.sent() == []
    assert board.lines("disconnect")
    assert len(board.lines("advertise", "board")) == 2


def test_a_bonded_phone_comes_back_and_gets_only_what_is_new(board: Board):
    """Out of reach for a while, and over a reset: no new pairing, no old intervals."""
    board.listen()
    board.beats(8000)
    board.turns(SECOND)
    board.beats(7000)
    board.phone("disconnect")
    board.turns()
    board.beats(6000)
    board.phone("connect")
    board.phone("subscribe")
    board.turns(3)
    board.beats(5000)
    board.turns(SECOND)
    board.phone("disconnect")
    board.boot()
    board.strap.set(True)
    board.turns()
    board.phone("connect")
    board.phone("subscribe")
    board.turns(3)
    board.beats(4000)
    board.turns(SECOND)
    assert intervals(measurements(read_record(board.file))) == [1024, 640, 512]


def test_another_phone_is_sent_away_until_the_bond_is_forgotten(board: Board):
    board.listen()
    board.phone("second connect")  # nothing to be seen while a client is there
    assert board.lines("unseen", "second")
    board.phone("disconnect")
    board.turns()
    board.phone("second connect")
    board.phone("second subscribe")
    board.phone("second pair")
    board.beats(8000)
    board.turns(2 * SECOND)
    assert board.lines("disconnect", "second")
    assert not board.lines("2a37", "second")
    board.phone("connect")  # the first one still has its bond
    board.turns(3)
    assert board.strap.state == LISTENED
    board.strap.forget()
    board.turns(2)
    assert board.strap.state == WAITING
    board.phone("connect")
    board.turns(3)
    assert board.lines("unencrypted")
    board.phone("disconnect")
    board.turns()
    for words in ("second connect", "second subscribe", "second pair"):
        board.phone(words)
    board.turns(2)
    board.beats(8000)
    board.turns(SECOND)
    assert [line.data.hex(" ") for line in board.lines("2a37", "second")] == ["16 3c 00 04"]


def test_two_at_once_are_one(board: Board):
    """A second connection that the stack let in is ended, the first one goes on."""
    board.listen()
    other = board.world.air._phones["second"]
    other._connection = virtual_bluetooth._ble.connected(other)
    board.turns()
    assert board.lines("disconnect", "second")
    board.beats(8000)
    board.turns(SECOND)
    assert board.sent() == ["16 3c 00 04"]


def test_a_phone_that_forgot_the_board_pairs_anew(board: Board):
    board.listen()
    board.phone("disconnect")
    board.turns()
    board.phone("unpair")
    board.listen()
    board.beats(8000)
    board.turns(SECOND)
    assert board.sent() == ["16 3c 00 04"]
    assert len(board.strap.bonds) == 2  # a key of each side


def test_intervals_that_nobody_subscribed_to_are_dropped_by_the_phone(board: Board):
    """MicroPython does not tell who subscribed: after unsubscribing the app gets nothing."""
    board.listen()
    board.phone("unsubscribe")
    board.beats(8000)
    board.turns(SECOND)
    assert board.sent() == []
    assert [line.data.hex(" ") for line in board.lines("unheard 2a37")] == ["16 3c 00 04"]
    board.phone("subscribe")
    board.beats(6000)
    board.turns(SECOND)
    assert intervals(measurements(read_record(board.file))) == [768]


def test_the_battery_is_told_once_it_is_known_and_when_it_changes(board: Board):
    board.listen()
    board.strap.battery(87)
    board.turns(SECOND)
    board.phone("subscribe 2a19")  # a service that is not there: not while a phone is
    assert not board.lines("subscribe 2a19")
    board.phone("disconnect")
    board.turns()
    board.phone("connect")
    board.phone("subscribe 2a19")
    board.turns(3)
    for percent in (87, 86, None, 86, 85):
        board.strap.battery(percent)
        board.turns(SECOND)
    assert [line.data for line in board.lines("2a19")] == [b"\x57", b"\x56", b"\x55"]


def test_without_a_session_there_is_no_contact(board: Board):
    board.listen()
    board.recorder = None
    board.turns(2 * SECOND)
    assert board.sent() == ["04 00", "04 00"]


def test_the_journal_knows_who_listened(board: Board):
    """Each change, and in a new session how things are."""
    first = board.recorder
    assert first
    board.listen()
    board.recorder = again = Recorder(2)
    board.turns()
    board.phone("disconnect")
    board.turns()
    board.strap.set(False)
    board.turns()
    assert first.events == [(STRAP, 1, 0), (STRAP, 2, 0)]
    assert again.events == [(STRAP, 2, 0), (STRAP, 1, 0), (STRAP, 0, 0)]


def test_a_radio_that_does_not_start_is_a_fault_and_no_crash(tmp_path, monkeypatch):
    """Firmware without Bluetooth, or no memory for it."""
    monkeypatch.setattr(bonds, "FILE", str(tmp_path / "bonds"))

    def none() -> ModuleType:
        raise ImportError("no module named 'bluetooth'")

    strap = Strap(none, "c0ffee12ab34", "0.1.0")
    strap.set(True)
    strap.step(Recorder(), TURN_US)
    assert "bluetooth" in strap.fault
    assert STATES[strap.state] == "off"


def test_bonds_that_can_not_be_read_are_none(tmp_path, monkeypatch):
    """A power cut can't do that (they are replaced whole); someone with a cable can."""
    monkeypatch.setattr(bonds, "FILE", str(tmp_path / "bonds"))
    for rubbish in (b"1 zz 00\n", b"1 00\n", b"x 00 00\n"):
        (tmp_path / "bonds").write_bytes(rubbish)
        assert len(bonds.Bonds()) == 0


@pytest.mark.parametrize("engine", ["micropython", "wasm"])
def test_in_the_engines_of_a_board_it_sends_the_same(engine, tmp_path):
    """64 and 32 bits; a beat costs no memory there."""
    sources = Path(virtual_bluetooth.__file__).parent
    data = {name: (sources / name).read_bytes() for name in ("virtual_bluetooth.py", "air.py")}
    script = Path(__file__).parent / "in_engine" / "strap_listened.py"
    record = tmp_path / "record"
    record.write_text("\n".join(engines.run(engine, script, data).lines))
    got = intervals(measurements(read_record(record)))
    ibis = [2400 + 34 * turn for turn in range(8, 400, 8)]
    assert len(got) >= len(ibis) - 2
    for rr, ibi in zip(accumulate(got), accumulate(ibis), strict=False):
        assert abs(rr / 1024 - ibi / 8000) <= 0.5 / 1024 + 1e-9
