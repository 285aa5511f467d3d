"""bench: its folder, its figures and their verdict, the detectors beside the firmware's."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from vagaband.bench import compare, device, folder, no_contact, ours, rivals
from vagaband.bench.figures import Figure, difference, draw, f1, interval_error, median, pooled
from vagaband.bench.measure import ERROR_MS, FN, FP, INTERVALS, TP, Measured, measure
from vagaband.bench.mid_upstroke import retimed
from vagaband.board.heart import Heart
from vagaband.errors import InputError, VagabandError

MISSING = [name for name in rivals.PACKAGES if importlib.util.find_spec(name) is None]
needs_rivals = pytest.mark.skipif(
    bool(MISSING), reason=f"the extra bench is missing: {', '.join(MISSING)}"
)


def write(place: Path, name: str, seconds: float, seed: int) -> None:
    """A recording of a synthetic heart, and its beats a fixed time earlier, as an ECG has them."""
    heart = Heart(f"hp=800,rsa=6,seed={seed}")
    _, ir = heart.light(np.arange(round(100 * seconds)) / 100)
    ir = ir + np.random.default_rng(seed).normal(0, 5, len(ir))
    (place / f"{name}.csv").write_text("ir\n" + "\n".join(f"{v:.0f}" for v in ir))
    beats = heart.truth_beats_s(seconds) - 0.2
    (place / f"{name}.beats.csv").write_text("t_s\n" + "\n".join(f"{b:.4f}" for b in beats))


@pytest.fixture(scope="module")
def hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three recordings of two sets; the last one's beats have a stretch that can't be used."""
    place = tmp_path_factory.mktemp("hearts")
    for name, seconds, seed in (("a_1", 75, 1), ("a_2", 30, 2), ("b_1", 30, 3)):
        write(place, name, seconds, seed)
    (place / "alone.csv").write_text("ppg\n1\n")  # without beats: no part of it
    index = {
        "a_1": {"rate_hz": 100},
        "b_1": {"rate_hz": 100, "set": "other", "unusable_s": [[10, 12]]},
    }
    (place / "recordings.json").write_text(json.dumps(index))
    return place


def test_a_folder_gives_recordings_with_sets_and_stretches(hearts: Path):
    items = folder.load(hearts)
    assert [(i.name, i.set_name) for i in items] == [("a_1", "a"), ("a_2", "a"), ("b_1", "other")]
    assert list(items[2].unusable) == [(10.0, 12.0)]
    assert items[0].recording.duration_s == 75


def test_a_folder_without_an_index_is_one_set(tmp_path: Path):
    for name in ("x_1", "y_1"):
        write(tmp_path, name, 5, 1)
    items = folder.load(tmp_path, rate_hz=50)
    assert {item.set_name for item in items} == {tmp_path.name}
    assert items[0].recording.rate_hz == 50


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ("{", "can't be read"),
        ("[]", "no table"),
        ('{"x_1": 3}', "can't be used for x_1"),
        ('{"x_1": {"rate_hz": "fast"}}', "can't be used for x_1"),
        ('{"x_1": {"unusable_s": [[1]]}}', "can't be used for x_1"),
    ],
)
def test_an_index_that_is_wrong_is_named(tmp_path: Path, index: str, said: str):
    write(tmp_path, "x_1", 5, 1)
    (tmp_path / "recordings.json").write_text(index)
    with pytest.raises(InputError, match=said):
        folder.load(tmp_path)


