"""A profile without any word of the wearer, nor what they said of themselves."""

from dataclasses import replace
from typing import Any

from vagaband.profile.model import EXERCISES, Profile
from vagaband.profile.rewritten import rewritten
from vagaband.profile.why import LEFT_OUT, PACEMAKER
from vagaband.report.events import KINDS
from vagaband.report.words import Words


def without_words(profile: Profile, words: Words) -> Profile:
    """Texts go, tags and treatments are numbered in the order of their names (which treatment it
    was is read from the wearer's words), and the reason "pacemaker" becomes "left out"."""
    tags = {effect.tag for effect in profile.effects}
    done = {one.name for one in profile.treatments}
    numbered = {
        "tag": _numbered(tags.difference(KINDS), "profile.tags.hidden", words),
        "name": _numbered(done.difference(EXERCISES), "profile.treatments.hidden", words),
    }

    def hidden(name: str, value: Any) -> object:
        if name in numbered:
            return numbered[name].get(value, value)
        return _HIDE[name](value) if name in _HIDE else value

    return replace(rewritten(profile, hidden), answers=None)


def _numbered(own: set[str], key: str, words: Words) -> dict[str, str]:
    return {one: words(key, n=words.number(k)) for k, one in enumerate(sorted(own), 1)}


_HIDE = {
    "text": lambda text: "",
    "kind": lambda kind: kind if kind in KINDS else "",
    "warnings": lambda codes: tuple(code for code in codes if code != "eft_which"),
    "why": lambda why: LEFT_OUT if why == PACEMAKER else why,
}
