"""Corrected intervals as the index keeps them: small, exact, and never other than they were."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from data_folder import opened, put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vagaband.analysis.heart_series import HeartRun
from vagaband.errors import VagabandError
from vagaband.journal import decode
from vagaband.profile.history import history_of
from vagaband.sessions.index import Index
from vagaband.sessions.packed import is_whole, pack, unpack
from vagaband.twin import as_logged

RUN = st.tuples(
    st.integers(0, 1 << 34),  # a rest before it, in 1/8 ms: up to 24 days
    st.lists(st.tuples(st.integers(800, 80_000), st.booleans()), min_size=1, max_size=12),
)


def runs_of(series: list[tuple[int, list[tuple[int, bool]]]]) -> list[HeartRun]:
    now, runs = 0, []
    for rest, intervals in series:
        now += rest
        length = np.array([ibi for ibi, _ in intervals])
        begin = now + np.cumsum(length) - length
        now = int(begin[-1] + length[-1])
        sound = np.array([is_sound for _, is_sound in intervals])
        runs.append(HeartRun(0, begin / 8000, length / 8, sound))
    return runs


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(RUN, max_size=3))
def test_all_come_back_as_they_were(series):
    runs = runs_of(series)
    data = pack(runs)
    found = unpack(data)
    assert is_whole(data)
    for got, name in ((found.t_s, "t_s"), (found.ibi_ms, "ibi_ms"), (~found.corrected, "sound")):
        assert got.tolist() == [value for run in runs for value in getattr(run, name).tolist()]


@settings(max_examples=30)
@given(st.integers(0), st.integers(1, 255))
def test_another_byte_anywhere_is_seen(where: int, change: int):
    data = bytearray(pack(runs_of([(0, [(6800 + 40 * k % 300, True) for k in range(60)])])))
    assert is_whole(bytes(data))
    assert not is_whole(bytes(data[: where % len(data)]))
    data[where % len(data)] ^= change
    assert not is_whole(bytes(data))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quarter of an hour of a person."""
    path = tmp_path_factory.mktemp("made") / "vagaband-sessions"
    put(path, 1, seconds=900)
    return path


def test_the_index_has_them_as_the_device_did_and_small(folder: Path):
    (file,) = folder.glob("*.vbj")
    logged = as_logged(decode(file.read_bytes())).intervals
    with opened(folder) as index:
        data = index.packed("c0ffee-1-00000001")
        history = history_of(index, "c0ffee")
    assert len(data) < 3 * len(logged)
    (span,) = history.spans
    beats = history.beats(*span)
    assert beats.ibi_ms.tolist() == [one.ibi_ms for one in logged]
    assert beats.at_s - span[0] == pytest.approx([one.t_s for one in logged], abs=1e-4)
    part = history.beats(span[0] + 300, span[0] + 600)
    assert part.ibi_ms.sum() / 1000 == pytest.approx(300, abs=2)
    assert part.at_s[0] >= span[0] + 300


def test_damaged_ones_are_said_not_used(folder: Path, tmp_path: Path):
    copy = Path(shutil.copytree(folder, tmp_path / "vagaband-sessions"))
    with opened(copy) as index:
        data = bytearray(index.packed("c0ffee-1-00000001"))
        data[len(data) // 2] ^= 4
        with index.change():
            index.connection.execute("UPDATE intervals SET packed = ?", (bytes(data),))
    with Index(copy) as index, pytest.raises(VagabandError, match=r"damaged.*sessions rebuild"):
        history_of(index, "c0ffee")