def test_folders_with_nothing_in_them_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match="no recording"):
        folder.load(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        folder.load(tmp_path / "absent")


# ------------------------------------------------------------------ figures


def measured(found: int, missed: int = 0, false: int = 0, error_ms: float = 5.0) -> Measured:
    """A recording of ten-second blocks of ten beats each, the bad ones at the end."""
    blocks = np.zeros((max(1, (found + missed) // 10), 5))
    for column, count in ((TP, found), (FN, missed), (FP, false)):
        place = np.arange(count) if column == TP else -1 - np.arange(count)
        np.add.at(blocks[:, column], place % len(blocks), 1)
    blocks[:, INTERVALS] = blocks[:, TP]
    blocks[:, ERROR_MS] = error_ms * blocks[:, TP]
    return Measured(blocks, None, np.empty(0), 0, None, None, "")


def verdict(**detectors: Measured) -> dict[str, compare.Check]:
    named = {name.replace("_", " "): draw([each]) for name, each in detectors.items()}
    return {check.quantity: check for check in compare.judge("a set", named)}


def test_f1_and_error_are_pooled_and_have_intervals():
    draws = draw([measured(190, 10), measured(100, 0, 4, 9.0)])
    assert pooled(draws, f1).value == pytest.approx(200 * 290 / (2 * 290 + 14))
    error = pooled(draws, interval_error)
    assert error.value == pytest.approx((190 * 5 + 100 * 9) / 290)
    assert error.value is not None
    assert error.low is not None
    assert error.high is not None
    assert 5 < error.low < error.value < error.high < 9
    same = difference(draws, draws, f1)
    assert (same.low, same.high) == (0, 0)


def test_a_median_of_few_has_no_interval():
    assert median([]) == Figure(None)
    assert median([1.0, 3.0]) == Figure(2.0)
    assert median([1.0, 2.0, 9.0]).value == 2.0
    assert median([1.0, 2.0, 9.0]).low is not None


def test_one_beat_below_the_best_is_allowed_and_many_are_not():
    one = verdict(vagaband=measured(399, 1), HeartPy=measured(400))["f1_pct"]
    assert one.ok
    assert not one.ahead
    many = verdict(vagaband=measured(340, 60), HeartPy=measured(400))["f1_pct"]
    assert not many.ok
    assert many.rival == "HeartPy"
    assert "a set F1 is 8.1 points under HeartPy" in many.why


def test_timing_is_held_against_detectors_that_find_as_much():
    """A detector that finds half of the beats may time them well: that is no competitor."""
    sharp = {"HeartPy": measured(400, 0, 0, 5.0), "lazy": measured(200, 200, 0, 1.0)}
    fair = verdict(vagaband=measured(400, 0, 0, 4.5), **sharp)["interval_error_ms"]
    assert (fair.rival, fair.ok, fair.ahead) == ("HeartPy", True, True)
    worse = verdict(vagaband=measured(400, 0, 0, 6.0), **sharp)["interval_error_ms"]
    assert not worse.ok
    assert "1.0 ms more than with HeartPy" in worse.why


def test_a_detector_that_found_nothing_falls_short_everywhere():
    checks = verdict(vagaband=measured(0, 400), HeartPy=measured(400))
    assert not any(check.ok for check in checks.values())
    assert "no interval could be compared" in checks["interval_error_ms"].why


def test_one_recording_is_counted_beat_by_beat(hearts: Path):
    item = folder.load(hearts)[0]
    perfect = measure(item, item.beats_s + 0.3, item.beats_s + 1.4)
    total = perfect.blocks.sum(axis=0)
    assert (total[TP], total[FP], total[FN]) == (len(item.beats_s), 0, 0)
    assert perfect.rmssd_ln == pytest.approx(0, abs=1e-6)
    assert perfect.epochs == len(perfect.rsa_ln) == 1
    assert perfect.rsa_ln == pytest.approx([0], abs=1e-9)
    assert perfect.first_s == pytest.approx(item.beats_s[0] + 0.3)
    assert perfect.first_given_s == pytest.approx(item.beats_s[0] + 1.4)
    spoilt = np.sort(np.r_[np.delete(item.beats_s, [0, 9]), item.beats_s[20] + 0.35])
    total = measure(item, spoilt).blocks.sum(axis=0)
    assert (total[TP], total[FP], total[FN]) == (len(item.beats_s) - 2, 1, 2)
    nothing = measure(item, np.empty(0), crash="ValueError: no")
    assert nothing.blocks.sum(axis=0)[FN] == len(item.beats_s)
    assert (nothing.rmssd_ln, nothing.first_s, len(nothing.rsa_ln)) == (None, None, 0)


# ------------------------------------------------------------------ detectors


def test_apexes_are_moved_to_the_mid_upstroke():
    heart = Heart("hp=800,rsa=6,drift=0,seed=5")
    t_s = np.arange(3000) / 100
    wave = -heart.light(t_s)[1]
    truth = heart.truth_beats_s(30)[1:-1]
    apexes = np.array([round(100 * (b + 0.1)) / 100 for b in truth])
    moved = retimed(apexes, wave, 100)
    off = moved - truth
    assert np.std(off) < 0.001
    assert len(retimed(np.empty(0), wave, 100)) == 0
    assert retimed(np.array([0.0]), np.linspace(1, 0, 500), 100) == [0.0]  # no upstroke: stays


def test_a_rival_that_crashes_has_found_nothing():
    def falls(wave, rate_hz):
        print("noise on stdout")
        raise RuntimeError("bad\n  signal")

    beats, crash = rivals.detect(falls, np.zeros(500), 100)
    assert len(beats) == 0
    assert crash == "RuntimeError: bad signal"


@pytest.mark.parametrize("light", no_contact.LIGHTS)
def test_the_firmware_finds_no_beat_without_a_finger(light: str):
    assert len(ours.detect(no_contact.counts(light, 100), 100).beats_s) == 0


def test_the_firmware_says_when_a_beat_was_given_out(hearts: Path):
    found = ours.detect(folder.load(hearts)[1].recording.to_counts(), 100)
    wait_s = found.given_s[:-3] - found.beats_s[:-3]  # the end brings the last ones out at once
    assert len(found.beats_s) > 30
    assert (wait_s > 0.5).all()
    assert (wait_s < 2).all()


def test_a_rate_that_the_firmware_lacks_is_refused(tmp_path: Path, monkeypatch):
    (tmp_path / "vagal").mkdir()
    source = tmp_path / "vagal" / "beats.py"
    monkeypatch.setattr(ours, "firmware_dir", lambda: tmp_path)
    source.write_text("class Beats:\n    def __init__(self): pass\n")
    ours.require_rate(100)
    with pytest.raises(InputError, match="takes 100 Hz and no other rate"):
        ours.require_rate(50)
    source.write_text("class Beats:\n    def __init__(self, rate_hz=100): pass\n")
    ours.require_rate(50)


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr(rivals, "PACKAGES", ("neurokit2", "no_such_package"))
    with pytest.raises(VagabandError, match=r"no_such_package.*vagaband\[bench\]"):
        rivals.require()


# ------------------------------------------------------------------ the command


@needs_rivals
def test_bench_compares_writes_and_decides(run_cli, hearts: Path, tmp_path: Path):
    code, out, err = run_cli("bench", str(hearts), "--out", str(tmp_path / "out"), "--json")
    said = json.loads(out)
    assert code == (said["verdict"] != "pass")
    assert set(said["sets"]) == {"a", "other", "all"}
    for detectors in said["sets"].values():
        assert list(detectors) == [ours.NAME, *rivals.RIVALS]
        assert all(each["f1_pct"]["value"] > 90 for each in detectors.values())
    assert said["sets"]["a"][ours.NAME]["interval_error_ms"]["value"] < 2
    assert said["false_beats_without_contact"]["beats"][ours.NAME] == dict.fromkeys(
        no_contact.LIGHTS, 0
    )
    assert {check["quantity"] for check in said["checks"]} == {
        "f1_pct",
        "interval_error_ms",
        "false_beats",
    }
    assert json.loads((tmp_path / "out" / "bench.json").read_text()) == said
    picture = tmp_path / "out" / "bench.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_mode & 0o777 == 0o600
    assert "bench.png" in err


@needs_rivals
def test_bench_as_a_table_names_every_detector_and_a_crash(
    run_cli, hearts: Path, tmp_path: Path, monkeypatch
):
    def falls(wave, rate_hz):
        raise ValueError("can't")

    monkeypatch.setitem(rivals.RIVALS, "HeartPy", falls)
    _, out, _ = run_cli("bench", str(hearts), "--out", str(tmp_path / "out"))
    for said in ("charlton +mid", "find_peaks", "false beats a minute", "verdict: "):
        assert said in out
    assert "HeartPy crashed on a_1, which counts as nothing found: ValueError: can't" in out
    tables = [line for line in out.splitlines() if line.startswith(("vagaband  ", "elgendi"))]
    assert max(map(len, tables)) <= 80


@pytest.mark.parametrize(
    "words",
    [
        ("bench",),
        ("bench", "absent"),
        ("bench", ".", "--device"),
        ("bench", ".", "--rate-hz", "60"),
    ],
)
def test_a_wrong_call_of_bench(run_cli, words: tuple[str, ...]):
    code, out, err = run_cli(*words)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_what_a_stage_costs_on_the_device(run_cli):
    code, out, _ = run_cli("bench", "--device", "--json")
    said = json.loads(out)
    assert code == (said["verdict"] != "pass")
    stages = {stage["name"]: stage for stage in said["stages"]}
    assert list(stages) == list(device.STAGES)
    whole = stages[device.WHOLE]
    assert whole["esp32_share"] == pytest.approx(
        whole["fuel_a_sample"] / 2.1 * 1.5 * 100 / 80e6, rel=1e-9
    )
    assert stages["beats"]["usual_sample"] < stages["beats"]["fuel_a_sample"]
    assert stages["beats"]["fuel_a_beat"] < stages["pipeline"]["fuel_a_beat"]
    assert bool(said["shortfalls"]) == (code == 1)
    assert device.share_of_esp32(device.MOST_FUEL) == pytest.approx(0.05)


PUBLISHED = {
    ("max86150", "NeuroKit2 elgendi"): (98.8, 15.6),
    ("max86150", "NeuroKit2 elgendi +mid"): (98.8, 3.3),
    ("neurokit", "NeuroKit2 elgendi +mid"): (99.6, 5.0),
    ("maluka", "NeuroKit2 elgendi +mid"): (98.5, 2.8),
    ("max86150", "HeartPy"): (98.8, 7.5),
    ("neurokit", "HeartPy"): (99.6, 6.2),
    ("welltory", "HeartPy"): (88.1, 12.7),
    ("welltory", "SciPy find_peaks"): (88.1, 15.7),
    ("welltory", "NeuroKit2 elgendi"): (91.7, 18.3),
}


@needs_rivals
def test_public_detectors_reach_their_published_figures(recordings: Path):
    """Those of the recordings' own README, so that a rival is not weakened by how it is called."""
    items = folder.load(recordings)
    for (set_name, name), (f1_pct, error_ms) in PUBLISHED.items():
        results = []
        for item in items:
            if item.set_name == set_name:
                wave = -item.recording.to_counts().astype(float)
                beats_s, crash = rivals.detect(rivals.RIVALS[name], wave, 100)
                assert not crash
                results.append(measure(item, beats_s))
        draws = draw(results)
        assert pooled(draws, f1).value == pytest.approx(f1_pct, abs=0.6), (set_name, name)
        assert pooled(draws, interval_error).value == pytest.approx(error_ms, abs=0.6), name
