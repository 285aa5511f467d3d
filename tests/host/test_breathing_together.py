"""Breathing together on the virtual board: the pace, the motor's trace in the light, the swing."""

import csv
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flashing import runs
from vagaband import journal, twin
from vagaband.breathe import check, sees_finger
from vagaband.device import Device
from vagaband.journal import BUZZ, EXERCISE, PACE, Journal
from vagaband.paced import exercises
from vagaband.resonance import assess
from worn import Worn, only_session

Wear = Callable[..., Worn]

ONE = 65536
REAL = "lfwidth=0.03"  # a slow wave that wanders, as a real one does
FIVE_MINUTES = "15 type breathe 4000 6000 5\n"
ORDER_3 = (6.0, 5.5, 6.5, 4.5, 5.0)  # of the assessment's rates, with the seed 3
RATE_S, REST_S = 180, 60


def at_the_end(logged: Journal) -> float:
    """RSA at the pace, as the device says when an exercise has ended."""
    return [e.value / ONE for e in logged.events if e.code == EXERCISE and not e.arg][-1]


def six_a_minute(seed: int) -> tuple[float, str]:
    """A heart that breathes with the pacer, and its true RSA."""
    rng = np.random.default_rng(seed)
    hp_ms, ln_ms2, lf = rng.uniform(680, 1050), rng.uniform(6.3, 8.1), rng.uniform(3, 4.5)
    return ln_ms2, f"hp={hp_ms:.0f},rsa={ln_ms2:.3f},breath=0.1,lf={lf:.2f},{REAL},seed={seed}"


def errors_of(wear_device: Wear, hearts: range) -> list[float]:
    """Of five minutes with the pacer each, motor on; device and reference agree."""
    errors = []
    for seed in hearts:
        true_ln, heart = six_a_minute(seed)
        logged = only_session(wear_device(6, script=FIVE_MINUTES, heart=heart, seed=seed))
        device = twin.as_logged(logged)
        checked = check(device)
        assert checked is not None
        assert at_the_end(logged) == pytest.approx(checked.same_ln_ms2, abs=0.05)
        errors.append(at_the_end(logged) - true_ln)
    print(f"{len(errors)} hearts: median |error| {np.median(np.abs(errors)):.3f} ln, ", end="")
    print(f"median error {np.median(errors):+.3f}, largest {np.max(np.abs(errors)):.3f}")
    return errors


def test_swing_at_six_a_minute_is_right(wear_device: Wear):
    assert np.median(np.abs(errors_of(wear_device, range(2)))) <= 0.1


@pytest.mark.slow
def test_swing_at_six_a_minute_is_right_in_thirty_hearts(wear_device: Wear):
    errors = errors_of(wear_device, range(100, 130))
    assert np.median(np.abs(errors)) <= 0.1
    assert abs(np.median(errors)) <= 0.06


def test_the_motor_s_trace_is_marked_and_stays_out_of_the_numbers(wear_device, tmp_path):
    """The same heart without and with the motor, at full strength."""
    _, heart = six_a_minute(3)
    pins, truth = tmp_path / "pins.csv", tmp_path / "truth.csv"
    off = only_session(
        wear_device(6, script=FIVE_MINUTES, heart=heart, truth=truth, config={"buzz": 0})
    )
    on = only_session(
        wear_device(6, script=FIVE_MINUTES, heart=heart, pins=pins, config={"buzz": 100})
    )
    assert not [e for e in off.events if e.code == BUZZ]
    swing_is_the_same(off, on)
    beats_are_all_there(on, np.loadtxt(truth, skiprows=1) - 0.5)
    light_is_shaken_where_the_log_says_so(on)
    in_and_out_differ_at_the_pins(on, pins)


def swing_is_the_same(off: Journal, on: Journal) -> None:
    without, shaken = (check(twin.as_logged(logged)) for logged in (off, on))
    assert without
    assert shaken
    assert shaken.whole.found.ln_ms2 == pytest.approx(without.whole.found.ln_ms2, abs=0.03)
    assert at_the_end(on) == pytest.approx(at_the_end(off), abs=0.03)


