"""What people see during a run: one calm screen, or lines where there is no terminal."""

from collections.abc import Sequence

from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.text import Text

from vagaband.breathe import Moment
from vagaband.breathing_words import WORDS as BREATHING
from vagaband.breathing_words import breath_bar
from vagaband.live.keys import Keys
from vagaband.plain import plain
from vagaband.protocol.model import Role
from vagaband.protocol.run import View
from vagaband.protocol.wearer import Wearer
from vagaband.protocol.words import WORDS

FAINT, WORRY, STRONG = "dim", "yellow", "bold"
WIDEST = 72
TROUBLES = {"off": "finger", "weak": "weak", "saturated": "saturated"}  # by contact: a sentence
LONGEST_LINE = 400
# Three by five, for time that is read from across a room.
DIGITS = dict(
    zip(
        "0123456789:",
        (
            *("█▀█ █ █ █▄█", "▄█   █  ▄█▄", "▀▀█ █▀▀ █▄▄", "▀▀█ ▀▀█ ▄▄█", "█ █ ▀▀█   █"),
            *("█▀▀ ▀▀█ ▄▄█", "█▀▀ █▀█ █▄█", "▀▀█   █   █", "█▀█ █▀█ █▄█", "█▀█ ▀▀█ ▄▄█"),
            " ▄   ▄     ",
        ),
        strict=True,
    )
)


def clock_time(seconds: float) -> str:
    """As in 4:05."""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def large(text: str) -> Text:
    """Digits and colons in three rows."""
    signs = [DIGITS[sign] for sign in text]
    rows = ["  ".join(sign[4 * row : 4 * row + 3] for sign in signs) for row in range(3)]
    return Text("\n".join(rows), STRONG)


class Screen:
    """A terminal; use it as a context. `tell()` leaves its line above the screen."""

    attended = True

    def __init__(self, console: Console, language: str, roles: Sequence[Role]) -> None:
        self._words = WORDS[language]
        self._language = language
        self._roles = roles
        self._console = console
        self._keys = Keys()
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> "Screen":
        self._keys.__enter__()
        self._live.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        self._live.stop()
        self._keys.__exit__(*failure)

    def show(self, view: View, wearers: Sequence[Wearer]) -> None:
        """Draw it."""
        width = self._console.width
        picture = drawn(view, wearers, self._roles, self._language, width)
        self._live.update(picture, refresh=True)

    def tell(self, key: str, **values: object) -> None:
        """Say a sentence that stays."""
        self._console.print(plain(self._words[key].format(**values), LONGEST_LINE), style=FAINT)

    def pressed(self) -> str:
        """What was pressed."""
        return self._keys.read()


class Lines:
    """No terminal: what happens, a line each; nobody presses a key."""

    attended = False

    def __init__(self, console: Console, language: str) -> None:
        self._words = WORDS[language]
        self._console = console

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *failure: object) -> None:
        pass

    def show(self, view: View, wearers: Sequence[Wearer]) -> None:
        """There is no screen."""

    def tell(self, key: str, **values: object) -> None:
        """Print a sentence."""
        text = plain(self._words[key].format(**values), LONGEST_LINE)
        self._console.print(text, soft_wrap=True)

    def pressed(self) -> str:
        """None."""
        return ""


def drawn(
    view: View, wearers: Sequence[Wearer], roles: Sequence[Role], language: str, width: int
) -> RenderableType:
    """The screen of a moment, in the middle of a terminal of that width."""
    words = WORDS[language]
    inner = min(WIDEST, width - 4)
    block = view.block
    parts: list[RenderableType] = [
        Text(words["block_of"].format(n=view.n, of=view.of), FAINT),
        Text(block.title[language], f"{STRONG} underline" if view.begins else STRONG),
        Text(),
        Text(block.instruction[language]),
    ]
    codes = {wearer.role.name: f" ({wearer.person})" for wearer in wearers}
    for role in roles:
        if role.name in block.roles:
            head = f"{role.title[language]}{codes.get(role.name, '')}: "
            told = Text(block.roles[role.name][language])
            parts.append(Text("\n") + Text(head, STRONG) + told)
    parts += [Text(), *_time(view, words)]
    if view.moment:
        parts += [Text(), _breath(view.moment, language)]
    title = words["next"].format(title=view.following.title[language]) if view.following else ""
    parts += [Text(), Text(title or words["last"], FAINT)]
    parts += [Text(line, WORRY) for line in _troubles(view, wearers, words)]
    parts.append(Text(words["keys"], FAINT))
    return Align.center(Padding(Group(*parts), (1, 2)), width=inner + 4)


def _breath(moment: Moment, language: str) -> Text:
    words = BREATHING[language]
    return breath_bar(moment, words) if moment.in_s else Text(words["free"])


def _time(view: View, words: dict[str, str]) -> list[RenderableType]:
    if view.waits_for:
        return []
    if view.waits_for_enter:
        return [Text(words["press_enter"], STRONG)]
    time = clock_time(view.left_s)
    key = "begins_in" if view.begins else "left"
    return [large(time), Text(words[key].format(time=time), FAINT)]


def _troubles(view: View, wearers: Sequence[Wearer], words: dict[str, str]) -> list[str]:
    """What is not well with boards and sensors, and what can be done."""
    lines = [
        words[TROUBLES[wearer.contact]].format(person=wearer.person)
        for wearer in wearers
        if not wearer.lost and wearer.contact in TROUBLES
    ]
    if view.waits_for:
        key = "waiting_or" if len(view.waits_for) < len(wearers) else "waiting"
        lines.append(words[key].format(people=", ".join(view.waits_for)))
    elif view.question:
        lines.append(words["ask_lost"].format(people=", ".join(view.question)))
    return lines
