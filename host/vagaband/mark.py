"""Marks set from the PC: the moment, a kind, and words in any language."""

import time
import unicodedata
from typing import Any

from vagaband.device import LONGEST_COMMAND, Device
from vagaband.errors import InputError
from vagaband.plain import JOINERS, plain

MOST_KIND = 24  # signs, as the device keeps them
MOST_TEXT = 120
MOST_BYTES = LONGEST_COMMAND - len("mark -60000 ")  # of both


def mark(url: str, kind: str, text: str = "") -> dict[str, Any]:
    """Mark this moment; what was marked. InputError where the device can't keep it whole."""
    began_s = time.monotonic()
    kind, text = checked(kind, text)
    with Device(url) as device:
        mark_on(device, kind, text, began_s)
    return {"marked": kind, "text": text}


def mark_on(device: Device, kind: str, text: str, moment_s: float) -> None:
    """Mark a moment of this machine's monotonic clock, with words that were checked."""
    device.wake()  # this takes a second or two where it sleeps
    ago_ms = round(1000 * (time.monotonic() - moment_s))
    device.ask(f"mark -{ago_ms} {kind} {text}".strip())


def room(kind: str) -> int:
    """Bytes that the device's line has for a mark's text."""
    return MOST_BYTES - len(f"{kind} ".encode())


def checked(kind: str, text: str) -> tuple[str, str]:
    """Kind and text as they are sent: composed, each stretch of blanks one blank.

    A sentence without a kind is an event.
    """
    kind, text = (" ".join(unicodedata.normalize("NFC", words).split()) for words in (kind, text))
    if " " in kind and not text:
        kind, text = "event", kind
    if not kind or " " in kind or len(kind) > MOST_KIND:
        raise InputError(
            f"A mark's kind is one word of at most {MOST_KIND} signs, not {plain(kind)!r}.",
            'Write for instance: vagaband mark glimmer "sun on the water"',
        )
    for words in (kind, text):
        if plain(words, len(words) + 1, also=JOINERS) != words:
            raise InputError(
                f"{plain(words)!r} holds signs that can't be shown.", "Leave control signs out."
            )
    if len(text) > MOST_TEXT:
        raise InputError(
            f"The text has {len(text)} signs; the device keeps {MOST_TEXT}.", "Say it shorter."
        )
    over = len(text.encode()) - room(kind)
    if over > 0:
        raise InputError(
            f"The text is {over} bytes too long for the device's line: it takes "
            f"{MOST_BYTES} bytes with its kind, about 70 Chinese signs or 50 emoji.",
            "Say it shorter.",
        )
    return kind, text
