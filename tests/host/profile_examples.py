"""Profiles made by hand, for what a page must show: full, empty, too little, a pacemaker."""

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vagaband.analysis.model import Answers
from vagaband.profile.model import (
    Candidate,
    DayValue,
    Effect,
    Efficiency,
    Estimate,
    Glimmer,
    Glimmers,
    Phase,
    Profile,
    Recovery,
    Shifts,
    Together,
    Treatment,
    Trend,
)

ZONE = ZoneInfo("Europe/Amsterdam")
FIRST = date(2026, 10, 26)
BEGAN_S = datetime(2026, 10, 26, 8, tzinfo=UTC).timestamp()
DAY_S = 86400.0
MISSING, REFUSED = (5, 6, 17, 24), (11,)


def est(value: float, half: float, n: int = 20, smallest: float | None = None) -> Estimate:
    return Estimate(value, value - half, value + half, n, smallest)


def no(why: str, n: int = 0) -> Estimate:
    return Estimate(None, None, None, n, why=why)


def at(day: int, hour: float) -> float:
    return BEGAN_S + day * DAY_S + (hour - 9) * 3600


def full() -> Profile:
    """A person of whom everything is known."""
    return Profile(
        person="p07",
        zone=ZONE,
        begin_s=at(0, 9),
        end_s=at(29, 21),
        trend=trend(),
        effects=effects(),
        recoveries=recoveries(),
        shifts=shifts(),
        glimmers=glimmers(),
        treatments=treatments(),
        together=together(),
        answers=Answers(False, False, True),
    )


def trend() -> Trend:
    return Trend(
        days=tuple(_day(k) for k in range(30)),
        rsa=est(6.12, 0.17, 25),
        hp=est(842.0, 14.0, 25),
        rsa_day_sd=0.44,
        hp_day_sd=31.0,
        rsa_per_week=est(0.04, 0.13, 25, 0.19),
        hp_per_week=est(14.0, 9.0, 25, 11.0),
        rsa_change="",
        hp_change="longer",
    )


def _day(k: int) -> DayValue:
    day = FIRST + timedelta(days=k)
    if k in MISSING:
        return DayValue(day, None, None, 0, 0.0)
    if k in REFUSED:
        return DayValue(day, None, None, 0, 1.2)
    wobble = ((k * 37) % 19 - 9) / 9
    return DayValue(
        day, 6.12 + 0.5 * wobble, 842 + 30 * wobble + 2 * (k - 15), 280 + 9 * k, 11 + wobble
    )


def effects() -> tuple[Effect, ...]:
    few = (no("few_marks", 3),) * 3
    return (
        _effect("wandelen", 24, (est(-96, 31, 24, 35), est(-0.42, 0.24, 24, 0.26),
                est(1.1, 0.9, 24, 0.9)), "less", "shorter", True),
        _effect("de kat op schoot", 19, (est(38, 24, 19, 27), est(0.46, 0.22, 19, 0.25),
                est(-0.3, 0.8, 19, 0.9)), "more", "longer"),
        _effect("telefoon", 11, (est(-8, 36, 11, 41), est(-0.12, 0.31, 11, 0.36),
                no("breath_unknown", 4))),
        _effect("trigger", 14, (est(-41, 30, 14, 30), est(-0.21, 0.27, 14, 0.31),
                est(0.6, 1.0, 14, 1.1)), "", "shorter"),
        _effect("piano", 3, few),
    )  # fmt: skip


def _effect(
    tag: str,
    marks: int,
    estimates: tuple[Estimate, ...],
    rsa: str = "",
    hp: str = "",
    breathing: bool = False,
) -> Effect:
    period, even, breath = estimates
    of_breath = no(breath.why) if breath.why else est(-0.15 if breathing else 0.02, 0.06)
    of_rsa = even if even.value is None else est(even.value + (of_breath.value or 0.0), 0.3)
    days, controls = marks * 3 // 4, 10 * marks
    found = (period, of_rsa, even, of_breath, breath)
    return Effect(tag, marks, days, controls, *found, rsa, hp, breathing)


