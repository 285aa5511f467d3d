"""`vagaband config`: what is set from the PC, and a board keeps it."""

import json
import os
import time
from pathlib import Path

import pytest
from flashing import ChipFiles, put, runs
from vagaband import config
from vagaband.device import Device
from vagaband.errors import InputError
from vagaband.journal import decode
from vagaband.pull import pull

DOCUMENT = Path(config.__file__).with_name("config.md")
RAISED = {"light": 10, "buzz": 0}


def test_the_document_has_the_keys():
    """Made by: vagaband config keys --markdown."""
    text = DOCUMENT.read_text(encoding="utf-8")
    begin, end = text.index("<!-- vagaband"), text.index("<!-- end")
    assert text[begin:end].partition("\n")[2].strip() == config.table()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "A value is missing"),
        (("light",), "A value is missing"),
        (("lihgt", "10"), "Did you mean light?"),
        (("\x1b[2J", "10"), "no key '?[2J'"),
        (("light", "bright"), "light can't be 'bright'. It is a whole number: 0 to 100 %."),
        (("light", "10.5"), "a whole number"),
        (("light", "101"), "It may be 0 to 100 %."),
        (("rate_hz", "75"), "50 to 100 Hz, in steps of 50."),
        (("light", "10", "raw", "2"), "0 (off) or 1 (on)"),
        (("light", "on"), "a whole number"),
        (("light", "-5"), "light can't be -5. It may be 0 to 100 %."),
        (("--lihgt", "5"), "no key '--lihgt'"),
    ],
)
def test_what_cannot_be_is_said_before_a_board_is_asked(run_cli, words, said):
    code, out, err = run_cli("config", "set", *words, "--port", "/dev/none")
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_on_and_off_are_numbers():
    assert config.read_pairs(["raw", "on", "ir_only", "Off", "light", "off"]) == {
        "raw": 1,
        "ir_only": 0,
        "light": 0,
    }
    with pytest.raises(InputError, match="fewer keys"):
        config.set_keys("none", dict.fromkeys(config.keys(), 10000))


def test_the_list_of_keys_needs_no_board(run_cli):
    code, out, _ = run_cli("config", "keys")
    assert code == 0
    assert all(name in out for name in list(config.keys()))
    assert set(json.loads(run_cli("config", "keys", "--json")[1])) == set(config.keys())


def test_a_board_keeps_what_is_set_and_a_session_has_one_configuration(
    run_cli, start, chip: Path, tmp_path: Path
):
    """What no number depends on holds at once, the rest in the next session; without power too."""
    board = start(chip)
    assert runs(board)
    on = ("--port", board.url)
    code, out, err = run_cli("config", "set", "light", "10", "buzz", "off", *on)
    assert (code, out, err) == (0, "light: 10 %\nbuzz: 0 %\n", "")
    code, out, _ = run_cli("config", "set", "ir_cap", "50", *on)
    assert "from the next session on" in out
    told = json.loads(run_cli("config", "get", "--json", *on)[1])
    assert (told["values"]["ir_cap"], told["holds"]) == (50, "from the next session on")
    assert sorted(told["set"]) == ["buzz", "ir_cap", "light"]
    code, out, _ = run_cli("config", "set", "utc_min", "-60", *on)
    assert (code, out.splitlines()[0]) == (0, "utc_min: -60 min")
    code, out, _ = run_cli("config", "set", "raw", "off", "--now", *on)
    assert out == "raw: 0\n"
    assert json.loads(run_cli("config", "get", "raw", "--json", *on)[1])["holds"] == "now"
    code, out, err = run_cli("config", "set", "pace_in_ms", "2000", *on)
    assert (code, out) == (0, "pace_in_ms: 2000 ms\n")
    code, out, err = run_cli("config", "set", "pace_out_ms", "2000", *on)
    assert code == 1
    assert "at least 8000 ms" in err
    board.stop()  # the power

    board = start(chip)
    assert runs(board)
    first, second, third = pull(board.url, tmp_path / "out")
    had = [decode(p.path.read_bytes()).header["config"] for p in (first, second, third)]
    defaults = {name: row.default for name, row in config.keys().items()}
    assert had[0] == defaults
    assert had[1] == {**defaults, **RAISED, "ir_cap": 50, "utc_min": -60, "raw": 0}
    assert had[2] == {**had[1], "pace_in_ms": 2000}


def test_a_bad_file_is_told_wherever_one_looks_and_mended_by_setting(run_cli, start, chip: Path):
    bad = b'{"light": 999, "buzz": 5, "colour": "\x1b[2J"}'
    with ChipFiles(chip) as files:
        put(files, "/vagal.json", bad)
    board = start(chip)
    assert runs(board)
    on = ("--port", board.url)
    with Device(board.url) as device:
        assert "light; unknown: colour" in device.ask("status")["config"]
    code, out, err = run_cli("config", "get", "--json", *on)
    values = json.loads(out)["values"]
    assert (code, values["light"], values["buzz"]) == (1, config.keys()["light"].default, 5)
    assert "Setting a key mends it" in err
    assert run_cli("config", "set", "night_to", "300", *on)[0] == 0
    assert run_cli("config", "get", "night_to", *on)[0] == 0
    board.stop()
    with ChipFiles(chip) as files:
        with files.open("/vagal.json", "rb") as file:
            assert json.loads(file.read()) == {"buzz": 5, "night_to": 300}
        with files.open("/vagal.json.bad0", "rb") as file:
            assert file.read() == bad


@pytest.fixture
def katmandu():
    """A PC 5 h 45 min ahead of Greenwich."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "NPT-5:45"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_the_wearers_night_follows_the_pc(katmandu: None, start, chip: Path, tmp_path: Path):
    """With the first pull, and no second time while it is right."""
    board = start(chip)
    assert runs(board)
    asked = []

    class Watching(Device):
        def _send(self, command: str) -> None:
            asked.append(command)
            super()._send(command)

    for _ in range(2):
        with Watching(board.url) as device:
            config.set_zone(device)
    assert asked == ["config utc_min", "config utc_min 345", "config utc_min"]
    told = config.get(board.url, "utc_min")
    assert (told["values"]["utc_min"], told["holds"]) == (345, "now")
