"""The picture of a session: drawn for every kind of session, whole or not at all, private."""

import stat
from dataclasses import replace

import numpy as np
import pytest
from test_validate import SOUND, device_of, heart, pulse_wave
from vagaband.errors import VagabandError
from vagaband.picture import EXCERPT_S, draw, excerpt_start_s
from vagaband.session import Gap, Mark, Session
from vagaband.validate import validate

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def session() -> Session:
    beats = np.delete(heart(120), [60])
    return device_of(*pulse_wave(beats, 120, noise=3))


def drawn(session, path, source="a.csv"):
    draw(session, validate(session, None, integrity=SOUND, source=source), path)
    return path.read_bytes()


def test_a_whole_png_that_only_its_owner_reads(session, tmp_path):
    assert drawn(session, tmp_path / "a.png").startswith(PNG)
    assert stat.S_IMODE((tmp_path / "a.png").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_an_older_picture_is_replaced(session, tmp_path):
    (tmp_path / "a.png").write_bytes(b"old")
    assert drawn(session, tmp_path / "a.png").startswith(PNG)


def test_all_there_can_be_in_one_picture(session, tmp_path):
    """Every flag, gaps, marks and a source with signs that mean something to a typesetter."""
    flags = ["missed", "extra", "ectopic", "motion", "gap"]
    intervals = [
        replace(item, flag=flags[place % 5] if place % 9 == 0 else "ok")
        for place, item in enumerate(session.intervals)
    ]
    epochs = [
        replace(epoch, valid=False, reason="too $much_{ corrected") for epoch in session.epochs
    ]
    full = replace(
        session,
        intervals=intervals,
        epochs=epochs,
        gaps=[Gap(40, 5, "overflow", True)],
        marks=[Mark(30, "glim$mer_{", "\x1b[31m"), Mark(2e7, "far", ""), Mark(31, "🙂", "")],
    )
    assert drawn(full, tmp_path / "a.png", "$\\frac{ \x1b[31m" + "x" * 200).startswith(PNG)


def test_sessions_with_next_to_nothing(session, tmp_path):
    none = np.empty(0)
    bare = Session("device", 0.0, none, none, none, [], [])
    no_light = replace(session, t_s=none, ir=none)
    no_epochs = replace(session, epochs=[], intervals=[])
    nulls = [replace(epoch, ln_ms2=None, bp_ln_ms2=None) for epoch in session.epochs]
    short = replace(bare, t_s=np.arange(2) / 100, ir=np.full(2, 5.0), rate_hz=100.0)
    for odd in (bare, no_light, no_epochs, replace(session, epochs=nulls), short):
        assert drawn(odd, tmp_path / "a.png").startswith(PNG)


def test_a_folder_that_is_not_there_gets_a_sentence(session, tmp_path):
    with pytest.raises(VagabandError, match="can't be written"):
        drawn(session, tmp_path / "no" / "a.png")


def test_the_excerpt_shows_a_correction_where_there_is_one(session):
    (first, *_) = [item.t_s for item in session.intervals if item.flag == "missed"]
    assert excerpt_start_s(session) <= first <= excerpt_start_s(session) + EXCERPT_S
    calm = replace(session, intervals=[])
    assert 40 < excerpt_start_s(calm) < 60
