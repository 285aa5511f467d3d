"""The command protocol run: whose boards, who agrees, the run itself, and what came of it."""

import contextlib
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from vagaband.cli.protocol_people import agree, someone, wearers_of
from vagaband.cli.shared import DEFAULT_OUT, as_json, print_json, say, stderr
from vagaband.errors import DeviceError, InputError
from vagaband.ports import the_port
from vagaband.protocol import state
from vagaband.protocol.clocks import BoardClock, Clock, PcClock
from vagaband.protocol.fetch import fetched
from vagaband.protocol.kept import TOLERANCE_S, Found, about_words, compare
from vagaband.protocol.meeting import meet
from vagaband.protocol.model import LANGUAGES, Block, Protocol
from vagaband.protocol.plan import MOST_SEED, drawn_seed, plan
from vagaband.protocol.run import LOST_RULES, Runner
from vagaband.protocol.screen import Lines, Screen
from vagaband.protocol.shipped import protocol_of
from vagaband.protocol.state import State
from vagaband.protocol.wearer import Wearer
from vagaband.protocol.words import WORDS
from vagaband.report import preferred_language

CLOCKS = {"pc": PcClock, "board": BoardClock}
language = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=preferred_language,
    help="Of words.  [default: this computer's, or en]",
)


@click.command("run")
@click.argument("file")
@click.option("--port", "ports", multiple=True, help="Port or URL of a board; twice for two.")
@click.option("--person", "people", multiple=True, metavar="CODE", help="Who wears each of them.")
@click.option(
    "--folder",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    help=f"Data folder of each.  [default: {DEFAULT_OUT}; for two {DEFAULT_OUT}-CODE]",
)
@language
@click.option("--seed", type=click.IntRange(0, MOST_SEED), help="Decides what is drawn.")
@click.option("--resume", is_flag=True, help="Go on with the block at which it was broken off.")
@click.option("--afresh", is_flag=True, help="Begin anew where another run was broken off.")
@click.option("--yes", is_flag=True, help="All agreed before; nobody is asked, no key waited for.")
@click.option(
    "--lost",
    type=click.Choice(LOST_RULES),
    default="ask",
    show_default=True,
    help="When a board goes away; where nobody can be asked it waits.",
)
@click.option(
    "--clock",
    type=click.Choice(list(CLOCKS)),
    default="pc",
    show_default=True,
    help="Whose time counts; `board` is for virtual boards that run faster.",
)
@click.option("--no-pull", is_flag=True, help="Leave the recordings on the boards.")
@as_json
def run_(
    file: str,
    ports: tuple[str, ...],
    people: tuple[str, ...],
    folders: tuple[Path, ...],
    lang: str,
    seed: int | None,
    resume: bool,
    afresh: bool,
    yes: bool,
    lost: str,
    clock: str,
    no_pull: bool,
    to_json: bool,
) -> None:
    """Lead people through a protocol: on the screen, by the device's light and vibration.

    Each block's begin and end stand as marks in the journal of each board. What is broken off, by
    Ctrl-C or otherwise, goes on with --resume at the block that was broken. At the end the
    recordings are fetched, and the blocks in them held against the file: exit code 1 where they
    differ.

    \b
    vagaband protocol run rest --port /dev/ttyUSB0 --person P07
    vagaband protocol run consult --port COM3 --person P07 --port COM4 --person T1
    vagaband protocol run rest --port /dev/ttyUSB0 --person P07 --resume
    vagaband protocol run mine.toml --port rfc2217://127.0.0.1:4001 --clock board --yes
    """
    protocol = protocol_of(file)
    if resume and (afresh or seed is not None):
        raise InputError("What goes on has its order.", "Leave --seed and --afresh out.")
    wearers = wearers_of(protocol, ports or (the_port(None),), people, folders, lang)
    begun = _begun(protocol, wearers, resume, afresh)
    used = begun.seed if begun else drawn_seed() if seed is None else seed
    now = begun or State(state.new_run(), protocol.name, protocol.digest, used, "", "")
    agree(protocol, wearers, lang, yes)
    blocks = plan(protocol, used)
    time = CLOCKS[clock]()
    _ready(wearers, time, resume)
    two = len(wearers) > 1 and clock == "pc"
    if two:
        _meet(wearers, lang)
    whole = _run(protocol, blocks, wearers, time, now, lang, yes, lost, resume)
    if not whole:
        sys.exit(130)
    if two:
        _meet(wearers, lang)
    kept = {} if no_pull else {w.person: _kept(w, blocks, now.run, lang) for w in wearers}
    _conclude(protocol, now, kept, to_json, lang)