def beats_are_all_there(on: Journal, truth_s: np.ndarray) -> None:
    """None too many, few flagged; the twin finds the same, with its light and from the beats."""
    device = twin.as_logged(on)
    beats_s = device.beats_s
    inside = truth_s[(truth_s > 5) & (truth_s < 350)]
    apart = np.abs(beats_s[:, None] - inside[None, :])
    assert np.mean(apart.min(axis=0) < 0.1) > 0.97  # under a buzz one is late, or mended
    assert np.sum(apart.min(axis=0) > 0.4) <= 4
    among = (beats_s > 6) & (beats_s < 349)
    assert (apart.min(axis=1)[among] < 0.4).all()  # none is false
    assert among.sum() <= len(inside)
    assert np.mean([i.flag != "ok" for i in device.intervals]) < 0.06
    for logged in (on, replace(on, raw=[])):
        again, _ = twin.of_journal(logged)
        assert again.raw == device.raw


def light_is_shaken_where_the_log_says_so(on: Journal) -> None:
    """Within a buzz the raw light trembles, beside it hardly."""
    light = np.concatenate([counts for _, counts in on.raw])
    rough = np.abs(np.diff(light, 2))
    switches = [(e.index + e.value, e.arg) for e in on.events if e.code == BUZZ]
    shaken = np.zeros(len(rough), bool)
    for (begin, _), (end, _) in zip(switches[::2], switches[1::2], strict=True):
        assert end - begin < 90  # a long sign of the wearer takes 0.7 s
        shaken[begin:end] = True
    assert np.median(rough[shaken]) > 10 * np.median(rough[~shaken])
    assert rough[~shaken].max() < np.percentile(rough[shaken], 75)


def changes(pins: Path, name: str) -> list[tuple[float, int]]:
    """When (s) a pin went to which duty."""
    with pins.open() as file:
        return [
            (int(row["t_us"]) / 1e6, int(row["value"]))
            for row in csv.DictReader(file)
            if row["pin"] == name
        ]


def in_and_out_differ_at_the_pins(on: Journal, pins: Path) -> None:
    """Two cues a breath, in time; no step of the light is seen."""
    sensor_s = changes(pins, "sensor")[0][0]
    told_s = sensor_s + 0.5 + next(e for e in on.events if e.code == PACE).index / 100
    blue = [(t, v) for t, v in changes(pins, "blue") if told_s < t < told_s + 298]
    top = max(v for _, v in blue)
    steps = [(at_s, after - before) for (_, before), (at_s, after) in itertools.pairwise(blue)]
    to_out_s = [at_s for at_s, step in steps if step < -0.9 * top]  # blue becomes amber
    begin_s = to_out_s[-1] - 4 - 10 * (len(to_out_s) - 1)
    assert told_s < begin_s < told_s + 1.5  # a sign of the wearer goes before
    assert np.diff(to_out_s) == pytest.approx(10, abs=0.1)
    near = 0.3  # of a change of colour
    for at_s, step in steps:
        into_s = (at_s - begin_s) % 10
        if near < into_s < 4 - near:
            assert 0 < step <= 0.05 * top
    rises_s = [t - begin_s for t, v in changes(pins, "motor") if v]
    cues_s = [t for k, t in enumerate(rises_s) if k == 0 or t - rises_s[k - 1] > 1]
    cues_s = [t for t in cues_s if -0.4 < t < 292]
    assert len(cues_s) == pytest.approx(59, abs=1)
    for cue_s in cues_s:
        into_s = (cue_s + 0.5) % 10 - 0.5  # a cue may come a little before its time
        breathing_in = into_s < 1
        assert -0.35 < into_s - (0 if breathing_in else 4) < 0.6
        buzzes = sum(cue_s <= t < cue_s + 1 for t in rises_s)
        assert buzzes == (1 if breathing_in else 2)  # one long for in, two short for out


def assessment_script(order: tuple[float, ...]) -> str:
    """Someone who breathes with each pace, and freely between them."""
    lines, at_s = ["15 type breathe resonance 3"], 15.1
    for rate in order:
        lines += [f"{at_s} breathe {rate / 60}", f"{at_s + RATE_S} breathe 0"]
        at_s += RATE_S + REST_S
    return "\n".join(sorted(lines, key=lambda line: float(line.split()[0]))) + "\n"


