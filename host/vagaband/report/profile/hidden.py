"""A profile without any word of the wearer, nor what they said of themselves."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from vagaband.profile.model import Profile
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
    return replace(_blank(profile, numbered), answers=None)


def _blank(value: Any, tags: dict[str, str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_blank(one, tags) for one in value)
    if isinstance(value, dict):
        return {key: _blank(one, tags) for key, one in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {f.name: _blank(getattr(value, f.name), tags) for f in fields(value)}
    changed |= {name: hide(changed[name], tags) for name, hide in _HIDE.items() if name in changed}
    return replace(value, **changed)


_HIDE = {
    "text": lambda _text, _tags: "",
    "kind": lambda kind, _tags: kind if kind in KINDS else "",
    "tag": lambda tag, tags: tags.get(tag, tag),
    "name": lambda name, _tags: name if name in NAMES else "",
    "why": lambda why, _tags: LEFT_OUT if why == PACEMAKER else why,
}
