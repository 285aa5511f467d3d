"""A profile without any word of the wearer, nor what they said of themselves."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from vagaband.profile.model import EXERCISES, Profile
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
    return replace(_blank(profile, numbered), answers=None)


def _numbered(own: set[str], key: str, words: Words) -> dict[str, str]:
    return {one: words(key, n=words.number(k)) for k, one in enumerate(sorted(own), 1)}


def _blank(value: Any, numbered: dict[str, dict[str, str]]) -> Any:
    if isinstance(value, tuple):
        return tuple(_blank(one, numbered) for one in value)
    if isinstance(value, dict):
        return {key: _blank(one, numbered) for key, one in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {f.name: _blank(getattr(value, f.name), numbered) for f in fields(value)}
    changed |= {
        name: hide(changed[name], numbered) for name, hide in _HIDE.items() if name in changed
    }
    return replace(value, **changed)


_HIDE = {
    "text": lambda _text, _numbered: "",
    "kind": lambda kind, _numbered: kind if kind in KINDS else "",
    "tag": lambda tag, numbered: numbered["tag"].get(tag, tag),
    "name": lambda name, numbered: numbered["name"].get(name, name),
    "warnings": lambda codes, _numbered: tuple(code for code in codes if code != "eft_which"),
    "why": lambda why, _numbered: LEFT_OUT if why == PACEMAKER else why,
}
