"""What the wearer sees and feels, in words: the firmware's table of states with its meanings.

`python -m vagaband.feedback` writes the tables in wear.md and wear.nl.md anew.
"""

from dataclasses import dataclass
from pathlib import Path

from vagaband.firmware_source import literals

PAGES = {"en": Path(__file__).with_name("wear.md"), "nl": Path(__file__).with_name("wear.nl.md")}
LANGUAGES = tuple(PAGES)
BEGIN, END = "<!-- states -->\n", "<!-- /states -->\n"
SIGNS = {".": "•", "-": "━"}
COLOURS = {
    0xFF0000: ("red", "rood"),
    0x00FF00: ("green", "groen"),
    0x0000FF: ("blue", "blauw"),
    0xFFFF00: ("yellow", "geel"),
    0xFF6000: ("orange", "oranje"),
    0xFF00FF: ("violet", "paars"),
    0xFFFFFF: ("white", "wit"),
}
# Name: what it means and what to do then, in English and in Dutch.
MEANINGS = {
    "service": (
        "Service mode: the button was held at the start, or the app failed three times. "
        "It does not measure. Reset it to measure again.",
        "Servicestand: de knop was ingedrukt bij het opstarten, of het programma liep drie keer "
        "vast. Er wordt niet gemeten. Herstart hem om weer te meten.",
    ),
    "empty": (
        "The battery is empty. The recording was ended in good order. Charge it.",
        "De batterij is leeg. De opname is netjes afgesloten. Laad hem op.",
    ),
    "flash": (
        "Memory fault: a recording could not be written. Connect it: `vagaband pull`, then "
        "`vagaband rescue`.",
        "Geheugenfout: een opname kon niet worden weggeschreven. Sluit hem aan: `vagaband pull`, "
        "daarna `vagaband rescue`.",
    ),
    "full": (
        "The memory is full, nothing is recorded. Connect it: `vagaband pull --free`.",
        "Het geheugen is vol, er wordt niets opgenomen. Sluit hem aan: `vagaband pull --free`.",
    ),
    "sensor": (
        "The sensor does not answer. Check its cable; `vagaband doctor` says more.",
        "De sensor antwoordt niet. Kijk de kabel na; `vagaband doctor` zegt meer.",
    ),
    "low": (
        "The battery is low: some hours are left. Charge it.",
        "De batterij raakt leeg: nog enkele uren. Laad hem op.",
    ),
    "stuck": (
        "The button has been down for 20 s and is ignored. See what presses on it.",
        "De knop is al 20 s ingedrukt en telt niet mee. Kijk wat erop drukt.",
    ),
    "stopped": (
        "Nothing is recorded: the recording was stopped. Start it from the PC, or reset.",
        "Er wordt niets opgenomen: de opname is gestopt. Start hem vanaf de pc, of herstart.",
    ),
    "lost": (
        "No finger on the sensor. Put the cuff on.",
        "Geen vinger op de sensor. Doe de manchet om.",
    ),
    "weak": (
        "The pulse can't be read. Hold still; put the sensor on the soft of the finger, snug and "
        "not tight; warm a cold hand.",
        "De hartslag is niet te lezen. Houd stil; leg de sensor op het zachte van de vinger, "
        "aansluitend en niet strak; warm een koude hand.",
    ),
    "recording": (
        "All is well: the pulse is read and recorded.",
        "Alles is goed: de hartslag wordt gelezen en opgenomen.",
    ),
    "found": (
        "Contact found: the pulse is read.",
        "Contact gevonden: de hartslag wordt gelezen.",
    ),
    "mark": (
        "You pressed once: this moment is marked.",
        "Je drukte één keer: dit moment is gemarkeerd.",
    ),
    "glimmer": (
        "You pressed twice: this moment is marked as a glimmer.",
        "Je drukte twee keer: dit moment is gemarkeerd als glimmer.",
    ),
    "exercise": (
        "You pressed long: the breathing exercise begins. Any press stops it.",
        "Je drukte lang: de ademoefening begint. Elke druk stopt hem.",
    ),
    "ended": (
        "The breathing exercise has ended.",
        "De ademoefening is afgelopen.",
    ),
    "block": (
        "A block of a protocol begins or ends: the screen says which.",
        "Een blok van een protocol begint of eindigt: het scherm zegt welk.",
    ),
    "refused": (
        "You pressed, but nothing is recorded: the press was not kept.",
        "Je drukte, maar er wordt niets opgenomen: de druk is niet bewaard.",
    ),
}
HEADS = {
    "en": ("light", "colour", "felt too", "again after", "what it means"),
    "nl": ("licht", "kleur", "ook voelbaar", "opnieuw na", "wat het betekent"),
}
STEADY = {"en": "steady", "nl": "blijft aan"}
YES = {"en": "yes", "nl": "ja"}
INTRODUCTION = {
    "en": "• is a short sign of {short} s, ━ a long one of {long} s. No two states have the same "
    "rhythm: the colours help, and nobody needs them. What is felt has the rhythm of the light. "
    "A lasting state is shown when it begins and then seldom; the first one in this table that "
    "holds counts. At night (`night_from` to `night_to`) only what you asked for with the button "
    "is shown, with a quarter of the light, and nothing shakes but the exercise. While the clock "
    "was never set nothing shakes unasked.",
    "nl": "• is een kort teken van {short} s, ━ een lang van {long} s. Geen twee toestanden "
    "hebben hetzelfde ritme: de kleuren helpen, en niemand heeft ze nodig. Wat je voelt heeft "
    "het ritme van het licht. Een toestand die duurt wordt getoond als hij begint en daarna "
    "zelden; de eerste in deze tabel die geldt telt. 's Nachts (`night_from` tot `night_to`) "
    "wordt alleen getoond waar je met de knop om vroeg, met een kwart van het licht, en trilt er "
    "niets dan de oefening. Zolang de klok nooit gezet is trilt er niets ongevraagd.",
}


