"""The picture of `live` in README: a run of the virtual board at a fixed seed, as SVG.

Run this file to make host/vagaband/live.svg anew.
"""

import html
import re
import socket
import tempfile
from pathlib import Path

import vagaband
from vagaband.device import read_answer
from vagaband.frames import Frames
from vagaband.live.look import read_look
from vagaband.live.model import Person
from vagaband.live.screen import screen
from vagaband.live.svg import svg
from virtual_board import Board

PICTURE = Path(vagaband.__file__).with_name("live.svg")
HEART = "hp=880,rsa=6.3,breath=0.22,lf=5.5,drift=0.3,noise=8"
MINUTES, SEED = 5, 11
AT_S = 270.0  # of the session: the moment of the picture
LAG_S = 1.5  # after which each beat is told
WIDTH, HEIGHT = 96, 26


def person_at(t_s: float) -> Person:
    """What a host knows that has looked on from the start: the same at each run.

    The script asks for it; time jumps, so that no host could. Telnet's own words are stray bytes.
    """
    person = Person("virtual")
    script = "".join(f"{at} type watch 60\n" for at in range(1, 60 * MINUTES, 40))
    with tempfile.NamedTemporaryFile("w", suffix=".script") as file:
        file.write(script)
        file.flush()
        board = Board(
            firmware_dir=None,
            heart=HEART,
            seed=SEED,
            speed="max",
            for_min=MINUTES,
            script=Path(file.name),
        )
        try:
            port = int(board.url.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port)) as line:
                line.settimeout(20)
                _follow(line, person, t_s)
        finally:
            board.stop()
    return person


def _follow(line: socket.socket, person: Person, t_s: float) -> None:
    frames = Frames()
    while data := line.recv(4096):
        for kind, payload in frames.feed(data.replace(b"\xff\xff", b"\xff")):
            answer = read_answer(payload) if kind == "J" else {}
            if str(answer.get("to")).startswith("watch"):
                person.answer(answer)
            look = read_look(payload) if kind == "W" else None
            if look:
                person.look(look, 0.0)
            if person.t_s >= t_s:
                _cut_at(person, t_s)
                return


def _cut_at(person: Person, t_s: float) -> None:
    """To the sample, so that it does not matter how the device cut its frames."""
    at = round(t_s * person.rate_hz)
    while person.newest > at:
        person.light.pop()
    while person.beats[-1] > at - LAG_S * person.rate_hz:
        person.beats.pop()


def picture() -> str:
    """The picture as it should be."""
    return svg(screen([person_at(AT_S)], WIDTH, HEIGHT, 0.0), WIDTH, HEIGHT)


def words(svg: str) -> list[str]:
    """What one reads in a picture, line by line, whatever draws it."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return [html.unescape(text).replace("\xa0", " ").rstrip() for text in texts]


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
