"""Persons as a picture of text: one panel each, side by side where the terminal is wide enough."""

from collections.abc import Sequence

import numpy as np
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from vagaband.device import whole
from vagaband.live import words
from vagaband.live.canvas import beat_line, lines_of, pulse
from vagaband.live.look import POINTS_HZ
from vagaband.live.model import Person
from vagaband.numbers import pb2_alone
from vagaband.plain import plain
from vagaband.session import Epoch

NARROWEST = 60  # of a panel
LEAST_PULSE = 0.0004  # of the light: without a pulse the line is flat
LEAST_SPAN_MS = 60.0  # of heart periods: small changes look small
BESIDE, BESIDE_COMPACT = 12, 7  # lines of a panel beside its two signals
LEAST_ROWS, MOST_WAVE, MOST_PERIODS = 4, 10, 4  # of both signals, of each
SHOWN_EPOCHS = 6
FIRST_EPOCH = "the first after 45 s of steady pulse"
KEYS = "m event   g glimmer   t text   q leave: the board goes on measuring"
PULSE, BEAT, PERIOD, FAINT, WORRY, FINE = "cyan", "bold white", "blue", "dim", "yellow", "green"


def screen(
    people: Sequence[Person], width: int, height: int, now_s: float, asked: str | None = None
) -> RenderableType:
    """All of it, for a terminal of that size; `asked` is a text that is being typed."""
    side_by_side = width >= NARROWEST * len(people)
    across = len(people) if side_by_side else 1
    down = -(-len(people) // across)
    each_width, each_height = width // across, max(8, (height - 2) // down)
    grid = Table.grid()
    for _ in range(across):
        grid.add_column(width=each_width)
    panels = [panel(person, each_width, each_height, now_s) for person in people]
    for at in range(0, len(panels), across):
        grid.add_row(*panels[at : at + across])
    return Group(grid, _footer(asked, width))


def panel(person: Person, width: int, height: int, now_s: float) -> Panel:
    """One person in a frame of that size."""
    inner = max(20, width - 4)
    compact = height < BESIDE + LEAST_ROWS
    beside = BESIDE_COMPACT if compact else BESIDE
    rows = max(LEAST_ROWS, height - beside)
    periods = min(MOST_PERIODS, rows // 3)
    wave = min(MOST_WAVE, rows - periods)
    parts: list[RenderableType] = list(_pulse(person, inner, wave))
    parts += _periods(person, inner, periods, compact)
    parts.append(_numbers(person, inner, now_s, compact))
    minutes, seconds = divmod(int(person.t_s), 60)
    session = whole(person.state, "session")
    time = f"session {session}, {minutes // 60}:{minutes % 60:02}:{seconds:02}" if session else ""
    old = person.trouble or person.is_old(now_s)
    return Panel(
        Group(*parts),
        title=Text(f" {person.device} ", "bold"),
        title_align="left",
        subtitle=Text(f" {time} ", FAINT) if time else None,
        subtitle_align="right",
        border_style=WORRY if old else FAINT,
        width=width,
        height=wave + periods + beside,
    )


def _pulse(person: Person, width: int, rows: int) -> list[Text]:
    """The last seconds of the pulse, the newest at the right, and its beats."""
    span = min(width * 2 / POINTS_HZ, 12.0) * person.rate_hz  # samples across
    begin = person.newest - span
    shown = [(index, count) for index, count in person.light if index >= begin]
    wave = pulse([count for _, count in person.light], POINTS_HZ)
    wave = wave[len(wave) - len(shown) :]
    index = np.array([index for index, _ in shown], float)
    wave[1:][np.diff(index) > person.rate_hz / POINTS_HZ] = np.nan  # points were lost
    style = PULSE if person.contact == "on" else FAINT
    lines = lines_of((index - begin) / span, wave, width, rows, LEAST_PULSE)
    beats = beat_line([(beat - begin) / span for beat in person.beats], width)
    return [*(Text(line, style) for line in lines), Text(beats, BEAT)]


def _periods(person: Person, width: int, rows: int, compact: bool) -> list[Text]:
    """The last heart periods from beat to beat: with the breath they rise and fall."""
    last = list(person.intervals)[-width:]
    values = np.array([ms if flag == "ok" else np.nan for ms, flag in last])
    known = values[np.isfinite(values)]
    about = f"{known.min():.0f} to {known.max():.0f} ms, {len(last)} beats" if len(known) else ""
    x = 1 - (len(values) - 1 - np.arange(len(values))) / max(1, width - 1)
    lines = [Text(line, PERIOD) for line in lines_of(x, values, width, rows, LEAST_SPAN_MS)]
    heading = Text("heart period  ") + Text(about, FAINT)
    return lines if compact else [heading, *lines, Text("")]


def _numbers(person: Person, width: int, now_s: float, compact: bool) -> Table:
    """Names and values, and what to do where something is not well."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style=FAINT, width=9)
    table.add_column(width=width - 11, no_wrap=True, overflow="ellipsis")
    period_ms = person.period_ms
    heart = f"{period_ms:.0f} ms, {60000 / period_ms:.0f} a minute" if period_ms else "–"
    table.add_row("heart", Text(heart, "bold"))
    table.add_row("RSA", _rsa(person.epoch))
    if not compact:
        table.add_row("before", _before(list(person.epochs)[:-1]))
        table.add_row("breathing", _breathing(person.epoch))
    if not compact or person.contact == "on":
        table.add_row("signal", _judged(words.SIGNAL, person.signal))
    if not compact or person.contact != "on":
        table.add_row("contact", _judged(words.CONTACT, person.contact))
    table.add_row(*_last_line(person, now_s))
    return table


def _rsa(epoch: Epoch | None) -> Text:
    if epoch is None:
        return Text("–  ") + Text(FIRST_EPOCH, FAINT)
    if not epoch.valid:
        return Text(f"refused: {words.REFUSED.get(epoch.reason, epoch.reason)}", WORRY)
    values = [f"{epoch.ln_ms2:.2f} ln ms²" if epoch.ln_ms2 is not None else "–"]
    if epoch.lock_in_ln_ms2 is not None:
        values.append(f"at the pace {epoch.lock_in_ln_ms2:.2f}")
    if not pb2_alone(epoch) and epoch.bp_ln_ms2 is not None:
        values.append(f"BP-RSA {epoch.bp_ln_ms2:.2f}")
    return Text(", ".join(values), "bold") + Text("  valid, of the last 30 s epoch", FINE)


def _before(epochs: Sequence[Epoch]) -> Text:
    """The epochs before the newest, the newest of them first."""
    values = [
        f"{epoch.ln_ms2:.2f}" if epoch.valid and epoch.ln_ms2 is not None else epoch.reason
        for epoch in reversed(epochs[-SHOWN_EPOCHS:])
    ]
    return Text("  ".join(values) or "–", FAINT)


def _breathing(epoch: Epoch | None) -> Text:
    if epoch is None or epoch.breath_per_min is None:
        return Text("–")
    sure = "" if epoch.breath_confidence == "good" else f" ({epoch.breath_confidence})"
    return Text(f"{epoch.breath_per_min:.1f} a minute{sure}")


def _judged(table: dict[str, tuple[str, str]], key: str) -> Text:
    """A state in words; where it is not well, what to do."""
    state, to_do = table.get(key, (plain(key), ""))
    if to_do:
        return Text(state, f"bold {WORRY}") + Text(f": {to_do}", WORRY)
    return Text(state)


def _last_line(person: Person, now_s: float) -> tuple[str, Text]:
    """What stands in the way, else the last mark, else what the board has left."""
    state = person.state
    if person.trouble:
        return "line", Text(person.trouble, WORRY)
    if state and not whole(state, "session"):
        return "board", Text(f"no session is open: {_reopen(state)}", WORRY)
    if state.get("sensor", "ok") != "ok":
        return "sensor", Text(f"{plain(state['sensor'])}; run vagaband doctor", WORRY)
    if person.is_old(now_s):
        return "line", Text("nothing comes any more", WORRY)
    if state.get("config", "ok") != "ok":
        return "config", Text(plain(state["config"], 70), WORRY)
    room = f"{whole(state, 'free') / 1e6:.1f} MB free"
    mark = [f"marked: {person.marks[-1]}"] if person.marks else []
    parts = [*_battery(state), *_exercise(state), room, *mark]
    return "board", Text(", ".join(parts))


def _reopen(state: dict[str, object]) -> str:
    """What lets a session be open again."""
    if state.get("battery") == "empty":
        return "the battery is empty, charge it"
    full = state.get("flash") == "full"
    return "run vagaband pull --free" if full else "type start on its line"


def _battery(state: dict[str, object]) -> list[str]:
    if state.get("battery_percent") is None:
        return []  # none is measured
    worry = words.BATTERY.get(str(state.get("battery")), "")
    charge = f"battery {whole(state, 'battery_percent')} %"
    return [f"{charge} ({worry})" if worry else charge]


def _exercise(state: dict[str, object]) -> list[str]:
    return [f"exercise: {plain(state['exercise'], 24)}"] if state.get("exercise") else []


def _footer(asked: str | None, width: int) -> Text:
    if asked is None:
        return Text(" " + KEYS, FAINT, no_wrap=True, overflow="ellipsis")
    shown = asked
    while cell_len(shown) > max(10, width - 46):  # a Chinese sign takes two cells
        shown = shown[1:]
    return (
        Text(" text: ", "bold") + Text(f"{shown}▏") + Text("  Enter marks, Esc leaves it", FAINT)
    )
