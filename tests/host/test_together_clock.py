"""Two boards' journals in `synchrony`: the exchanges kept beside them outdo wrong dates."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from recorder_worn import RATE_HZ, RecorderWorn
from simulated_pairs import session_of
from two_people import DEVICES, MINUTES, TOGETHER, coupled
from vagaband.analysis.heart_series import HeartRun
from vagaband.pair.clock_file import Exchange, keep
from vagaband.pair.exchange import WRAP_US, Met
from vagaband.synchrony.align import together
from vagaband.synchrony.synchrony import MOST_LAG_S, synchrony_of

LATE_S = 7.0  # B's session began so much later than A's
DATED_WRONG_S = 5.0  # and B's board had been set so wrong
FAST, SLOW = 1.015, 0.985  # sensors' clocks, as far off as the datasheet lets them be


def worn(folder: Path, run: HeartRun, device: str, clock: float, late_s: float, off_s: float):
    """A journal of the heart since `late_s`, its board's date wrong by `off_s`."""
    path = folder / f"{device}-00001.vbj"
    began = TOGETHER + timedelta(seconds=late_s + off_s)
    boot = f"b00b-{device}"
    with RecorderWorn(path, 1, began=began, boot=boot, device=device, clock=clock) as board:
        beats_s = run.t_s + 1.0 - late_s
        board.beats(beats_s[beats_s > 1.0])
    for t_s in (20.0, 60.0 * MINUTES - 30.0):  # the PC asked as it began and as it ended
        met = Met(
            index=t_s * RATE_HZ * clock - 0.5,
            us=round(1e6 * t_s) % WRAP_US,
            unix_s=TOGETHER.timestamp() + late_s + t_s,
            error_s=0.008,
            round_trip_s=0.012,
            readings=30,
        )
        keep(folder, Exchange(device, 1, boot, "0badcafe", late_s + t_s, met))
    return path


@pytest.mark.parametrize("kept", [True, False], ids=["exchanges", "dates only"])
def test_the_lag_is_told_by_the_exchanges_and_not_by_a_wrong_date(kept: bool, run_cli, tmp_path):
    """Journals give the lag of the true beats; by dates alone it is wrong by what they are."""
    a, b = coupled()
    files = [
        worn(tmp_path, a, DEVICES[0], FAST, 0.0, 0.0),
        worn(tmp_path, b, DEVICES[1], SLOW, LATE_S, DATED_WRONG_S),
    ]
    if not kept:
        for file in tmp_path.glob("*.clock.json"):
            file.unlink()
    code, out, err = run_cli("synchrony", *map(str, files), "--json")
    assert code == 0, err
    told = json.loads(out)
    found = synchrony_of(together(session_of(a), session_of(b)), most_s=MOST_LAG_S).rsa
    assert found is not None
    wrong_s = told["best_lag_s"] - found.best_lag_s
    if kept:
        assert told["clock"]["basis"] == "exchanges"
        assert told["clock"]["error_s"] < 0.06
        assert abs(wrong_s) < 0.5
    else:
        assert told["clock"]["basis"] == "dates"
        assert told["clock"]["error_s"] > 2
        assert wrong_s > DATED_WRONG_S - 2
