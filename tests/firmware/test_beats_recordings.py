"""The beat detector on real recordings, held against the best public detectors on them."""

import json

import numpy as np
import pytest
from vagaband.recording import load, load_beats
from vagaband.score import score
from vagal.beats import HOLD, Beats

# F1 in % and interval error in ms of NeuroKit2's elgendi, each beat re-timed where the low-passed
# upstroke crosses half its height, at 100, 50 and 25 Hz; pooled over the recordings of a set.
PUBLIC = {
    "welltory": ((94.8, 11.6), (95.1, 11.5), (93.4, 11.6)),
    "neurokit": ((99.9, 5.0), (99.9, 5.0), (99.9, 5.1)),
    "max86150": ((98.8, 3.3), (98.8, 3.3), (98.4, 3.6)),
    "maluka": ((98.5, 2.8), (98.5, 2.7), (93.5, 3.4)),
}
RATES_HZ = (100, 50, 25)


def beats_of(counts, rate_hz):
    """Beat times in s; the last light is held until all are out."""
    stage = Beats(rate_hz)
    light = [*counts.tolist(), *[HOLD] * (3 * rate_hz // 2)]
    found = [n - stage.back + stage.frac / 256 for n, ir in enumerate(light) if stage.push(ir)]
    return np.array(found) / rate_hz


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("name", PUBLIC)
def test_not_below_the_best_public_detector(recordings, name, rate_hz):
    """By no more than one beat in F1, and not worse in interval error (by rounding)."""
    about = json.loads((recordings / "recordings.json").read_text())
    tp = fp = fn = intervals = 0
    errors_ms = 0.0
    for part in (key for key in about if key.startswith(name)):
        wave = load(recordings / f"{part}.csv", about[part]["rate_hz"])
        ecg_s = load_beats(recordings / f"{part}.beats.csv")
        got = score(ecg_s, beats_of(wave.to_counts(rate_hz), rate_hz), about[part]["unusable_s"])
        tp, fp, fn = tp + got.tp, fp + got.fp, fn + got.fn
        intervals += got.n_intervals
        errors_ms += (got.interval_error_ms or 0) * got.n_intervals
    public_f1, public_ms = PUBLIC[name][RATES_HZ.index(rate_hz)]
    f1 = 200 * tp / (2 * tp + fp + fn)
    assert f1 >= public_f1 - 100 / (tp + fn)
    assert errors_ms / intervals <= public_ms + 0.1
