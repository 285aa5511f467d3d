"""The demo: the main job in one go, as a newcomer runs it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import esp_image
import pytest

README_PICTURE = Path(__file__).parents[2] / "host" / "vagaband" / "picture.png"


def demo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vagaband", "demo", "--json", *words]
    no_image = {**os.environ, "XDG_CACHE_HOME": str(folder / "no-cache")}
    return subprocess.run(
        command, cwd=folder, env=no_image, capture_output=True, text=True, check=False
    )


def figures(picture: Path) -> tuple[int, list[float]]:
    """Beats and RSA of the epochs that a picture says it shows (its PNG text)."""
    said = re.search(rb"Description\x00[^\x00]*?(\d+) beats; RSA ([0-9. ]+)", picture.read_bytes())
    assert said, "the picture says nothing of itself"
    return int(said[1]), [float(value) for value in said[2].split()]


def test_the_demo_passes_and_the_picture_in_the_readme_is_its_own(tmp_path: Path):
    began_s = time.monotonic()
    done = demo(tmp_path)
    wall_s = time.monotonic() - began_s
    assert done.returncode == 0, done.stderr
    assert "starts from a flashed virtual board" in done.stderr
    said = json.loads(done.stdout)
    assert said["verdict"] == "pass"
    assert said["valid_epochs"] >= 9  # one may hold the gap of a slow erase
    assert {c["name"] for c in said["checks"]} >= {"twin_beats", "twin_epochs", "reference_rsa"}
    assert wall_s < 60
    out = tmp_path / "vagaband-demo"
    names = {"session.vbj", "validate.png", "summary.json", "report.html"}
    assert {p.name for p in out.iterdir()} == names
    assert "<h1>" in (out / "report.html").read_text()
    assert json.loads((out / "summary.json").read_text()) == said
    assert all(p.stat().st_mode & 0o077 == 0 for p in [out, *out.iterdir()])
    # README shows a demo's picture: a stale one shows other numbers.
    shown_beats, shown_rsa = figures(README_PICTURE)
    beats, rsa = figures(out / "validate.png")
    # The drains' phase is not the same, nor then what a slow erase of the flash costs.
    assert shown_beats == pytest.approx(beats, abs=2)
    same = min(len(shown_rsa), len(rsa)) - 1  # the last one may lie beside that gap
    assert same >= 8
    assert shown_rsa[:same] == pytest.approx(rsa[:same], abs=0.02)


def test_with_an_image_it_begins_with_a_blank_chip(tmp_path: Path):
    image = tmp_path / "image.bin"
    image.write_bytes(esp_image.combined())
    done = demo(tmp_path, "--image", str(image), "--minutes", "2")
    assert done.returncode == 0, done.stderr
    assert "starts from a blank virtual chip" in done.stderr
    assert "wrote image.bin at 0x1000, verified" in done.stderr


def test_a_recording_is_worn_through_the_chip(tmp_path: Path, recordings: Path):
    """Against the ECG of the same minutes: F1 at least 99 %, intervals within 5.5 ms."""
    done = demo(
        tmp_path,
        *("--recording", str(recordings / "neurokit_rec01.csv")),
        *("--beats", str(recordings / "neurokit_rec01.beats.csv")),
        *("--limits", "f1=99,interval_ms=5.5"),
    )
    assert done.returncode == 0, done.stderr + done.stdout
    said = json.loads(done.stdout)
    assert said["ecg"]["f1_pct"] >= 99
    assert said["ecg"]["interval_error_ms"] <= 5.5
    assert {"ecg_f1", "ecg_interval_ms"} <= {c["name"] for c in said["checks"]}


@pytest.mark.parametrize("after_s", [0.3, 2.0, 5.0])
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, after_s: float):
    command = [sys.executable, "-m", "vagaband", "demo"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    first = process.stderr.readline()
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=15)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert err.strip().splitlines()[-1].startswith("vagaband: Stopped.")
    assert list(tmp_path.iterdir()) == []
    url = first.split()[-1]
    port = int(url.rsplit(":", 1)[1])
    assert not _listens(port)


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
