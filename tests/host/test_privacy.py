"""Who can read what: modes as privacy.md says, no net, no shell."""

import ast
import contextlib
import fnmatch
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import vagaband
from flashing import vagaband as run

PACKAGE = Path(vagaband.__file__).parent
DOCUMENT = (PACKAGE / "privacy.md").read_text()
ROW = re.compile(r"^\| (?P<verb>[^|]+) \| `(?P<file>[^`]+)` \| (?P<mode>0\d+) \|$", re.MULTILINE)
SHELLS = re.compile(r"os\.(system|popen|exec\w*|spawn\w*)|subprocess\.get\w+")
FOLDERS = ("vagaband-sessions", "vagaband-demo", "vagaband-bench")

# Runs in every Python that is started, before its program.
WATCH = """
import os, sys

def watch(event, arguments):
    host = None
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto", "socket.bind"):
        host = arguments[1]
    elif event == "os.system" or event == "subprocess.Popen" and "sh" == os.path.basename(
        str(arguments[0])
    ):
        host = event
    if isinstance(host, tuple):
        host = host[0]
    if host not in (None, "127.0.0.1", "localhost", b"127.0.0.1", b"localhost"):
        with open(os.environ["WATCHED"], "a") as file:
            print(event, host, file=file)
        raise OSError("not allowed here")

sys.addaudithook(watch)
"""


@pytest.fixture
def open_umask() -> Iterator[None]:
    """Nothing is private by luck."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where every Python that is started writes what it may not do."""
    folder = tmp_path / "watch"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WATCH)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("WATCHED", str(folder / "seen"))
    return folder / "seen"


@contextlib.contextmanager
def board(folder: Path, *options: str) -> Iterator[Iterator[str]]:
    """The lines that a board's process prints."""
    command = [sys.executable, "-m", "vagaband", "board", *options]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=folder, **pipes) as process:
        assert process.stdout
        yield (line.strip() for line in process.stdout)
        process.terminate()


def test_modes_are_as_the_document_says_and_nothing_goes_to_the_net(
    open_umask: None, watched: Path, tmp_path: Path
):
    """Each command that writes: every file it leaves has its row, and that row's mode."""
    here = tmp_path / "here"
    here.mkdir()
    files = ("--truth", "heart.truth", "--ble", "a.ble", "--pins", "a.pins")
    with board(here, *files, "--speed", "max", "--for", "0.2") as lines:
        url = next(lines)
        assert next(lines).startswith("worn")
        assert run("pull", "--port", url, cwd=here).returncode == 0
        (session,) = (here / "vagaband-sessions").glob("*.vbj")
        session.write_bytes(session.read_bytes()[:-9])  # an older state: the rest is fetched
        assert run("pull", "--port", url, cwd=here).returncode == 0
    with board(here, "--flash-file", "a.chip") as lines:
        next(lines)
    run("validate", str(session), cwd=here)
    assert run("export", str(session), "--out", "a.csv", cwd=here).returncode == 0
    assert run("report", str(session), cwd=here).returncode == 0
    kubios = ("--format", "kubios", "--out", "a.txt")
    assert run("export", str(session), *kubios, cwd=here).returncode == 0
    for name, content in (
        ("rr.csv", "ibi_ms\n800\n810\n"),
        ("wave.csv", "ppg\n" + "1\n2\n" * 200),
    ):
        (tmp_path / name).write_text(content)
        dated = ("--person", "p07", "--began", "2026-11-20 14:00")
        added = run("sessions", "add", str(tmp_path / name), *dated, cwd=here)
        assert added.returncode == 0, added.stderr
    assert "wrote p07-profile.html" in run("profile", "p07", cwd=here).stdout
    assert "wrote" in run("demo", "--minutes", "0.5", cwd=here).stderr

    rows = {row["file"]: int(row["mode"], 8) for row in ROW.finditer(DOCUMENT)}
    assert len(rows) == 25
    seen = set()
    for path in here.rglob("*"):
        name = str(path.relative_to(here))
        if path.is_dir():
            assert name in FOLDERS
            assert path.stat().st_mode & 0o777 == 0o700
            continue
        row = max((pattern for pattern in rows if fnmatch.fnmatch(name, pattern)), key=len)
        assert path.stat().st_mode & 0o777 == rows[row], name
        seen.add(row)
    # See the tests of those commands.
    left_out = ("part", "old", "flash", "bench", "svg", "clock", "protocol")
    assert {row for row in rows if not any(word in row for word in left_out)} == seen
    assert not watched.exists(), watched.read_text()


def test_the_image_is_what_the_net_is_used_for(watched: Path, tmp_path: Path):
    """That the watch above sees it, and that nothing of the user's goes along."""
    code = "from vagaband import images; images.fetch()"
    no_proxy = {"http_proxy": "", "https_proxy": "", "HTTPS_PROXY": "", "ALL_PROXY": ""}
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), **no_proxy}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode
    assert watched.read_text().split()[:2] == ["socket.getaddrinfo", "micropython.org"]


def sources() -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "inside" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text())):
                yield path, node


def test_no_command_goes_through_a_shell():
    started = 0
    for path, node in sources():
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        assert not SHELLS.fullmatch(name), path
        if name in ("subprocess.run", "subprocess.Popen", "Popen"):
            started += 1
            assert not any(word.arg in ("shell", None) for word in node.keywords), path
            words = node.args[0]
            text = ast.unparse(words)
            assert isinstance(words, ast.List) or text == "command", f"{path}: {text}"
    assert started >= 5


def test_only_the_images_are_fetched_and_only_this_machine_is_served():
    reach_out = ("urllib.request", "http.client", "requests", "ftplib", "smtplib", "socketserver")
    for path, node in sources():
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            assert path.name == "images.py" or not set(names) & set(reach_out), path
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".bind"):
            assert "127.0.0.1" in ast.unparse(node), path
