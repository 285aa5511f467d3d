"""Leads through the blocks of a protocol: instructions, marks, pacing, boards that come and go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol as Shape

from vagaband.analysis.blocks import RUN_KIND
from vagaband.breathe import Moment
from vagaband.protocol.clocks import Clock
from vagaband.protocol.kept import begun_words, done_words
from vagaband.protocol.model import Block
from vagaband.protocol.wearer import Wearer

ALONE_LEAD_S = 10  # before a block that else follows another at once, and now does not
LATE_S = 5.0  # a block that is noticed later than this begins when it is noticed
ENTER = ("\r", "\n")
LOST_RULES = ("ask", "wait", "go-on")


@dataclass(frozen=True)
class View:
    """What there is to see now. `begins` while there is time to read, else the block runs.

    `question` and `waits_for`: about boards that are away, people's codes.
    """

    block: Block
    n: int
    of: int
    following: Block | None
    begins: bool
    left_s: float
    waits_for_enter: bool = False
    moment: Moment | None = None
    question: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()


class Face(Shape):
    """Where it is shown, and who presses keys."""

    attended: bool  # someone is there to press a key

    def show(self, view: View, wearers: Sequence[Wearer]) -> None:
        """Draw it."""
        ...

    def tell(self, key: str, **values: object) -> None:
        """Say a sentence of words.py that stays."""
        ...

    def pressed(self) -> str:
        """What was pressed."""
        ...


class Again(Exception):  # noqa: N818
    """The block is broken and begins again."""


class Runner:
    """`run()` goes through the blocks from one on; each is whole, or begun again.

    `progress(done, begun)` keeps what is needed to go on after an end of any kind.
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        wearers: Sequence[Wearer],
        clock: Clock,
        face: Face,
        progress: Callable[[int, bool], None],
        seed: int,
        lost_rule: str,
        language: str,
    ) -> None:
        self._blocks = blocks
        self._wearers = wearers
        self._clock = clock
        self._face = face
        self._progress = progress
        self._seed = seed
        self._rule = lost_rule
        self._language = language
        self._run = ""
        self._end_s: float | None = None  # of the block before
        self._known: set[str] = set()  # people whose board is away, as was said
        self._without: set[str] = set()  # those without whom it goes on
        self._left_out: set[str] = set()  # whose board came back amid this block

    def run(self, first: int, run: str, about: str, resumed: bool, broken: bool) -> None:
        """From block `first` on. `about` goes into the journal; `broken`: that block had begun."""
        now_s = self._clock.turn(self._wearers)
        self._run = run
        for wearer in self._wearers:
            wearer.stop_pace()
            if broken:
                wearer.mark(self._blocks[first].name, "broken", now_s)
            wearer.mark(RUN_KIND, f"{begun_words(run, resumed)}: {about}", now_s)
        for place in range(first, len(self._blocks)):
            while not self._is_whole(place):
                self._end_s = None
        now_s = self._clock.turn(self._wearers)
        for wearer in self._wearers:
            wearer.mark(RUN_KIND, done_words(run), max(now_s, self._end_s or now_s))
            wearer.commit()

    def _is_whole(self, place: int) -> bool:
        """Do a block; False where it is to begin again."""
        begun = False
        block = self._blocks[place]
        try:
            begin_s = self._lead(place)
            begun = True
            self._begin(place, begin_s)
            self._follow(place, begin_s + block.seconds)
        except Again:
            if begun:
                self._break(block)
                self._face.tell("broken", title=block.title[self._language])
            self._wait_for_boards(place)
            return False
        except BaseException:
            if begun:
                self._break(block)
                self._progress(place, False)
            raise
        self._end(place, begin_s + block.seconds)
        return True

    def _lead(self, place: int) -> float:
        """Time to read; returns when the block begins."""
        block = self._blocks[place]
        if not block.lead_s and self._end_s is not None:
            return self._end_s
        now_s = self._clock.turn(self._wearers)
        start_s = now_s if self._end_s is None else self._end_s
        begin_s = start_s + (block.lead_s or ALONE_LEAD_S)
        waits = block.wait and self._face.attended
        while now_s < begin_s or waits:
            self._face.show(self._view(place, True, begin_s - now_s, waits=waits), self._wearers)
            keys = self._care(place)
            if waits and any(key in ENTER for key in keys):
                return self._clock.turn(self._wearers)
            now_s = self._clock.turn(self._wearers)
        return begin_s if now_s - begin_s < LATE_S else now_s

    def _begin(self, place: int, begin_s: float) -> None:
        block = self._blocks[place]
        self._progress(place, True)
        self._left_out.clear()
        for wearer in self._wearers:
            wearer.pace(block, self._seed)
        for wearer in self._wearers:
            wearer.mark(block.name, "start", begin_s)
            if block.lead_s and not block.pace:  # else the light has just told it
                wearer.sign()
        at = f"{place + 1}/{len(self._blocks)}"
        title = block.title[self._language]
        self._face.tell("begun", at=at, title=title, seconds=block.seconds)

    def _follow(self, place: int, end_s: float) -> None:
        """Until the block is over."""
        while (now_s := self._clock.turn(self._wearers)) < end_s:
            moment = None
            if self._blocks[place].pace and self._face.attended:
                there = [wearer for wearer in self._wearers if not wearer.lost]
                moment = there[0].moment(now_s) if there else None
            self._face.show(self._view(place, False, end_s - now_s, moment), self._wearers)
            self._care(place)
        if self._undecided():
            raise Again

    def _end(self, place: int, end_s: float) -> None:
        block = self._blocks[place]
        for wearer in self._wearers:
            if block.pace:
                wearer.stop_pace()
            if wearer.person not in self._left_out:
                wearer.mark(block.name, "end", end_s)
        for wearer in self._wearers:
            wearer.sign()
        self._end_s = end_s
        self._progress(place + 1, False)

    def _break(self, block: Block) -> None:
        now_s = self._clock.turn(self._wearers)
        for wearer in self._wearers:
            wearer.stop_pace()
            wearer.mark(block.name, "broken", now_s)
            wearer.commit()

    # Boards that come and go

    def _undecided(self) -> list[str]:
        return [w.person for w in self._wearers if w.lost and w.person not in self._without]

    def _care(self, place: int) -> str:
        """Notice boards that went or came, and obey keys; returns these. Again as decided."""
        keys = self._face.pressed()
        for wearer in self._wearers:
            if wearer.lost and wearer.person not in self._known:
                self._known.add(wearer.person)
                self._face.tell("lost", person=wearer.person, why=wearer.lost)
            elif not wearer.lost and wearer.person in self._known:
                self._welcome(wearer)
        if all(wearer.lost for wearer in self._wearers):
            raise Again
        away = self._undecided()
        if away and (self._rule == "wait" or "w" in keys or not self._can_ask()):
            raise Again
        if away and (self._rule == "go-on" or "g" in keys):
            self._go_on_without(away)
        return keys

    def _can_ask(self) -> bool:
        return self._rule == "go-on" or self._face.attended

    def _go_on_without(self, people: list[str]) -> None:
        self._without |= set(people)
        self._face.tell("without", people=", ".join(people))

    def _welcome(self, wearer: Wearer) -> None:
        """A board is back. One that was reset has lost this block, but not those that come."""
        went_on = wearer.person in self._without
        if self._greet(wearer):
            self._left_out.add(wearer.person)
            if not went_on:
                raise Again

    def _greet(self, wearer: Wearer) -> bool:
        """Say that a board is back; whether with another session, which is told its run."""
        fresh = wearer.fresh
        self._known.discard(wearer.person)
        self._without.discard(wearer.person)
        key = "back_fresh" if fresh else "back"
        self._face.tell(key, person=wearer.person, dropped=wearer.dropped)
        wearer.fresh, wearer.dropped = False, 0
        if fresh:
            wearer.mark(RUN_KIND, begun_words(self._run, True), self._clock.turn(self._wearers))
        return fresh

    def _wait_for_boards(self, place: int) -> None:
        """Until all are back, or someone goes on without them."""
        while away := self._undecided() or self._all_away():
            view = self._view(place, True, 0.0, waits_for=tuple(away))
            self._face.show(view, self._wearers)
            some = len(away) < len(self._wearers)
            if some and ("g" in self._face.pressed() or self._rule == "go-on"):
                self._go_on_without(away)
            self._clock.turn(self._wearers)
        for wearer in self._wearers:
            if not wearer.lost and wearer.person in self._known:
                self._greet(wearer)

    def _all_away(self) -> list[str]:
        everyone = [wearer.person for wearer in self._wearers]
        return everyone if all(wearer.lost for wearer in self._wearers) else []

    def _view(
        self,
        place: int,
        begins: bool,
        left_s: float,
        moment: Moment | None = None,
        waits: bool = False,
        waits_for: tuple[str, ...] = (),
    ) -> View:
        following = self._blocks[place + 1] if place + 1 < len(self._blocks) else None
        return View(
            block=self._blocks[place],
            n=place + 1,
            of=len(self._blocks),
            following=following,
            begins=begins,
            left_s=left_s,
            waits_for_enter=waits,
            moment=moment,
            question=tuple(self._undecided()),
            waits_for=waits_for,
        )
