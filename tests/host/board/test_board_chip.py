"""The register-level MAX30102, in CPython and in MicroPython."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from chip_checks import CHECKS
from vagaband.board.inside.chip import Chip
from vagaband.board.interpreter import INSIDE

HERE = Path(__file__).parent


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_chip(check) -> None:
    check(Chip)


def test_chip_in_micropython() -> None:
    code = "import sys; from micropython_module import run_main; sys.exit(run_main(sys.argv[1:]))"
    script = str(HERE / "run_chip_checks.py")
    done = subprocess.run(
        [sys.executable, "-c", code, "micropython", script, str(HERE)],
        env={**os.environ, "MICROPYPATH": f"{INSIDE}:.frozen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok check_") == len(CHECKS)
