"""The challenges of a history (DESIGN §7): what the wearer or a protocol marked as one."""

from dataclasses import dataclass

from vagaband.analysis.blocks import is_bound
from vagaband.profile.model import History, Mark, Stretch

# By kind, by tag, or by a text that is only this word, in both languages; what follows a hyphen is
# a protocol's own ("posture-stand").
KINDS = {
    "challenge": "challenge uitdaging",
    "trigger": "trigger",
    "stress": "stress stressor spanning arousal",
    "posture": "posture houding houdingswisseling stand standing staan opstaan",
    "exercise": "exercise inspanning beweging movement walking lopen wandelen biking fietsen",
}
BODILY = ("posture", "exercise")  # both heart period and RSA move by the body's own doing
OF_WORD = {word: kind for kind, words in KINDS.items() for word in words.split()}
MOMENT_S = 60.0  # a mark without an end is of its minute


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
    """All challenges in order of time. What begins within one is a part of it: the mark that made
    a stretch, or a moment of it."""
    found = [_of_stretch(one) for one in history.stretches] + [_of_mark(m) for m in history.marks]
    ordered = sorted((one for one in found if one), key=lambda one: (one.begin_s, -one.end_s))
    kept: list[Challenge] = []
    for one in ordered:
        if not kept or one.begin_s >= kept[-1].end_s:
            kept.append(one)
    return tuple(kept)


def _of_mark(mark: Mark) -> Challenge | None:
    kind = _kind(mark.kind, mark.text, mark.tags)
    bounds = mark.until_s is None and is_bound(mark.kind, mark.text)
    if not kind or bounds or (mark.until_s is not None and mark.until_s <= mark.at_s):
        return None
    end_s = mark.at_s + MOMENT_S if mark.until_s is None else mark.until_s
    return Challenge(mark.at_s, end_s, mark.until_s, kind, mark.text)


def _of_stretch(stretch: Stretch) -> Challenge | None:
    kind = _kind(stretch.kind, stretch.text, stretch.tags)
    if not kind or stretch.pace_per_min:
        return None
    text = "" if _kind("", stretch.text, ()) else stretch.text
    return Challenge(stretch.begin_s, stretch.end_s, stretch.end_s, kind, text)


def _kind(kind: str, text: str, tags: tuple[str, ...]) -> str:
    words = [word.strip().casefold().split("-")[0] for word in (kind, *tags, text)]
    return next((OF_WORD[word] for word in words if word in OF_WORD), "")
