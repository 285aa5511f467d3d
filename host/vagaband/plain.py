"""Foreign text, from a device, a file or a tool, made safe to show."""

JOINERS = "\u200c\u200d"  # not printable; Persian, Hindi and many emoji need them


def plain(text: object, most: int = 80, instead: str = "?", also: str = "") -> str:
    """One line of at most `most` signs, without control codes or signs that turn the reading.

    What Unicode calls not printable (C0, C1, bidi and other format signs, line ends, lone
    surrogates) becomes `instead`, but for signs of `also`. It may still be a formula (see export)
    or markup.
    """
    given = str(text)
    shown = "".join(
        sign if sign.isprintable() or sign in also else instead for sign in given[: most + 1]
    )
    return shown if len(shown) <= most else shown[: most - 1] + "…"
