"""A person is known by a code, never by a name."""

import re

from vagaband.errors import InputError
from vagaband.plain import plain

LONGEST_CODE = 32  # as long as a board's number, which is the code until one is given
CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?", re.ASCII)
NEXT = "Give letters, digits and dashes, as in --person P07."


def check_code(text: str) -> str:
    """The code, in lower case: P07 and p07 are one person. Raises InputError for anything else."""
    if CODE.fullmatch(text):
        return text.lower()
    shown = f'"{plain(text, 40)}"'
    if " " in text.strip():
        raise InputError(
            f"{shown} looks like a name: whoever found the folder could read whose heart it is.",
            NEXT,
        )
    if len(text) > LONGEST_CODE:
        raise InputError(f"{shown} is longer than {LONGEST_CODE} signs.", NEXT)
    raise InputError(f"{shown} is no code for a person.", NEXT)
