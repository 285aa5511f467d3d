"""The MicroPython images that vagaband installs, fetched once and kept in the user's cache."""

import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vagaband.errors import VagabandError
from vagaband.files import private_folder

TIMEOUT_S = 30.0
PIECE_BYTES = 64 << 10

Progress = Callable[[int, int], None]  # bytes so far, of how many


@dataclass(frozen=True)
class Pinned:
    """An image on the net: exactly these bytes, or none."""

    name: str
    url: str
    sha256: str
    bytes: int


PINNED = (
    Pinned(
        "ESP32_GENERIC-20250911-v1.26.1.bin",
        "https://micropython.org/resources/firmware/ESP32_GENERIC-20250911-v1.26.1.bin",
        "6b5272b6edd15fc4d1627ec559a27a5d5a7b86e5ea7f8013941eb10c877edd4e",
        1_734_416,
    ),
)


class NoImageError(VagabandError):
    """An image that neither the cache nor the net gives."""


def cache_folder() -> Path:
    """Where fetched images are kept: $XDG_CACHE_HOME, else ~/.cache."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(named) if os.path.isabs(named) else Path.home() / ".cache"
    return root / "vagaband"


def cached(pinned: Pinned = PINNED[0]) -> Path | None:
    """The image's file where it is in the cache and whole."""
    path = cache_folder() / pinned.name
    try:
        if path.stat().st_size != pinned.bytes:
            return None
        return path if hashlib.sha256(path.read_bytes()).hexdigest() == pinned.sha256 else None
    except OSError:
        return None


def fetch(pinned: Pinned = PINNED[0], progress: Progress = lambda done, total: None) -> Path:
    """The image's file, from the cache or else from the net; VagabandError where neither has it.

    The file gets its name only once its hash is right, so that none is ever half there.
    """
    there = cached(pinned)
    if there:
        return there
    folder = cache_folder()
    private_folder(folder)
    handle, part = tempfile.mkstemp(prefix=f".{pinned.name}.", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            total = hashlib.sha256()
            for piece in _pieces(pinned, progress):
                file.write(piece)
                total.update(piece)
            file.flush()
            os.fsync(file.fileno())
        if total.hexdigest() != pinned.sha256:
            raise NoImageError(
                f"What {pinned.url} sent is not {pinned.name}: its SHA-256 is "
                f"{total.hexdigest()[:16]}..., not {pinned.sha256[:16]}...",
                "Try again from another network, or fetch it yourself and give --image FILE.",
            )
        os.replace(part, folder / pinned.name)
    except OSError as error:
        raise NoImageError(
            f"{folder} can't be written: {error.strerror or error}.",
            "Make room, or give the image with --image FILE.",
        ) from None
    finally:
        if os.path.exists(part):
            os.unlink(part)
    return folder / pinned.name


def _pieces(pinned: Pinned, progress: Progress) -> Iterator[bytes]:
    """What the server sends, at most as much as the image is long."""
    done = 0
    try:
        with urllib.request.urlopen(pinned.url, timeout=TIMEOUT_S) as answer:
            while piece := answer.read(PIECE_BYTES):
                done += len(piece)
                if done > pinned.bytes:
                    raise NoImageError(
                        f"{pinned.url} sent more than the {pinned.bytes:,} bytes of "
                        f"{pinned.name}.",
                        "Fetch the image yourself and give it with --image FILE.",
                    )
                yield piece
                progress(done, pinned.bytes)
    except (OSError, http.client.HTTPException) as error:
        wrapped = type(error) is urllib.error.URLError
        reason = error.reason if wrapped else error
        raise NoImageError(
            f"{pinned.name} can't be fetched from {pinned.url} ({reason}).",
            "Check the network, or fetch it elsewhere and give it with --image FILE.",
        ) from None