def recoveries() -> tuple[Recovery, ...]:
    given = Efficiency(58.0, 7.0, 66.0, 0.81, 44, 0.72, "", ("namesakes", "breath_moved"))
    wide = Efficiency(None, None, None, 0.61, 28, 0.55, "wide", ("namesakes", "breath_unknown"))
    late = Estimate(None, 540.0, None, 30, why="not_in_recording")
    open_end = Estimate(320.0, 230.0, None, 40)
    return (
        _recovery(3, "posture", "opgestaan", (est(-1.1, 0.4), est(-140, 22), est(155, 60)),
                  "recovered", given),
        _recovery(9, "exercise", "de trap", (est(-1.6, 0.5), est(-230, 30), open_end),
                  "recovered", wide),
        _recovery(14, "challenge", "slecht nieuws", (est(-0.7, 0.4), est(-60, 25), late),
                  "not_in_recording"),
        _recovery(20, "trigger", "", (est(-0.1, 0.5), est(4, 22), no("no_reaction")),
                  "no_reaction"),
        _recovery(26, "trigger", "bijna aangereden", (no("motion"),) * 3, "refused"),
    )  # fmt: skip


def _recovery(
    day: int,
    kind: str,
    text: str,
    estimates: tuple[Estimate, ...],
    state: str,
    efficiency: Efficiency | None = None,
) -> Recovery:
    begin_s = at(day, 10)
    until_s = None if kind == "trigger" else begin_s + 420
    baseline = {"posture": "own", "exercise": "before"}.get(kind, "own")
    rsa, hp, back = estimates
    return Recovery(
        begin_s, until_s, kind, text, rsa, hp, back, state, baseline, 600.0, efficiency
    )


def shifts() -> Shifts:
    share = {"usual_usual": 0.61, "faster_less": 0.16, "slower_more": 0.12, "usual_more": 0.08,
             "slower_less": 0.03}  # fmt: skip
    stay = {"usual_usual": 900.0, "faster_less": 380.0, "slower_more": 440.0, "usual_more": 210.0,
            "slower_less": 150.0}  # fmt: skip
    return Shifts(71.0, est(3.1, 0.4, 71), stay, share)


def glimmers() -> Glimmers:
    marked = (
        Glimmer(at(2, 20.2), "de kat op schoot", est(0.5, 0.6), est(30, 40)),
        Glimmer(at(8, 13.1), "zon op het balkon", est(0.1, 0.6), est(12, 40)),
        Glimmer(at(19, 19.4), "", no("short"), no("short")),
    )
    candidates = (
        Candidate(at(12, 14.5), 0.81, 52.0, 0.4, -0.4),
        Candidate(at(22, 21.1), 0.74, 44.0, 0.5),
    )
    return Glimmers(
        marked, est(0.31, 0.24, 9, 0.27), est(22, 18, 9, 20), candidates, 0.21, "", 9, 25
    )


def treatments() -> tuple[Treatment, ...]:
    done = ("emdr", "tapping", "breathing", "voetbad", "emdr")
    return tuple(_treatment(4 + 6 * k, name) for k, name in enumerate(done))