def _begun(
    protocol: Protocol, wearers: Sequence[Wearer], resume: bool, afresh: bool
) -> State | None:
    """The run that was broken off, where it is to go on."""
    if afresh:
        for wearer in wearers:
            state.remove(wearer.folder, wearer.person)
        return None
    there = [state.load(wearer.folder, wearer.person) for wearer in wearers]
    known = [one for one in there if one]
    if not resume and known:
        one = known[0]
        raise InputError(
            f"A run of {one.protocol} was broken off at block {one.done + 1}.",
            "--resume goes on there, --afresh begins anew.",
        )
    if not resume:
        return None
    if not known:
        raise InputError("No run was broken off.", "Leave --resume out; --folder names another.")
    if len(known) < len(wearers) or len({one.run for one in known}) > 1:
        raise InputError(
            "These people were not in one run.", "Give the same people as then, or --afresh."
        )
    if (known[0].protocol, known[0].digest) != (protocol.name, protocol.digest):
        raise InputError(
            f"What was broken off is {known[0].protocol}, or its file has changed since.",
            "Give the same file, or --afresh.",
        )
    if [one.role for one in known] != [wearer.role.name for wearer in wearers]:
        raise InputError("The roles are not as they were.", "Give the people in the same order.")
    for wearer, one in zip(wearers, known, strict=True):
        wearer.name, wearer.since = one.board, one.since
    return min(known, key=lambda one: one.done)


def _ready(wearers: Sequence[Wearer], clock: Clock, goes_on: bool) -> None:
    """All boards answer; a new run has a session of its own on each."""
    try:
        for wearer in wearers:
            wearer.open(clock)
        for wearer in () if goes_on else wearers:
            wearer.begin(clock)
    finally:
        for wearer in wearers:
            wearer.close()


def _meet(wearers: Sequence[Wearer], lang: str) -> None:
    words = WORDS[lang]
    with stderr.status(words["meeting"]) as status:
        error_s, why = meet(
            wearers, lambda share: status.update(f"{words['meeting']}: {share:.0%}")
        )
    say(
        words["unmet"].format(why=why)
        if error_s is None
        else words["met"].format(ms=1e3 * error_s)
    )


def _run(
    protocol: Protocol,
    blocks: tuple[Block, ...],
    wearers: Sequence[Wearer],
    clock: Clock,
    begun: State,
    lang: str,
    yes: bool,
    lost: str,
    resumed: bool,
) -> bool:
    """Run it; False where it was stopped."""
    place = [begun.done]

    def progress(done: int, running: bool) -> None:
        place[0] = done
        for wearer in wearers:
            its = replace(begun, role=wearer.role.name, person=wearer.person)
            worn = replace(its, board=wearer.name, since=wearer.since)
            state.write(wearer.folder, replace(worn, done=done, begun=running))

    agreed = "agreed before" if yes else "agreed here"
    about = about_words(begun.protocol, begun.seed, agreed)
    attended = someone() and not yes
    face = Screen(stderr, lang, protocol.roles) if attended else Lines(stderr, lang)
    try:
        with _signals(), face:
            for wearer in wearers:
                wearer.open(clock)
            progress(begun.done, begun.begun)
            runner = Runner(blocks, wearers, clock, face, progress, begun.seed, lost, lang)
            runner.run(begun.done, begun.run, about, resumed, begun.begun)
            face.tell("done")
    except KeyboardInterrupt:
        title = blocks[min(place[0], len(blocks) - 1)].title[lang]
        say(WORDS[lang]["stopped"].format(title=title))
        say(WORDS[lang]["resume"])
        return False
    finally:
        for wearer in wearers:
            wearer.close()
    for wearer in wearers:
        state.remove(wearer.folder, wearer.person)
    return True


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """Being told to end, and a terminal that closes, stop a run like Ctrl-C."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), stop) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _kept(wearer: Wearer, blocks: Sequence[Block], run: str, lang: str) -> list[Found]:
    """Fetch a person's recordings; what they have of the blocks."""
    try:
        with stderr.status("pulling") as status:
            found, files = fetched(wearer, blocks, run, status.update)
    except DeviceError as error:
        say(WORDS[lang]["unfetched"].format(person=wearer.person, why=error.what))
        say(f"vagaband pull --port {wearer.url} --person {wearer.person} --out {wearer.folder}")
        return compare(blocks, [], run)
    for path in files:
        say(path)
    return found


def _conclude(
    protocol: Protocol, now: State, kept: dict[str, list[Found]], to_json: bool, lang: str
) -> None:
    words = WORDS[lang]
    for person, found in kept.items():
        right = sum(one.is_right for one in found)
        say(
            words["kept"].format(
                person=person, found=right, of=len(found), tolerance=f"{TOLERANCE_S:g}"
            )
        )
        for n, one in enumerate(found, 1):
            if not one.is_right:
                say(
                    words["differs"].format(person=person, n=n, name=one.name, how=_how(one, lang))
                )
    if to_json:
        recordings: dict[str, Any] = {
            person: [
                {"name": one.name, "planned_s": one.planned_s, "seconds": one.seconds}
                for one in found
            ]
            for person, found in kept.items()
        }
        result = {"protocol": protocol.name, "run": now.run, "seed": now.seed}
        print_json({**result, "whole": _all_right(kept), "recordings": recordings})
    if not _all_right(kept):
        sys.exit(1)


def _all_right(kept: dict[str, list[Found]]) -> bool:
    return all(one.is_right for found in kept.values() for one in found)


def _how(one: Found, lang: str) -> str:
    words = WORDS[lang]
    if one.seconds is None:
        return words["missing"]
    return words["length"].format(seconds=one.seconds, planned=one.planned_s)
