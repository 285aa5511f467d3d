"""Images: what is refused before a board is touched, and what is fetched from the net."""

import hashlib
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import esp_image
import pytest
from vagaband import images
from vagaband.cli import main
from vagaband.errors import InputError, VagabandError
from vagaband.image_file import read_image
from vagaband.images import Pinned, fetch

PROGRAM = esp_image.program()
COMBINED = esp_image.combined()


def changed(data: bytes, at: int, to: int) -> bytes:
    return data[:at] + bytes([to]) + data[at + 1 :]


@pytest.mark.parametrize("data", [PROGRAM, COMBINED, esp_image.program(hashed=False)])
def test_a_sound_image_is_taken_by_us_and_by_esptool(tmp_path: Path, data: bytes):
    file = tmp_path / "image.bin"
    file.write_bytes(data)
    image = read_image(file)
    assert (image.data, image.version) == (data, "v1.26.1")
    said = subprocess.run(
        [sys.executable, "-m", "esptool", "image-info", str(file)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Detected image type: ESP32" in said
    assert "(valid)" in said
    assert "invalid" not in said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Dear board,\nthis is no image.\n", "no ESP32 image"),
        (b"", "empty"),
        (esp_image.program(chip=9), "ESP32-S3"),
        (esp_image.program(chip=5), "ESP32-C3"),
        (esp_image.program(chip=77), "chip 77"),
        (PROGRAM[:10], "cut off"),
        (PROGRAM[:700], "cut off"),
        (PROGRAM[:-33], "cut off"),
        (PROGRAM[:-1], "cut off"),
        (COMBINED[:20_000], "cut off"),
        (COMBINED[:0x7080], "cut off"),
        (COMBINED[:-1], "cut off"),
        (changed(PROGRAM, 400, PROGRAM[400] ^ 1), "checksum"),
        (changed(PROGRAM, len(PROGRAM) - 1, PROGRAM[-1] ^ 1), "SHA-256"),
        (changed(COMBINED, len(COMBINED) - 100, 1), "checksum"),
        (changed(PROGRAM, 1, 0), "header is damaged"),
        (changed(PROGRAM, 1, 200), "header is damaged"),
        (PROGRAM + bytes(0x200000), "too large"),
    ],
)
def test_a_wrong_image_is_refused_with_the_reason(tmp_path: Path, data: bytes, said: str):
    file = tmp_path / "image.bin"
    file.write_bytes(data)
    with pytest.raises(InputError, match=said) as error:
        read_image(file)
    assert "micropython.org" in error.value.next_step


@pytest.mark.parametrize("verb", ["flash", "rescue"])
def test_the_command_line_refuses_it_before_it_looks_for_a_board(
    tmp_path: Path,
    verb: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    file = tmp_path / "s3.bin"
    file.write_bytes(esp_image.program(chip=9))
    for words in (["--image", str(file)], ["--image", str(tmp_path / "absent.bin")]):
        monkeypatch.setattr(sys, "argv", ["vagaband", verb, "--port", "odd://x", *words])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 2
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert words[1] in err


class Server(http.server.BaseHTTPRequestHandler):
    """Serves what its class attributes say."""

    content = COMBINED
    promised: int | None = None
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_response(404 if self.path == "/absent" else 200)
        self.send_header("Content-Length", str(self.promised or len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[Server]]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    kind = type("OneServer", (Server,), {"url": ""})
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    kind.url = f"http://127.0.0.1:{listening.server_port}"  # type: ignore[attr-defined]
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield kind
    listening.shutdown()
    listening.server_close()


def pinned(server: type[Server], path: str = "/image.bin", size: int = len(COMBINED)) -> Pinned:
    sha256 = hashlib.sha256(COMBINED).hexdigest()
    return Pinned("image.bin", f"{server.url}{path}", sha256, size)  # type: ignore[attr-defined]


def test_an_image_is_fetched_once_with_progress(server: type[Server], tmp_path: Path):
    steps: list[tuple[int, int]] = []
    path = fetch(pinned(server), lambda *step: steps.append(step))
    assert path == tmp_path / "cache" / "vagaband" / "image.bin"
    assert path.read_bytes() == COMBINED
    assert steps[-1] == (len(COMBINED), len(COMBINED))
    assert len(steps) > 1
    assert fetch(pinned(server)) == path
    assert server.asked == 1


def test_a_damaged_file_in_the_cache_is_fetched_again(server: type[Server]):
    path = fetch(pinned(server))
    path.write_bytes(changed(COMBINED, 100, COMBINED[100] ^ 1))
    assert fetch(pinned(server)).read_bytes() == COMBINED
    assert server.asked == 2


@pytest.mark.parametrize(
    ("content", "promised", "said"),
    [
        (changed(COMBINED, 5000, 1), None, "SHA-256"),
        (COMBINED + b"more", None, "more than"),
        (COMBINED[:5000], None, "SHA-256"),
        (COMBINED[:5000], len(COMBINED), "can't be fetched|SHA-256"),
    ],
)
def test_what_is_not_the_image_is_refused_and_leaves_nothing(
    server: type[Server], tmp_path: Path, content: bytes, promised: int | None, said: str
):
    server.content, server.promised = content, promised
    with pytest.raises(VagabandError, match=said) as error:
        fetch(pinned(server))
    assert "--image" in error.value.next_step
    assert list((tmp_path / "cache" / "vagaband").iterdir()) == []


def test_no_server_and_no_such_file(server: type[Server]):
    with pytest.raises(VagabandError, match="404"):
        fetch(pinned(server, "/absent"))
    nowhere = Pinned("image.bin", "http://127.0.0.1:1/image.bin", "0" * 64, 10)
    with pytest.raises(VagabandError, match="can't be fetched"):
        fetch(nowhere)


def test_the_cache_can_not_be_written(server: type[Server], tmp_path: Path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(VagabandError, match="can't be made a folder"):
        fetch(pinned(server))


def test_the_pinned_image_is_the_one_of_micropython():
    first = images.PINNED[0]
    assert first.name == "ESP32_GENERIC-20250911-v1.26.1.bin"
    assert first.bytes == 1_734_416
    assert first.sha256 == "6b5272b6edd15fc4d1627ec559a27a5d5a7b86e5ea7f8013941eb10c877edd4e"
    assert first.url.startswith("https://micropython.org/")
