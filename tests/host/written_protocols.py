"""Small protocols, written for tests."""

from pathlib import Path

from vagaband.protocol.model import Block

TWO_BLOCKS = """format = 1
name = "two"
sources = ["none: it is a test"]

[title]
en = "Two blocks"
nl = "Twee blokken"
[about]
en = "Two."
nl = "Twee."
[safety]
en = "Nothing to mind."
nl = "Niets om op te letten."
[[role]]
name = "participant"
title = { en = "Participant", nl = "Deelnemer" }
[[block]]
name = "first"
seconds = 20
lead_s = 5
title = { en = "First", nl = "Eerste" }
instruction = { en = "Sit.", nl = "Zit." }

[[block]]
name = "second"
seconds = 20
lead_s = 0
title = { en = "Second", nl = "Tweede" }
instruction = { en = "Sit on.", nl = "Blijf zitten." }
"""
FOR_TWO = TWO_BLOCKS.replace(
    "[[block]]",
    '[[role]]\nname = "other"\ntitle = { en = "Other", nl = "Ander" }\n[[block]]',
    1,
)


def written(folder: Path, text: str) -> Path:
    """A file of that content."""
    path = folder / "mine.toml"
    path.write_text(text)
    return path


def block(name: str, seconds: int) -> Block:
    """A block of that name and length."""
    text = {"en": name, "nl": name}
    return Block(name, seconds, text, text, {}, None, 0, False, False)
