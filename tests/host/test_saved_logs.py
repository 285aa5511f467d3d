"""What a rescue saves never takes the place of another session."""

from pathlib import Path

import pytest
from torture.small_sessions import SESSIONS, written
from vagaband import saved_logs

ONE, OTHER = (written(*session) for session in SESSIONS[:2])  # of a board that was erased between


@pytest.mark.parametrize(
    ("here", "saved", "kept_aside"),
    [
        (b"", True, None),
        (ONE[:500], True, None),
        (ONE, False, None),
        (OTHER, True, OTHER),
        (OTHER + bytes(len(ONE)), True, OTHER + bytes(len(ONE))),
        (OTHER[:500], True, OTHER[:500]),
    ],
    ids=["nothing", "its beginning", "the same", "another", "a longer one", "a shorter one"],
)
def test_what_is_here_already(tmp_path: Path, here: bytes, saved: bool, kept_aside: bytes | None):
    path = tmp_path / "c0ffee-00001.vbj"
    path.write_bytes(here)
    assert saved_logs._keep(tmp_path, "c0ffee", "00001.vbj", ONE) == [path] * saved
    assert path.read_bytes() == ONE
    aside = [kept.read_bytes() for kept in tmp_path.glob("*.old*")]
    assert aside == ([] if kept_aside is None else [kept_aside])
