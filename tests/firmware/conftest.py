"""Lets the tests import the firmware's stages as they are: `vagal`, with MicroPython's `const`."""

import sys
from pathlib import Path

import pytest
from vagaband.paths import firmware_dir
from vagaband.twin import SHIM

sys.path[:0] = [str(SHIM), str(firmware_dir())]


@pytest.fixture
def board_flash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lets the firmware keep its logs in a folder of the test; the chip is nearly empty."""
    from vagal import logs

    monkeypatch.setattr(logs, "FOLDER", str(tmp_path / "log"))
    monkeypatch.setattr(logs, "free_bytes", lambda: 2_080_000)
    return tmp_path / "log"
