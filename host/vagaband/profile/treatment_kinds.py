"""The treatments that a profile knows, and how each is recognised in what the wearer wrote.

EFT is two things: tapping on points of the face and hands (emotional freedom techniques), and a
talking therapy (emotionally focused therapy). Where only the three letters stand, nobody can know
which; it is kept by that name, apart from both, and the wearer is asked.
"""

import re
from dataclasses import dataclass

from vagaband.profile.model import SAYS_NOTHING, Mark

OWN_WORD = ("treatment", "behandeling")  # tags or kinds of what goes by the wearer's own word


@dataclass(frozen=True)
class Kind:
    """`words` count wherever they stand; `alone` only where nothing else stands beside them."""

    words: tuple[str, ...]
    alone: tuple[str, ...] = ()
    shakes: bool = False  # moves the hand with the sensor
    asks: str = ""  # code of what has to be asked


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(","))


# Dutch and English, small letters, signs as blanks. The first that fits counts.
KINDS = {
    "emdr": Kind(
        _listed("emdr, oogbewegingen, eye movements, eye movement desensitization"), shakes=True
    ),
    "tvns": Kind(
        _listed(
            "tvns, tavns, vagusstimulatie, vagus stimulatie, vagus stimulation, "
            "vagus nerve stimulation"
        )
    ),
    "bodyscan": Kind(_listed("bodyscan, body scan, lichaamsscan")),
    "tapping": Kind(
        _listed(
            "tapping, eft kloppen, kloptechniek, klopoefening, meridiaankloppen, emotional freedom"
        ),
        alone=("kloppen",),
        shakes=True,
    ),
    "focused": Kind(
        _listed(
            "emotionally focused, emotionally focussed, emotion focused, emotiegericht, "
            "emotiegerichte, emotioneel gerichte, eft relatietherapie, relatietherapie eft, "
            "eft couples therapy, eft couple therapy"
        )
    ),
    "eft": Kind(("eft",), asks="eft_which"),
    "breathing": Kind(
        _listed(
            "ademoefening, ademoefeningen, ademhalingsoefening, ademhalingsoefeningen, "
            "langzaam ademen, rustig ademen, resonantieademhaling, hartcoherentie, "
            "breathing exercise, breathing exercises, slow breathing, paced breathing, "
            "resonance breathing, box breathing, breathwork"
        ),
        alone=_listed("adem, ademen, ademhaling, breath, breathing"),
    ),
    "consult": Kind(
        _listed(
            "consult, consultatie, consultation, therapiesessie, therapiegesprek, "
            "intakegesprek, behandelsessie, therapy session"
        ),
        alone=_listed("therapie, therapy, intake"),
    ),
}


def name_of(mark: Mark) -> str:
    """Name of the treatment in KINDS, or the wearer's own word for what is tagged as one; "" for
    what is none."""
    kind = "" if mark.kind.casefold() in SAYS_NOTHING else mark.kind
    written = [_plain(one) for one in (kind, *mark.tags, mark.text)]
    for name, of_name in KINDS.items():
        if any(_fits(one, of_name) for one in written):
            return name
    if any(one in OWN_WORD for one in written[:-1]):
        return mark.text or next(one for one in written if one)
    return ""


def _fits(written: str, kind: Kind) -> bool:
    return written in kind.alone or any(f" {word} " in f" {written} " for word in kind.words)


def _plain(text: str) -> str:
    return " ".join(re.split(r"[\W_]+", text.casefold())).strip()


def shakes(name: str) -> bool:
    """Whether it moves the hand with the sensor."""
    return name in KINDS and KINDS[name].shakes


def asks(name: str) -> str:
    """Code of what has to be asked about it, "" nothing."""
    return KINDS[name].asks if name in KINDS else ""