@dataclass(frozen=True)
class State:
    """A row of the firmware's table; see firmware feedback.py."""

    name: str
    colour: int
    rhythm: str
    felt: bool
    again_s: int
    asked: bool


def states() -> list[State]:
    """The firmware's table, as its source has it."""
    rows = literals("feedback")["STATES"]
    return [State(row[0], row[1], row[2].decode(), *row[3:]) for row in rows]


def sign_ms(sign: str) -> int:
    """How long a sign of a rhythm, or the pause (" "), takes."""
    return literals("feedback")[{".": "SHORT_MS", "-": "LONG_MS", " ": "PAUSE_MS"}[sign]]


def table(language: str) -> str:
    """The states as a table in Markdown, in "en" or "nl"."""
    at = LANGUAGES.index(language)
    rows = [HEADS[language], ("---",) * len(HEADS[language])]
    for state in states():
        shown = " ".join(SIGNS.get(sign, STEADY[language]) for sign in state.rhythm)
        again = f"{state.again_s} s" if state.again_s else ""
        felt = YES[language] if state.felt else ""
        rows.append(
            (shown, COLOURS[state.colour][at], felt, again, MEANINGS[state.name][at]),
        )
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def guide(language: str) -> str:
    """The table, and how to read it."""
    short, long = (f"{sign_ms(sign) / 1000:g}" for sign in ".-")
    if language == "nl":
        short, long = short.replace(".", ","), long.replace(".", ",")
    return f"{INTRODUCTION[language].format(short=short, long=long)}\n\n{table(language)}"


def page(language: str) -> str:
    """The wear guide in a language, with the table as the firmware now has it."""
    before, _, rest = PAGES[language].read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + guide(language) + END + after


if __name__ == "__main__":
    for its_language, its_page in PAGES.items():
        its_page.write_text(page(its_language), encoding="utf-8")
