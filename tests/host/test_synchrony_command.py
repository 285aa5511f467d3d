"""`vagaband synchrony` on files: what it says of two recordings, and of wrong calls."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from simulated_pairs import coupled, pairs, session_of
from vagaband.analysis.heart_series import HeartRun
from vagaband.errors import InputError
from vagaband.synchrony.align import together
from written_sessions import written as written_session


def written(path: Path, run: HeartRun) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("ibi_ms\n" + "\n".join(f"{x:.1f}" for x in run.ibi_ms) + "\n")
    return path


def test_the_command_says_it_of_two_files_of_intervals(run_cli, tmp_path: Path):
    found, lag_s = coupled(6, 15, 2.0, 2)
    a, b = (written(tmp_path / f"{k}.csv", run) for k, run in zip("ab", found[0], strict=True))
    code, out, _ = run_cli("synchrony", str(a), str(b), "--json")
    told = json.loads(out)
    assert code == 0
    assert {"r0", "best_lag_s", "p", "paced", "verdict"} <= set(told)
    assert (told["verdict"], told["paced"]) == ("synchronous", False)
    assert told["best_lag_s"] == pytest.approx(lag_s[0], abs=2)
    assert told["p"] < 0.05
    code, out, _ = run_cli("synchrony", str(a), str(b), "--offset", "5", "--lang", "nl")
    assert code == 0
    assert "RSA van beiden" in out
    code, out, _ = run_cli("synchrony", str(a), str(b), "--stretch", "60", "200", "--json")
    assert code == 1
    assert (json.loads(out)["verdict"], json.loads(out)["p"]) == ("refused", None)
    code, _, err = run_cli("synchrony", str(a), str(b), "--stretch", "200", "60")
    assert (code, "200 to 60 s is no part of it" in err) == (2, True)


def test_two_journals_stand_on_one_clock_by_their_dates(run_cli, tmp_path: Path):
    """B began 20 s later; both breathe 15 times a minute, as with one pacer."""
    began = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
    for k, name in enumerate("ab"):
        begin = began + timedelta(seconds=20 * k)
        content = written_session(360.0, begin, device=f"{name}0ffee", seed=k + 1)
        (tmp_path / f"{name}.vbj").write_bytes(content)
    code, out, _ = run_cli("synchrony", "a.vbj", "b.vbj", "--json")
    told = json.loads(out)
    assert (code, told["verdict"], told["paced"]) == (0, "paced", True)
    assert told["pacing"][0]["per_min"] == pytest.approx(15, abs=0.3)
    assert told["clock"]["basis"] == "dates"
    assert told["clock"]["error_s"] > 1
    assert 335 <= told["seconds"] <= 342
    damaged = tmp_path / "b.vbj"
    damaged.write_bytes(damaged.read_bytes()[:-5])
    code, _, err = run_cli("synchrony", "a.vbj", "b.vbj")
    assert (code, "--salvage" in err) == (2, True)
    assert run_cli("synchrony", "a.vbj", "b.vbj", "--salvage", "--json")[0] == 0


def test_wrong_calls_say_what_to_do(run_cli, tmp_path: Path):
    run = pairs(np.random.default_rng(18), 1, 5)[0][0]
    a = written(tmp_path / "a.csv", run)
    code, _, err = run_cli("synchrony", str(a), str(a))
    assert (code, "named twice" in err) == (2, True)
    code, _, err = run_cli("synchrony", str(a), str(tmp_path / "none.csv"))
    assert (code, "There is no file" in err) == (2, True)
    far = session_of(HeartRun(0, run.t_s * 500, run.ibi_ms, run.sound))
    with pytest.raises(InputError, match="hours in common"):
        together(far, far)
