"""The challenges of a history (DESIGN §7): what the wearer or a protocol marked as one."""

from dataclasses import dataclass

from vagaband.profile.model import History, Mark, Stretch

# By kind, by tag, or by a text that is only this word; in both languages. Those whose heart period
# and RSA both move by the body's own doing are asked for their vagal efficiency.
KINDS = {
    "challenge": "challenge uitdaging",
    "trigger": "trigger",
    "stress": "stress stressor spanning arousal",
    "posture": "posture houding houdingswisseling stand standing staan sit zitten opstaan",
    "exercise": "exercise inspanning beweging movement walking lopen wandelen biking fietsen",
}
BODILY = ("posture", "exercise")
OF_WORD = {word: kind for kind, words in KINDS.items() for word in words.split()}
MOMENT_S = 60.0  # a mark without an end is of its minute
SAME_S = 1.0  # a stretch and the mark that made it


@dataclass(frozen=True)
class Challenge:
    """What was marked, and the stretch that it stands for."""

    begin_s: float
    end_s: float
    until_s: float | None  # None: only a moment was marked
    kind: str  # of KINDS
    text: str

    @property
    def bodily(self) -> bool:
        """Whether it is one to ask vagal efficiency of."""
        return self.kind in BODILY and self.until_s is not None


def challenges_of(history: History) -> tuple[Challenge, ...]:
    """All challenges in order of time; a marked stretch and its mark are one."""
    found = [_of_stretch(one) for one in history.stretches] + [_of_mark(m) for m in history.marks]
    ordered = sorted((one for one in found if one), key=lambda one: (one.begin_s, -one.end_s))
    kept: list[Challenge] = []
    for one in ordered:
        last = kept[-1] if kept else None
        if last is None or one.begin_s > last.begin_s + SAME_S or one.kind != last.kind:
            kept.append(one)
    return tuple(kept)


def _of_mark(mark: Mark) -> Challenge | None:
    kind = _kind(mark.kind, mark.text, mark.tags)
    if not kind or (mark.until_s is not None and mark.until_s <= mark.at_s):
        return None
    end_s = mark.at_s + MOMENT_S if mark.until_s is None else mark.until_s
    return Challenge(mark.at_s, end_s, mark.until_s, kind, mark.text)


def _of_stretch(stretch: Stretch) -> Challenge | None:
    kind = _kind(stretch.kind, stretch.text, stretch.tags)
    if not kind or stretch.pace_per_min:
        return None
    return Challenge(stretch.begin_s, stretch.end_s, stretch.end_s, kind, stretch.text)


def _kind(kind: str, text: str, tags: tuple[str, ...]) -> str:
    words = [word.strip().casefold() for word in (kind, *tags, text)]
    return next((OF_WORD[word] for word in words if word in OF_WORD), "")
