"""Foreign text in a table that a spreadsheet may open."""

from vagaband.plain import JOINERS, plain

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "|", "%")
LONGEST_TEXT = 200


def safe_cell(text: str) -> str:
    """Foreign text that a spreadsheet shows and does not run: bounded, one line, no formula.

    Numbers stay numbers; other text that could start a formula gets an apostrophe before it.
    """
    shown = plain(text, LONGEST_TEXT, instead=" ", also=JOINERS)
    if text.startswith(FORMULA_SIGNS) or shown.lstrip().startswith(FORMULA_SIGNS):
        try:
            float(text)
        except ValueError:
            return "'" + shown
    return shown
