"""Words that are not ours, from a mark, a file's name or a device, as the page shows them.

Control codes and signs that turn the reading become a visible sign, and the length is bounded;
HTML and formulas stay as they are typed, and the template's escaping shows them as text.
"""

from vagaband.plain import JOINERS, plain

LONGEST = 500
INSTEAD = "\ufffd"


def foreign(text: object, most: int = LONGEST) -> str:
    """Foreign text in one line, safe to show."""
    return plain(text, most, instead=INSTEAD, also=JOINERS).strip()
