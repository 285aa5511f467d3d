"""Two people, two boards: their samples on one clock, with an error that is known and kept."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from simulated_clocks import RATE_HZ, Simulated, simulate
from two_boards import UNIX, WornBoard, load, wear
from vagaband.dating import EPOCH
from vagaband.errors import InputError
from vagaband.pair.clock_file import keep
from vagaband.pair.common import DATED, EXCHANGED, CommonTime, Recording, common_time
from vagaband.pair.exchange import WRAP_US, crystal_ppm, since_us
from vagaband.pair.tap import check_taps

BAR_S = 0.05


def worst_s(common: CommonTime, a: WornBoard, b: WornBoard) -> tuple[float, float]:
    """The largest error of the time between the two, and of either on the PC's clock; each must
    be within what was stated."""
    off = []
    for board, placed in ((a, common.a), (b, common.b)):
        true_s = board.true_s(board.indexes) + UNIX - common.began.timestamp()
        own_s = board.own_s(board.indexes)
        error_s = placed.at(own_s) - true_s
        assert np.all(np.abs(error_s) <= placed.error_s(own_s))
        off.append((true_s, error_s))
    both = np.linspace(*common.overlap_s, 400)
    between = np.interp(both, *off[1]) - np.interp(both, *off[0])
    return float(np.max(np.abs(between))), max(float(np.max(np.abs(e))) for _, e in off)


def two(wear_device, tmp_path: Path, minutes: float, meet_at_s, script=("", ""), **options):
    """Crystals that differ by 40 ppm, sensors 1.5 % off either way, one switched on later."""
    kinds = (
        {"seed": 11, "clock": 1.015, "crystal_ppm": 20},
        {"seed": 12, "clock": 0.985, "crystal_ppm": -20, "later_s": 7.3},
    )
    return [
        wear(wear_device, tmp_path, minutes, meet_at_s, script=said, **kind, **options)
        for kind, said in zip(kinds, script, strict=True)
    ]


def test_six_minutes_on_one_clock_and_a_tap(wear_device, run_cli, tmp_path: Path):
    a, b = two(wear_device, tmp_path, 6, (70, 340), ("40 tap 0.4\n", "32.7 tap 0.4\n"))
    common = common_time(a.recording, b.recording)
    between_s, _ = worst_s(common, a, b)
    assert between_s <= common.error_s <= BAR_S
    paths = [load(board, tmp_path) for board in (a, b)]
    for board in (a, b):
        for exchange in board.exchanges:
            keep(tmp_path, exchange)
    code, out, _ = run_cli("pair", *map(str, paths), "--json")
    told = json.loads(out)
    assert code == 0
    assert told["error_ms"] == pytest.approx(1000 * common.error_s)
    (tap,) = told["taps"]
    assert tap["agrees"]
    file = paths[1].with_name(paths[1].name + ".clock.json")
    content = json.loads(file.read_text())
    for row in content["exchanges"]:
        row["unix_s"] += 0.15  # as a PC that counts wrongly would have it
        row["up_s"] += 0.15
    file.write_text(json.dumps(content))
    code, out, _ = run_cli("pair", *map(str, paths))
    assert code == 1
    assert "DISAGREES" in out
    file.unlink()
    code, _, err = run_cli("pair", *map(str, paths))
    assert code == 2
    assert "has no date, and no exchange" in err


@pytest.mark.slow
def test_an_hour_on_one_clock_and_twenty_taps(wear_device, tmp_path: Path):
    """Exchanges at its start and its end only; taps while the light is logged."""
    rng = np.random.default_rng(7)
    times = np.arange(20) * 105 + rng.uniform(60, 140, 20)
    apart = rng.uniform(0.25, 0.7, 20)
    said = [
        "".join(f"{t - late:.3f} tap {gap:.2f}\n" for t, gap in zip(times, apart, strict=True))
        for late in (0.0, 7.3)
    ]
    a, b = two(wear_device, tmp_path, 60, (70, 3580), said)
    common = common_time(a.recording, b.recording)
    between_s, either_s = worst_s(common, a, b)
    checks = check_taps(a.logged, b.logged, common).checks
    off_ms = [1000 * check.off_s for check in checks]
    print(f"an hour: two boards {1000 * between_s:.1f} ms apart at most, stated ", end="")
    print(f"{1000 * common.error_s:.0f} ms; either {1000 * either_s:.1f} ms off; ", end="")
    print(f"{len(checks)} of 20 taps, off by {min(off_ms):.1f} to {max(off_ms):.1f} ms")
    assert between_s <= common.error_s <= BAR_S
    for board, ppm in ((a, 20), (b, -20)):
        first, last = (exchange.met for exchange in board.exchanges)
        assert crystal_ppm(first, last) == pytest.approx(ppm, abs=5)
    assert len(checks) == 20
    assert all(check.agrees for check in checks)


def off_s(common: CommonTime, a: Simulated, b: Simulated) -> tuple[float, float]:
    """The largest error of the time between two, and the largest as a share of what was stated."""
    both = np.linspace(*common.overlap_s, 500)
    errors = []
    for board, placed in ((a, common.a), (b, common.b)):
        true_s = board.true_s - common.began.timestamp()
        errors.append(np.interp(both, true_s, placed.at(board.own_s) - true_s))
    between = np.abs(errors[1] - errors[0])
    return float(np.max(between)), float(np.max(between / common.difference_error_s(both)))


def simulated(seed: int, **options: Any) -> tuple[Simulated, Simulated]:
    a = simulate(2 * seed, sensor=0.015, ppm=20, **options)
    return a, simulate(2 * seed + 1, sensor=-0.015, ppm=-20, starts_s=11.2, **options)


def test_the_error_that_is_stated_holds_where_the_clocks_wander():
    """A finger warms the sensor by hundreds of ppm, the room moves the crystal: 5 hours."""
    worst, stated, shares = [], [], []
    for seed in range(5):
        a, b = simulated(seed, warmth=1.0)
        common = common_time(a.recording, b.recording)
        between_s, share = off_s(common, a, b)
        assert share <= 1
        shares.append(share)
        worst.append(between_s)
        stated.append(common.error_s)
    print(
        f"wandering: at most {1000 * max(worst):.0f} ms, stated {1000 * max(stated):.0f} ms, ",
        end="",
    )
    print(f"at most {max(shares):.0%} of what is stated for its moment")
    assert max(worst) <= max(stated) <= BAR_S


def test_steady_clocks_are_stated_within_the_bar():
    a, b = simulated(9)
    common = common_time(a.recording, b.recording)
    assert off_s(common, a, b)[1] <= 1
    assert common.error_s <= BAR_S


def test_what_is_stated_is_made_of_the_parts_that_the_page_names():
    """Of one board whose clocks are steady: pair.md's table, second by second."""
    (a, b), warm = simulated(9), simulated(9, warmth=4.0)
    one = common_time(a.recording, b.recording).a
    first, last = one.anchors_s
    error = one.anchor_errors_s[0]
    assert one.error_s(first) == pytest.approx(error + 0.002)
    knots = one.knots_s
    k = int(np.searchsorted(knots, 1500.0))
    at_knot, amid = one.error_s(knots[k]), one.error_s(knots[k] + 60.0)
    assert at_knot == pytest.approx(error + 0.002 + 3e-6 * (knots[k] - first), abs=0.001)
    assert amid - at_knot == pytest.approx(60 * (53e-6 + 3e-6), rel=0.1)
    assert one.error_s(last + 10) - one.error_s(last) == pytest.approx(10 * 56e-6, rel=0.3)
    ramp = common_time(*(side.recording for side in warm)).a
    assert np.max(ramp.sensor) > 1.2 * np.max(one.sensor)


