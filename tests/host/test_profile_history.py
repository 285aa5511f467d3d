"""A person's history as the index tells it: all that is dated, once, in its place."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from data_folder import NOON, opened, put, zone
from month_worn import DAYS, EVERY_OTHER
from recorder_worn import RecorderWorn
from vagaband.analysis.model import Answers
from vagaband.numbers import numbers_of
from vagaband.open_recording import open_recording
from vagaband.profile.history import history_of
from vagaband.profile.model import History
from vagaband.sessions.annotate import annotate, words
from vagaband.sessions.days import days
from vagaband.sessions.index import Index
from vagaband.sessions.when import Here


def told(folder: Path, person: str = "c0ffee", **within: datetime) -> History:
    with opened(folder) as index:
        return history_of(index, person, **within)


def test_a_month_is_what_its_recordings_say_without_opening_one(month: Path, tmp_path: Path):
    """The index of it, in a folder where no recording is."""
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "index.sqlite").write_bytes((month / "index.sqlite").read_bytes())
    with Index(alone) as index:
        history = history_of(index, "c0ffee")
    epochs = history.epochs
    assert len(history.spans) == DAYS - len(EVERY_OTHER)
    assert (np.diff(epochs.at_s) > 0).all()
    first = open_recording(month / "c0ffee-00001.vbj")
    assert first.began
    numbers = numbers_of(first.session)
    begin_s = first.began.timestamp()
    count = len(numbers)
    assert epochs.at_s[:count] - begin_s == pytest.approx([n.device.t_s for n in numbers])
    assert epochs.reason[:count] == tuple(n.device.reason for n in numbers)
    assert epochs.valid.tolist() == [float(not reason) for reason in epochs.reason]
    breath = [n.breathing.per_min or np.nan for n in numbers]
    assert epochs.breath_per_min[:count] == pytest.approx(breath, nan_ok=True)
    hp_ms = [n.device.mean_hp_ms if n.device.valid else np.nan for n in numbers]
    assert epochs.hp_ms[:count] == pytest.approx(hp_ms, nan_ok=True)
    paced = [one for one in history.stretches if one.kind == "pacing"]
    assert len(paced) == len(history.spans)
    assert all(one.pace_per_min == 6 and one.swing_ms for one in paced)
    bp_ln = np.array([number.device.bp_ln_ms2 for number in numbers])
    since_s = epochs.at_s[:count] - paced[0].begin_s
    held, valid = np.isfinite(epochs.rsa_ln[:count]), epochs.valid[:count] == 1
    assert (epochs.rsa_ln[:count][held] == bp_ln[held]).all()
    assert not held[(since_s > 0) & (since_s < 270)].any(), "paced"
    assert (held == valid)[(since_s < -60) | (since_s > 420)].all()


def test_marks_and_stretches_of_a_month_stand_in_their_days(month: Path):
    history = told(month)
    began = [begin_s for begin_s, _ in history.spans]
    assert [mark.kind for mark in history.marks[:4]] == ["trigger", "glimmer", "event", "event"]
    assert len(history.marks) == 4 * len(began)
    marked = [one for one in history.stretches if one.kind == "marked"]
    assert len(marked) == len(began), "each start with the end of its own day"
    assert all(one.end_s - one.begin_s < 600 for one in marked)


def test_notes_bring_their_words_tags_and_stretches(tmp_path: Path):
    """A start and an end in two pieces of one day, a note on a mark, and a stretch."""
    folder = tmp_path / "notes"
    put(folder, 1, marks=[(60, "walk", "start"), (90, "glimmer", "sun")])
    put(folder, 2, NOON + timedelta(minutes=6), marks=[(60, "walk", "end")])
    with opened(folder) as index:
        index.give_device("c0ffee", "p07")
        index.answer("p07", Answers(irregular=True))
        (day,) = days(index)
        annotate(index, day, "+1:30", words("on the water", ["outside"], "light"))
        annotate(index, day, "+2:00", words("talk", ["work"]), "+3:00")
        history = history_of(index, "p07")
    begin_s = history.spans[0][0]
    marks = [(mark.at_s - begin_s, mark.text, mark.tags, mark.label) for mark in history.marks]
    assert marks == [
        (pytest.approx(60, abs=0.1), "start", (), ""),
        (pytest.approx(90, abs=0.1), "sun · on the water", ("outside",), "light"),
        (pytest.approx(120), "talk", ("work",), ""),
        (pytest.approx(420, abs=0.1), "end", (), ""),
    ]
    stretches = [
        (s.begin_s - begin_s, s.end_s - begin_s, s.text, s.tags) for s in history.stretches
    ]
    assert stretches == [
        (pytest.approx(60, abs=0.1), pytest.approx(420, abs=0.1), "walk", ()),
        (pytest.approx(120), pytest.approx(180), "talk", ("work",)),
    ]
    assert history.answers == Answers(irregular=True)
    assert told(folder, "p08").spans == ()


def test_what_two_recordings_cover_counts_once_and_what_has_no_date_not(tmp_path: Path):
    folder = tmp_path / "twice"
    put(folder, 1, seconds=400)
    put(folder, 2, NOON + timedelta(seconds=200), 400, marks=[(100, "event", "both")])
    put(folder, 3, NOON + timedelta(seconds=250), 60, marks=[(20, "event", "within")])
    put(folder, 4, None, 400)
    history = told(folder)
    zero_s = NOON.timestamp()
    assert [(a - zero_s, b - zero_s) for a, b in history.spans] == [
        (0, pytest.approx(400, abs=1)),
        (pytest.approx(400, abs=1), pytest.approx(600, abs=1)),
    ]
    assert (np.diff(history.epochs.at_s) >= 29).all()
    beats = history.beats(zero_s, zero_s + 600)
    assert (np.diff(beats.at_s) > 0.3).all()
    assert len(beats.at_s) == pytest.approx(600 / 0.85, rel=0.02)
    assert [mark.text for mark in history.marks] == ["within", "both"], "marks are kept, all"


def test_where_only_rsa_is_lost_the_heart_period_stands(tmp_path: Path):
    """Else the moments of least RSA would be missing from the heart period too."""
    folder = tmp_path / "noise"
    put(folder, 1, seconds=400)
    with opened(folder) as index:
        for reason, at_s in (("noise", 60), ("motion", 120), ("flat", 180)):
            with index.change():
                index.connection.execute(
                    "UPDATE epochs SET reason = ? WHERE t_s BETWEEN ? AND ?",
                    (reason, at_s, at_s + 30),
                )
        epochs = history_of(index, "c0ffee").epochs
    known = {
        reason: (np.isfinite(hp_ms), np.isfinite(rsa_ln), valid)
        for hp_ms, rsa_ln, valid, reason in zip(
            epochs.hp_ms, epochs.rsa_ln, epochs.valid, epochs.reason, strict=True
        )
    }
    assert known == {
        "": (True, True, 1),
        "noise": (True, False, 0),
        "flat": (True, False, 0),
        "motion": (False, False, 0),
    }


def test_from_a_day_on_and_up_to_one(month: Path):
    whole = told(month)
    cut = datetime.fromtimestamp(whole.spans[10][0] + 600, UTC)
    after, before = told(month, since=cut), told(month, until=cut)
    assert len(before.spans) + len(after.spans) == len(whole.spans) + 1
    assert before.spans[-1][1] == after.spans[0][0] == cut.timestamp()
    assert len(before.marks) + len(after.marks) == len(whole.marks)
    lost = len(whole.epochs.at_s) - len(before.epochs.at_s) - len(after.epochs.at_s)
    assert lost in (0, 1), "the one that was cut in two"


def test_where_breathing_was_slow_in_most_of_a_marked_stretch_no_rsa_is_held(tmp_path: Path):
    """Nobody knows how the wearer breathed, the heart swung at 6 a minute; then no longer, but
    the stretch went on."""
    folder = tmp_path / "slow"
    folder.mkdir()
    rng = np.random.default_rng(1)
    with RecorderWorn(folder / "c0ffee-00001.vbj", 1, began=NOON) as worn:
        for hz, swing_ms, seconds in ((0.25, 40, 240), (0.1, 80, 420), (0.25, 40, 300)):
            turns = 2 * np.pi * hz * 0.85 * np.arange(int(seconds / 0.85))
            worn.intervals(850 + swing_ms * np.sin(turns) + rng.normal(0, 5, len(turns)))
    plain = told(folder)
    with opened(folder) as index:
        (day,) = days(index)
        annotate(index, day, "+4:00", words("bodyscan"), "+14:00")
    history = told(folder)
    t_s = history.epochs.at_s - NOON.timestamp()
    known = np.isfinite(history.epochs.rsa_ln)
    assert any(one.kind == "slow_rhythm" for one in history.stretches)
    assert not known[(t_s > 240) & (t_s < 800)].any()
    assert np.isfinite(plain.epochs.rsa_ln)[(t_s > 690) & (t_s < 800)].any()
    assert known[t_s < 200].all()
    assert known[t_s > 845].any()


def test_its_hours_are_those_of_the_wearers_clock_also_where_summer_time_ends():
    with zone("Europe/Amsterdam"):
        for day in (datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 3, 28, tzinfo=UTC)):
            for half in range(96):
                at_s = day.timestamp() + 1800 * half
                here = datetime.fromtimestamp(at_s, Here())
                there = datetime.fromtimestamp(at_s, ZoneInfo("Europe/Amsterdam"))
                assert here.replace(tzinfo=None) == there.replace(tzinfo=None)
                assert (here.utcoffset(), here.fold) == (there.utcoffset(), there.fold)
                assert here.timestamp() == at_s
