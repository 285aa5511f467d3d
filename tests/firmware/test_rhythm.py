"""Rhythms that RSA can't be read from are refused; the strongest breathing is not."""

import csv

import numpy as np
import pytest
import quality_road
import rhythms
from vagal import validity

KINDS = ("normal", "lognormal", "gamma", "uniform")
SPREADS = (0.15, 0.2, 0.25)
RATES_BPM = (60, 75, 90, 105, 120)
EPOCH_S, LEAD_S = 30, 25  # the first epoch is complete after 55 s


def slots(ibis_ms):
    """How many epochs the time holds, whether they were completed or not."""
    return int((np.sum(ibis_ms) / 1000 - LEAD_S) // EPOCH_S)


def eighths(ibis_ms):
    """As the stages take them."""
    return np.rint(8 * np.asarray(ibis_ms)).astype(int)


def reasons(ibis_ms):
    """Why each complete epoch of a series is refused, through the corrector."""
    return [epoch.reason for epoch in quality_road.of_intervals(eighths(ibis_ms)).epochs]


def test_a_rhythm_without_order_has_no_value():
    """At least 95 % of epochs, whatever the law of chance, from a spread of 15 % on."""
    rng = np.random.default_rng(1)
    print()
    for spread in SPREADS:
        total = shown = named = complete = 0
        for kind in KINDS:
            for rate_bpm in RATES_BPM:
                ibis = rhythms.disordered(rng, kind, rate_bpm, 600, spread)
                found = reasons(ibis)
                total += slots(ibis)
                complete += len(found)
                shown += found.count(validity.VALID)
                named += found.count(validity.IRREGULAR)
        share = 100 * (1 - shown / total)
        print(f"spread {spread}: {share:.1f} % of {total} epochs have no value;", end=" ")
        print(f"{complete} were complete, {named} of them irregular")
        assert shown <= 0.05 * total


def test_a_rhythm_without_order_has_no_value_from_light_either():
    total = shown = 0
    for k, rate_bpm in enumerate((60, 75, 90, 105, 120)):
        rng = np.random.default_rng(k)
        ibis = rhythms.disordered(rng, "normal", rate_bpm, 240, 0.2)
        found = quality_road.of_light(rhythms.light_of(ibis, 235))
        assert len(found.beats) > 0.8 * 235 * rate_bpm / 60
        total += 7
        shown += sum(epoch.reason == validity.VALID for epoch in found.epochs)
    print(f"{shown} of {total} epochs shown")
    assert shown <= 0.05 * total


def swings():
    """(heart period, breathing rate, unevenness) of strong breathing."""
    for hp_ms in (700, 850, 1000, 1150):
        for breath_hz in (0.1, 0.15, 0.2, 0.25, 0.3):
            for uneven in (0.0, 0.1):
                yield hp_ms, breath_hz, uneven


def test_strong_breathing_is_not_called_irregular():
    """Swings of 300 ms: at most 2 % of the epochs that are complete."""
    rng = np.random.default_rng(2)
    total = irregular = 0
    for hp_ms, breath_hz, uneven in swings():
        found = reasons(rhythms.swinging(rng, hp_ms, breath_hz, 600, uneven=uneven))
        total += len(found)
        irregular += found.count(validity.IRREGULAR)
    print(f"{irregular} of {total} epochs")
    assert total > 300
    assert irregular <= 0.02 * total


@pytest.mark.parametrize("hp_ms", [600, 700, 850, 1000, 1150])
def test_strong_breathing_is_shown(hp_ms):
    """Swings of 300 ms: at most 2 % of epochs are refused, from a slow heart to a fast one."""
    rng = np.random.default_rng(3)
    total = shown = 0
    for breath_hz in (0.1, 0.15, 0.2, 0.25, 0.3):
        ibis = rhythms.swinging(rng, hp_ms, breath_hz, 600)
        total += slots(ibis)
        shown += reasons(ibis).count(validity.VALID)
    print(f"{hp_ms} ms: {shown} of {total} epochs shown")
    assert shown >= 0.98 * total


def test_strong_breathing_is_shown_from_light():
    for breath_hz in (0.1, 0.25):
        ibis = rhythms.swinging(np.random.default_rng(4), 1000, breath_hz, 250)
        found = quality_road.of_light(rhythms.light_of(ibis, 240))
        assert [epoch.reason for epoch in found.epochs] == [validity.VALID] * 7


@pytest.mark.parametrize("hp_ms", [500, 857, 1000])
@pytest.mark.parametrize("transit_ms", [0, 3])
def test_a_metronome_is_refused(hp_ms, transit_ms):
    """Pacing: its transit time breathes, which would look like RSA."""
    rng = np.random.default_rng(5)
    ibis = rhythms.paced(rng, hp_ms, 300, transit_ms=transit_ms)
    found = reasons(ibis)
    assert len(found) == slots(ibis)
    assert set(found) == {validity.IRREGULAR}


def test_a_heart_of_low_variability_is_not_called_a_metronome():
    """RSA of 10 ms and slow waves of 10 ms, as in old age."""
    rng = np.random.default_rng(6)
    total = called = 0
    for hp_ms in (700, 850, 1000):
        found = reasons(rhythms.swinging(rng, hp_ms, 0.25, 900, swing_ms=10))
        total += len(found)
        called += found.count(validity.IRREGULAR)
    print(f"{called} of {total}")
    assert called <= 0.02 * total


def test_long_and_short_in_turn_are_irregular():
    """Every second beat somewhat early: no single interval looks wrong."""
    rng = np.random.default_rng(7)
    ibis = 900 + 60 * (-1) ** np.arange(400) + rng.normal(0, 10, 400)
    assert set(reasons(ibis)) == {validity.IRREGULAR}


@pytest.mark.parametrize(("per_minute", "most_shown"), [(8, 0.1), (12, 0.0), (20, 0.0)])
def test_frequent_early_beats_are_refused(per_minute, most_shown):
    """More than five a minute, mended as they may be."""
    rng = np.random.default_rng(8)
    ibis = rhythms.swinging(rng, 850, 0.25, 900, swing_ms=80)
    found = reasons(rhythms.with_early_beats(rng, ibis, per_minute))
    assert found.count(validity.VALID) <= most_shown * slots(ibis)
    assert found.count(validity.IRREGULAR) > len(found) // 2


def test_a_rare_early_beat_costs_nothing():
    rng = np.random.default_rng(9)
    ibis = rhythms.swinging(rng, 850, 0.25, 1800, swing_ms=80)
    found = reasons(rhythms.with_early_beats(rng, ibis, 0.5))
    assert found.count(validity.IRREGULAR) == 0
    assert found.count(validity.VALID) >= 0.9 * slots(ibis)


def test_real_hearts_are_seldom_called_irregular(recordings):
    """Reference beats of rest, and 45 minutes of one person from sitting to cycling."""
    total = irregular = 0
    for path in sorted(recordings.glob("*.beats.csv")):
        beats_s = np.loadtxt(path, skiprows=1)
        found = reasons(1000 * np.diff(beats_s))
        total += len(found)
        irregular += found.count(validity.IRREGULAR)
    at_rest = total
    with (recordings / "wearablehrv_P37" / "test_vu.txt").open() as file:
        rows = list(csv.reader(file, delimiter="\t"))[2:]
    found = reasons([float(row[2]) for row in rows if float(row[2]) > 0])
    total += len(found)
    irregular += found.count(validity.IRREGULAR)
    print(f"{irregular} of {total} epochs, {at_rest} of them from recordings at rest")
    assert total > 90
    assert irregular <= 0.02 * total