def test_a_crystal_s_rate_is_known_beyond_two_exchanges():
    """The second one half-way through an hour: without it 40 ppm would be 70 ms by the end."""
    a, b = simulated(10, meet_at_s=(70.0, 1800.0))
    common = common_time(a.recording, b.recording)
    between_s, share = off_s(common, a, b)
    assert share <= 1
    assert between_s < 0.02
    assert common.error_s < 0.08


def test_an_exchange_names_the_middle_of_a_sample_also_where_the_crystal_wraps():
    """Steady clocks, so that the true sample at the moment it names is known."""
    off = []
    for seed in range(8):
        board = simulate(seed, 600.0, meet_at_s=(534.5,))
        (met,) = (exchange.met for exchange in board.recording.exchanges)
        true = (met.unix_s - board.true_s[0]) * RATE_HZ
        assert abs(met.index - true) <= met.error_s * RATE_HZ
        off.append(met.index - true)
    assert abs(np.mean(off)) < 0.5
    assert since_us(WRAP_US - 5, 10) == 15
    assert since_us(10, WRAP_US - 5) == -15


@pytest.mark.parametrize("at_s", [40.0, 300.0, 1399.0])
def test_a_sensor_that_fell_silent_is_stated(at_s: float):
    """For three seconds, three times: how many samples that was the board only estimates."""
    worst, stated = [], []
    silent = [(at_s + later_s, 3.0) for later_s in (0, 60, 120)]
    for seed in range(5):
        a, b = simulated(seed, seconds=1800.0, meet_at_s=(70.0, 1780.0), silent=silent)
        common = common_time(a.recording, b.recording)
        between_s, share = off_s(common, a, b)
        assert share <= 1
        worst.append(between_s)
        stated.append(common.error_s)
    print(f"silent from {at_s:g} s on: at most {1000 * max(worst):.0f} ms, stated ", end="")
    print(f"{1000 * max(stated):.0f} ms")
    assert max(worst) > 0.01


