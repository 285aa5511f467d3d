"""When treatments and exercises were done, and the stretches before, during and after each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vagaband.profile.model import EXERCISES, History, Mark, Stretch
from vagaband.profile.treatment_kinds import name_of

BREATHING = ("breathing", *EXERCISES)  # what is written of an exercise of the device, and that
SLOW = "slow_rhythm"
REST_S = 180.0  # between the paces of one exercise, at most
BESIDE_S = 600.0  # before and after, at most
MOST_S = 3 * 3600.0  # longer is no treatment but a forgotten end
SAME_S = 1.0
Times = tuple[float, float]


@dataclass(frozen=True)
class Done:
    """A treatment, once, with the paces that breathing had in it."""

    begin_s: float
    end_s: float
    name: str
    by_device: bool
    paces: tuple[Stretch, ...] = ()


def all_done(history: History) -> list[Done]:
    """All treatments and exercises in order. What is written and what the device logged of one
    exercise is one, the device's; and the same treatment marked twice at a time is one."""
    device = list(_of_device(history.stretches))
    found: list[Done] = []
    for done in sorted([*device, *_written(history)], key=lambda d: (d.begin_s, not d.by_device)):
        twin = next((k for k, one in enumerate(found) if _is_one(one, done)), None)
        if twin is None:
            found.append(done)
        else:
            found[twin] = _as_one(found[twin], done)
    slow = [one for one in history.stretches if one.kind == SLOW]
    return [
        done if done.paces else replace(done, paces=tuple(s for s in slow if _overlap(s, done)))
        for done in found
    ]


def phases_of(done: Done, others: Sequence[Done], history: History) -> dict[str, Times]:
    """Begin and end of before, during and after: at most ten minutes on either side, in the same
    recording, and free of other treatments."""
    ends = [o.end_s for o in others if o.end_s <= done.begin_s]
    begins = [o.begin_s for o in others if o.begin_s >= done.end_s]
    ends += [begin_s for begin_s, end_s in history.spans if begin_s <= done.begin_s < end_s]
    begins += [end_s for begin_s, end_s in history.spans if begin_s < done.end_s <= end_s]
    return {
        "before": (max([*ends, done.begin_s - BESIDE_S]), done.begin_s),
        "during": (done.begin_s, done.end_s),
        "after": (done.end_s, min([*begins, done.end_s + BESIDE_S])),
    }


def _of_device(stretches: Sequence[Stretch]) -> Iterator[Done]:
    """Its exercises, all paces of one together."""
    last: Done | None = None
    for one in sorted(stretches, key=lambda s: s.begin_s):
        if one.kind not in EXERCISES:
            continue
        if last and one.begin_s - last.end_s <= REST_S and last.paces[-1].kind == one.kind:
            last = replace(last, end_s=one.end_s, paces=(*last.paces, one))
            continue
        if last:
            yield last
        last = Done(one.begin_s, one.end_s, one.kind, True, (one,))
    if last:
        yield last


def _written(history: History) -> Iterator[Done]:
    """Stretches that the wearer wrote something about, and marks that have an end."""
    stretches = [one for one in history.stretches if one.kind == "marked"]
    known = {round(one.begin_s) for one in stretches}
    marks = [m for m in history.marks if m.until_s and round(m.at_s) not in known]
    for one in stretches:
        begun = [m for m in history.marks if abs(m.at_s - one.begin_s) <= SAME_S]
        kind = begun[0].kind if begun else ""
        marks.append(Mark(one.begin_s, one.end_s, kind, one.text, one.tags, ""))
    for mark in marks:
        name, end_s = name_of(mark), mark.until_s or mark.at_s
        if name and 0 < end_s - mark.at_s <= MOST_S:
            yield Done(mark.at_s, end_s, name, False)


def _is_one(one: Done, other: Done) -> bool:
    same = one.name == other.name or {one.name, other.name} <= set(BREATHING)
    return same and one.begin_s < other.end_s and other.begin_s < one.end_s


def _as_one(one: Done, other: Done) -> Done:
    if one.by_device != other.by_device:
        return one if one.by_device else other
    begin_s, end_s = min(one.begin_s, other.begin_s), max(one.end_s, other.end_s)
    return replace(one, begin_s=begin_s, end_s=end_s, paces=(*one.paces, *other.paces))


def _overlap(stretch: Stretch, done: Done) -> bool:
    """Whether half of the stretch lies in it."""
    common_s = min(stretch.end_s, done.end_s) - max(stretch.begin_s, done.begin_s)
    return common_s >= (stretch.end_s - stretch.begin_s) / 2
