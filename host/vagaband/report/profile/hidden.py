"""A profile without any word of the wearer, nor what they said of themselves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vagaband.profile.model import Profile
from vagaband.profile.rewritten import rewritten
from vagaband.profile.why import LEFT_OUT, PACEMAKER
from vagaband.report.events import KINDS
from vagaband.report.profile.treatments import NAMES
from vagaband.report.words import Words


def without_words(profile: Profile, words: Words) -> Profile:
    """Texts go, tags are numbered in the order of their names, and the reason "pacemaker"
    becomes "left out"."""
    own = sorted({effect.tag for effect in profile.effects if effect.tag not in KINDS})
    numbered = {
        tag: words("profile.tags.hidden", n=words.number(k)) for k, tag in enumerate(own, 1)
    }

    def hidden(name: str, value: Any) -> object:
        if name == "tag":
            return numbered.get(value, value)
        return _HIDE[name](value) if name in _HIDE else value

    return replace(rewritten(profile, hidden), answers=None)


_HIDE: dict[str, Callable[[str], str]] = {
    "text": lambda text: "",
    "kind": lambda kind: kind if kind in KINDS else "",
    "name": lambda name: name if name in NAMES else "",
    "why": lambda why: LEFT_OUT if why == PACEMAKER else why,
}