def test_one_exchange_only_states_a_larger_error():
    a, b = simulated(3, meet_at_s=(70.0,))
    common = common_time(a.recording, b.recording)
    between_s, share = off_s(common, a, b)
    assert between_s > BAR_S  # 40 ppm of an hour: what the second exchange is for
    assert share <= 1


def test_a_board_that_slept_is_known_less_well():
    awake, asleep = (
        common_time(*(side.recording for side in simulated(3, config=config)))
        for config in ({}, {"sleep": 1})
    )
    assert asleep.error_s > 10 * awake.error_s


def test_without_exchanges_the_dates_hold_with_their_error():
    """As boards set by whole seconds, and read so: the one is 0.1 s early, the other 1.9 s."""
    a, b = simulated(4)
    dated = []
    for side, late_s in ((a, -0.1), (b, -1.9)):
        began_s = side.true_s[0] + late_s - EPOCH.timestamp()
        header = side.recording.journal.header | {"rtc_s": round(began_s), "boot": ""}
        dated.append(Recording(replace(side.recording.journal, header=header)))
    common = common_time(*dated)
    assert common.basis == DATED
    between_s, share = off_s(common, a, b)
    assert 1 < between_s < common.error_s < 5
    assert share <= 1
    mixed = common_time(dated[0], b.recording)  # one of them has exchanges: half the error
    assert mixed.basis == DATED
    assert off_s(mixed, a, b)[0] < mixed.error_s < common.error_s


def test_two_pcs_are_never_put_together():
    a, b = simulated(5)[0], simulated(5, pc="another")[1]
    with pytest.raises(InputError, match="no date, and no exchange"):
        common_time(a.recording, b.recording)


def test_of_two_pcs_that_which_knows_both_counts():
    """One board met another PC too."""
    a, b = simulated(5)
    elsewhere = [replace(each, pc="another") for each in a.recording.exchanges]
    both = Recording(a.recording.journal, [*a.recording.exchanges, *elsewhere])
    common = common_time(both, b.recording)
    assert common.basis == EXCHANGED
    assert common.error_s == common_time(a.recording, b.recording).error_s


def test_a_pc_whose_clock_was_set_between_the_boards_says_so():
    """One after the other; meanwhile the PC's clock jumped by 300 ms, which its uptime tells."""
    a, b = simulated(6)
    jumped = [
        replace(each, met=replace(each.met, unix_s=each.met.unix_s + 0.3))
        for each in b.recording.exchanges
    ]
    common = common_time(a.recording, Recording(b.recording.journal, jumped))
    assert common.pc_step_s == pytest.approx(0.3, abs=0.01)
    assert common.error_s > 0.3


def test_what_can_not_be_on_one_clock_is_refused():
    a, b = simulated(7)
    with pytest.raises(InputError, match="one board"):
        common_time(a.recording, a.recording)
    late = simulate(15, starts_s=9000.0)
    with pytest.raises(InputError, match="no moment in common"):
        common_time(a.recording, late.recording)
    with pytest.raises(InputError, match="no date, and no exchange"):
        common_time(a.recording, Recording(b.recording.journal))


def test_before_the_first_fit_the_exchanges_tell_the_sensors_rate():
    """Half a minute: the journal has no scale yet, and its own times are 1.5 % off."""
    a, b = simulated(8, seconds=45.0, meet_at_s=(6.0, 35.0))
    common = common_time(a.recording, b.recording)
    between_s, share = off_s(common, a, b)
    assert share <= 1
    assert between_s < 0.02
    assert common.error_s < BAR_S