def test_a_resonance_assessment_finds_the_peak(wear_device: Wear, run_cli, tmp_path):
    """Half an ln above its neighbours at 5.5 a minute; the file gives the same verdict."""
    heart = f"hp=900,rsa=6.3,peak=1.7,res={5.5 / 60:.5f},lf=3.5,{REAL},seed=4"
    worn = wear_device(20, script=assessment_script(ORDER_3), heart=heart)
    logged = only_session(worn)
    session = twin.as_logged(logged)
    (done,) = exercises(session)
    assert [stretch.per_min for stretch in done.stretches] == list(ORDER_3)
    assessment = assess(session)
    assert assessment.optimum
    assert assessment.optimum.per_min == 5.5
    assert assessment.optimum.ln_ms2 == pytest.approx(8.0, abs=0.3)
    file = tmp_path / "assessed.vbj"
    (data,) = worn.files.values()
    file.write_bytes(data)
    code, out, _ = run_cli("resonance", str(file), "--json")
    assert code == 0
    assert json.loads(out)["optimum_per_min"] == 5.5
    code, out, _ = run_cli("resonance", str(file), "--lang", "nl")
    assert "optimum: 5.5 ademhalingen per minuut" in out


def test_a_press_ends_an_exercise_and_so_does_the_end_of_the_session(wear_device: Wear):
    """Pacing by a long press, ended by a short one; another is cut off by `stop`."""
    script = "20 press 1500\n60 press 100\n80 type breathe 5000 5000 5\n110 stop\n"
    logged = only_session(wear_device(2, script=script))
    told = [(e.code, e.arg) for e in logged.events if e.code in (EXERCISE, PACE, journal.END)]
    one = [(EXERCISE, 1), (PACE, 1), (PACE, 0), (EXERCISE, 0)]
    assert told == [*one, *one, (journal.END, 1)]
    ends_s = [e.index / 100 for e in logged.events if e.code == EXERCISE and not e.arg]
    assert ends_s[0] == pytest.approx(59.5, abs=0.5)
    assert logged.marks == []


def test_who_would_breathe_unmeasured_is_told_so_first(start, chip, run_cli, tmp_path):
    """A finger that is not on the sensor; a press ends what was begun all the same."""
    presses = "".join(f"{at_s} press 100\n" for at_s in range(4, 400, 4))
    (tmp_path / "script").write_text("0.5 off\n" + presses)
    board = start(chip, script=tmp_path / "script")
    assert runs(board)
    with Device(board.url) as device:
        until_s = time.monotonic() + 20
        while sees_finger(device) and time.monotonic() < until_s:
            time.sleep(0.2)
    code, _, err = run_cli("breathe", "--no-pull", "--port", board.url)
    assert code == 1
    assert err.index("No finger lies on the sensor") < err.index("Stopped.")


@pytest.mark.parametrize(
    "words",
    [
        ("--resonance", "--preset", "4-4"),
        ("--resonance", "--minutes", "5"),
        ("--resonance", "--in", "0"),
        ("--seed", "3"),
    ],
)
def test_what_an_exercise_would_not_heed_is_refused(run_cli, words: tuple[str, ...]):
    code, out, err = run_cli("breathe", "--port", "/dev/none", *words)
    assert (code, out) == (2, "")
    assert err.startswith("vagaband: ")


@pytest.mark.parametrize("name", ["absent.vbj", ".", "letter.txt"])
def test_only_a_session_is_judged_for_resonance(run_cli, tmp_path: Path, name: str):
    (tmp_path / "letter.txt").write_text("Dear reader,\n")
    code, out, err = run_cli("resonance", str(tmp_path / name))
    assert (code, out) == (2, "")
    assert "is no session. Name a file from pull." in err


def test_no_pace_that_is_too_fast_and_no_exercise_without_a_session(start, chip, run_cli):
    from vagaband.errors import DeviceError

    board = start(chip)
    with Device(board.url) as device:
        for words in ("3000 4000 5", "0 10000 5", "4000 6000 31", "one two 3", "4000 6000"):
            with pytest.raises(DeviceError, match="refused"):
                device.ask(f"breathe {words}")
        with pytest.raises(DeviceError, match=r"at which pace\?"):
            device.ask("breathe 4000 6000")
        assert device.ask("breathe 4000 6000 1")["exercise"] == "pacing"
        assert device.ask("breathe stop")["exercise"] == "none"
        device.ask("stop")
        with pytest.raises(DeviceError, match=r"no session is open. Type start on its line\."):
            device.ask("breathe 4000 6000 1")
    for words in (("--in", "3", "--out", "4"), ("--in", "4"), ("--preset", "5-5", "--in", "5")):
        code, _, err = run_cli("breathe", "--port", board.url, *words)
        assert code == 2
        assert err.strip().startswith("vagaband: ")