def _treatment(day: int, name: str) -> Treatment:
    begin_s = at(day, 14)
    shaken = name == "tapping"
    during = no("refused") if shaken else est(5.9, 0.3)
    phases = {
        "before": Phase(begin_s - 600, begin_s, est(5.8, 0.22), est(821, 18), est(14.2, 0.8),
                        {"motion": 0.1}),
        "during": Phase(begin_s, begin_s + 1800, during, est(790, 16), no("breath_unknown"),
                        {"motion": 0.62 if shaken else 0.2, "noise": 0.08, "not_recorded": 0.05}),
        "after": Phase(begin_s + 1800, begin_s + 2400, est(6.3, 0.2), est(852, 17),
                       est(12.8, 0.7), {}),
    }  # fmt: skip
    rsa = {"during": no("refused") if shaken else est(0.1, 0.4), "after": est(0.5, 0.34)}
    hp = {"during": est(-31, 25), "after": est(31, 24)}
    warnings = {"tapping": ("shaken",), "breathing": ("paced",), "voetbad": ("start_unknown",)}
    swing = 112.0 if name == "breathing" else None
    return Treatment(begin_s, begin_s + 1800, name, phases, rsa, hp, swing, warnings.get(name, ()))


def together() -> tuple[Together, ...]:
    return (
        Together("emdr", 2, {"during": no("few_times"), "after": no("few_times")},
                 {"during": est(-28, 30, 2), "after": est(25, 35, 2, 40)}),
        Together("voetbad", 9, {"during": est(0.05, 0.3, 9, 0.34), "after": est(0.41, 0.29, 9)},
                 {"during": est(10, 20, 9, 22), "after": est(33, 21, 9, 22)}),
    )  # fmt: skip


def empty() -> Profile:
    """A person of whom nothing was recorded."""
    none = no("few_days")
    return Profile(
        person="p08",
        zone=ZONE,
        begin_s=None,
        end_s=None,
        trend=Trend((), none, none, None, None, none, none, "", ""),
        effects=(),
        recoveries=(),
        shifts=Shifts(0.0, no("no_baseline"), {}, {}),
        glimmers=Glimmers((), no("few_times"), no("few_times"), (), None, "few_days"),
        treatments=(),
        together=(),
        answers=None,
    )


def too_little(why: str = "few_days") -> Profile:
    """The full one, where each estimate is refused for one reason."""
    refused = _refuse(full(), why)
    return replace(refused, glimmers=replace(refused.glimmers, candidates=(), why=why))


def _refuse(value: Any, why: str) -> Any:
    if isinstance(value, Estimate):
        return no(why, value.n)
    if isinstance(value, tuple):
        return tuple(_refuse(one, why) for one in value)
    if isinstance(value, dict):
        return {key: _refuse(one, why) for key, one in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    claims = ("rsa_claim", "hp_claim", "rsa_change", "hp_change")
    changed = {f.name: _refuse(getattr(value, f.name), why) for f in fields(value)}
    changed |= {name: "" for name in claims if name in changed}
    if isinstance(value, Efficiency):
        return replace(value, slope=None, slope_se=None, major_axis=None, r=None, why=why)
    if isinstance(value, Recovery):
        changed["state"] = "refused"
    return replace(value, **changed)


def pacemaker() -> Profile:
    """A person with a pacemaker: the heart period is what it is, and nothing else is read."""
    refused = too_little("pacemaker")
    return replace(
        refused,
        trend=replace(trend(), rsa=no("pacemaker"), rsa_per_week=no("pacemaker"),
                      rsa_day_sd=None,
                      days=tuple(replace(day, rsa_ln=None) for day in trend().days)),
        answers=Answers(True, None, False),
    )  # fmt: skip


def hostile(evil: str) -> Profile:
    """The full one, with a foreign text wherever a text may stand."""
    whole = full()
    return replace(
        whole,
        person=evil,
        effects=tuple(replace(one, tag=evil + str(k)) for k, one in enumerate(whole.effects)),
        recoveries=tuple(replace(one, text=evil) for one in whole.recoveries[:2])
        + tuple(replace(one, text="", kind=evil) for one in whole.recoveries[2:]),
        glimmers=replace(
            whole.glimmers,
            marked=tuple(replace(one, text=evil) for one in whole.glimmers.marked),
        ),
        treatments=tuple(replace(one, name=evil) for one in whole.treatments),
        together=tuple(replace(one, name=evil) for one in whole.together),
    )
