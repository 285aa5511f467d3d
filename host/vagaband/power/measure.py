"""Measures duty cycles on the virtual board, and what a sample costs; writes duty.json.

Run it where firmware or virtual board have changed: python -m vagaband.power.measure
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from vagaband.bench.device import measure as measure_cost
from vagaband.board.flash_file import temporary_chip
from vagaband.board.interpreter import INSIDE, run_micropython
from vagaband.paths import firmware_dir
from vagaband.power.modes import MODES, Mode

DUTY = Path(__file__).parent / "duty.json"
FROM_S, TO_S = 120, 1320  # the first minutes are awake: a host may come, the clock is measured
HEART = "hp=850,rsa=6.2,breath=0.25"
PARTS = ("asleep", "bus", "flash")


def of_mode(mode: Mode) -> dict[str, float]:
    """Shares of the time that a worn virtual board spends on bus and flash, and asleep."""
    with tempfile.TemporaryDirectory() as name, temporary_chip(firmware_dir()) as folder:
        chip = Path(folder) / "flash.bin"
        settings = Path(name) / "files"
        settings.mkdir()
        (settings / "vagal.json").write_text(json.dumps(mode.settings))
        run_micropython(INSIDE / "install.py", str(chip), str(settings))
        script = Path(name) / "script"
        script.write_text(f"{FROM_S} ledger\n{TO_S} ledger\n")
        first, last = _worn(chip, script)
    took = last["at"] - first["at"]
    return {part: round((last[part] - first[part]) / took, 6) for part in PARTS}


def _worn(chip: Path, script: Path) -> list[dict[str, int]]:
    """What a board says its time went into."""
    minutes = f"{TO_S / 60 + 0.5:g}"
    command = [sys.executable, "-m", "vagaband", "board", "--heart", HEART, "--speed", "max"]
    command += ["--flash-file", str(chip), "--script", str(script), "--for", minutes]
    ledgers = []
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as board:
        assert board.stdout
        for line in board.stdout:
            if line.startswith("ledger "):
                ledgers.append(_ledger(line))
            elif line.startswith("worn "):
                break
        board.terminate()
    return ledgers


def _ledger(line: str) -> dict[str, int]:
    words = line.split()[1:]
    return {name: int(value) for name, value in zip(words[::2], words[1::2], strict=True)}


def main() -> None:
    """Measure and write."""
    cost = measure_cost()
    whole = cost.whole
    duty = {
        "fuel_a_sample": round(whole.usual_sample or whole.fuel_a_sample),
        "fuel_a_beat": round(whole.fuel_a_beat or 0),
        "modes": {duty: of_mode(mode) for duty, mode in {m.duty: m for m in MODES}.items()},
    }
    DUTY.write_text(json.dumps(duty, indent=1) + "\n")


if __name__ == "__main__":
    main()
