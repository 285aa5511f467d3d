"""A person's weeks, made up at the level of epochs: what is known of them is known exactly.

RSA and heart period have a rhythm of the day, days that differ (SD 0.45 ln, 45 ms), a slow wander
within the day, and the estimator's own noise (0.33 ln, 10 ms an epoch). BP-RSA moves with the
breath twice: by the chain's own gain, and by what breathing does to RSA itself. The sensor is worn
for some hours of most days; epochs are refused in runs, as movement makes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import NormalDist
from zoneinfo import ZoneInfo

import numpy as np
from vagaband.analysis.model import Answers
from vagaband.profile.model import Beats, Epochs, History, Mark
from vagaband.reference.gain import BLIND_BELOW_HZ, bp_gain_ln
from vagaband.session import Floats

ZONE = ZoneInfo("Europe/Amsterdam")
BEGIN = datetime(2026, 10, 5, tzinfo=ZONE)  # a Monday; summer time ends within the month
EPOCH_S = 30.0
A_DAY = 2880  # epochs
REFUSED = ("motion", "corrected", "contact", "noise")  # the last leaves the heart period known
LEVEL_HP_MS, LEVEL_RSA_LN, LEVEL_BREATH = 850.0, 5.8, 14.5
GAIN_AT = np.linspace(0.08, 0.45, 75)  # Hz


@dataclass(frozen=True)
class Event:
    """Something that happens, and what it does while it lasts; `tail_s` is how slowly it goes
    (by a factor e). `kind` "" leaves it unmarked; a moment is marked at its begin."""

    begin_s: float
    end_s: float
    kind: str = "mark"
    tags: tuple[str, ...] = ()
    rsa_ln: float = 0.0
    hp_ms: float = 0.0
    breath_per_min: float = 0.0
    tail_s: float = 0.0
    moment: bool = True  # else the mark is a stretch up to `end_s`
    text: str = ""
    label: str = ""


@dataclass(frozen=True)
class Tag:
    """What goes with a tag, on average; each time it does something else (`vary_ln`, `vary_ms`
    are SD)."""

    name: str
    rsa_ln: float = 0.0
    hp_ms: float = 0.0
    breath_per_min: float = 0.0
    marks: int = 30  # in all
    minutes: float = 5.0
    vary_ln: float = 0.15
    vary_ms: float = 10.0


@dataclass(frozen=True)
class Person:
    """What a simulated person is like."""

    hours: float = 6.0  # worn on a day
    missing: float = 0.15  # of days
    refused: float = 0.15  # of epochs
    day_sd_ln: float = 0.45
    day_sd_ms: float = 45.0
    day_alike: float = 0.3  # correlation of a day with the next
    wander_ln: float = 0.0  # SD of what moves over weeks, beside the days
    wander_days: float = 10.0
    rsa_per_week: float = 0.0
    hp_per_week: float = 0.0
    slow_sd_ln: float = 0.35  # within the day
    slow_sd_ms: float = 40.0
    slow_min: float = 20.0
    hearts_go_along: float = 0.6  # correlation of heart period and RSA, of days and within them
    noise_ln: float = 0.33
    noise_ms: float = 10.0
    breath_sd: float = 2.0
    breath_min: float = 10.0  # how long a rate lasts
    breath_slope: float = -0.08  # ln for one breath a minute more, beside the chain's gain
    breath_known: float = 0.75  # of epochs
    breath_noise: float = 0.4


def simulate(
    days: int = 30,
    seed: int = 0,
    tags: Sequence[Tag] = (),
    events: Sequence[Event] = (),
    person: Person = Person(),
    answers: Answers | None = None,
) -> History:
    """So many days of a person from BEGIN on; `tags` are marked at random moments of wearing, 20
    minutes apart. Same seed, same person."""
    rng = np.random.default_rng(seed)
    n = days * A_DAY
    at_s: Floats = BEGIN.timestamp() + EPOCH_S * np.arange(n, dtype=np.float64)
    worn, spans = _worn(rng, days, person)
    happens = [*events, *_marked(rng, at_s, worn, tags)]
    rsa, hp, breath = _state(rng, at_s, person)
    for event in happens:
        first, shape = _shape(at_s, event)
        window = slice(first, first + len(shape))
        rsa[window] += event.rsa_ln * shape
        hp[window] += event.hp_ms * shape
        breath[window] += event.breath_per_min * shape
    epochs = _measured(rng, at_s, (rsa, hp, breath), worn, person)
    return History(
        person="simulated",
        zone=ZONE,
        epochs=epochs,
        marks=tuple(sorted(map(_mark, filter(_is_marked, happens)), key=lambda m: m.at_s)),
        stretches=(),
        spans=tuple((float(at_s[a]), float(at_s[b - 1] + EPOCH_S)) for a, b in spans),
        answers=answers,
        beats=lambda begin_s, end_s: beats_of(epochs, begin_s, end_s),
    )


def wander(rng: np.random.Generator, n: int, lasts: float, sd: float) -> Floats:
    """Noise (n,) whose correlation falls by a factor e every `lasts` samples."""
    kept = np.exp(-1 / lasts)
    lead = min(int(8 * lasts), 4 * n) + 1
    kernel = kept ** np.arange(lead) * np.sqrt(1 - kept**2)
    size = 1 << (n + 2 * lead).bit_length()
    noise = np.fft.rfft(rng.normal(size=n + lead), size)
    return sd * np.fft.irfft(noise * np.fft.rfft(kernel, size), size)[lead : lead + n]


def bp_gain(breath_per_min: Floats, hp_ms: float = LEVEL_HP_MS) -> Floats:
    """What the chain adds to BP-RSA at so many breaths a minute, in ln."""
    table = [bp_gain_ln(float(hz), hp_ms) for hz in GAIN_AT]
    return np.interp(breath_per_min / 60, GAIN_AT, table)


def beats_of(epochs: Epochs, begin_s: float, end_s: float) -> Beats:
    """Intervals that swing with the breath as the epochs say; a hole where an epoch is refused."""
    at: list[float] = []
    ibi: list[float] = []
    inside = (epochs.at_s + EPOCH_S > begin_s) & (epochs.at_s < end_s) & np.isfinite(epochs.hp_ms)
    t_s = begin_s
    for k in np.flatnonzero(inside):
        t_s = max(t_s, float(epochs.at_s[k]))
        swing = np.sqrt(2 * np.exp(epochs.rsa_ln[k])) if np.isfinite(epochs.rsa_ln[k]) else 0.0
        rate = epochs.breath_per_min[k]
        hz = (rate if np.isfinite(rate) else LEVEL_BREATH) / 60
        while t_s < min(epochs.at_s[k] + EPOCH_S, end_s):
            at.append(t_s)
            ibi.append(float(epochs.hp_ms[k] + swing * np.sin(2 * np.pi * hz * t_s)))
            t_s += ibi[-1] / 1000
    return Beats(np.array(at), np.array(ibi), np.zeros(len(at)))


def _worn(
    rng: np.random.Generator, days: int, person: Person
) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Whether it is worn (n,), and first and last epoch of each recording: two on most days."""
    worn = np.zeros(days * A_DAY, bool)
    for day in range(days):
        if rng.random() < person.missing:
            continue
        for share in (0.5, 0.5):
            length = round(120 * person.hours * share * rng.uniform(0.6, 1.4))
            begin = day * A_DAY + int(rng.integers(7 * 120, max(23 * 120 - length, 7 * 120 + 1)))
            worn[begin : begin + length] = True
    edges = np.flatnonzero(np.diff(np.concatenate(([0], worn, [0]))))
    return worn, [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _marked(
    rng: np.random.Generator, at_s: Floats, worn: np.ndarray, tags: Sequence[Tag]
) -> list[Event]:
    """Random moments of wearing, no two within 20 minutes; fewer where they do not fit."""
    wanted = [tag for tag in tags for _ in range(tag.marks)]
    places = rng.permutation(np.flatnonzero(worn))
    taken: list[float] = []
    for place in places:
        if len(taken) == len(wanted):
            break
        moment = float(at_s[place]) + rng.uniform(0, EPOCH_S)
        if all(abs(moment - other) >= 1200 for other in taken):
            taken.append(moment)
    order = rng.permutation(len(wanted))
    return [
        Event(
            moment,
            moment + 60 * tag.minutes,
            tags=(tag.name,),
            rsa_ln=tag.rsa_ln + tag.vary_ln * rng.normal(),
            hp_ms=tag.hp_ms + tag.vary_ms * rng.normal(),
            breath_per_min=tag.breath_per_min,
        )
        for moment, tag in ((m, wanted[k]) for m, k in zip(taken, order, strict=False))
    ]


def _shape(at_s: Floats, event: Event) -> tuple[int, Floats]:
    """First epoch, and share of the event's effect in each from there on."""
    first = max(int((event.begin_s - at_s[0]) // EPOCH_S), 0)
    last = int((event.end_s + 6 * event.tail_s - at_s[0]) // EPOCH_S) + 1
    begin = at_s[first:last]
    covered = np.minimum(begin + EPOCH_S, event.end_s) - np.maximum(begin, event.begin_s)
    shape = np.clip(covered / EPOCH_S, 0, 1)
    if event.tail_s:
        after = begin + EPOCH_S / 2 - event.end_s
        shape = np.where(after > 0, np.exp(-np.maximum(after, 0) / event.tail_s), shape)
    return first, shape


def _state(rng: np.random.Generator, at_s: Floats, person: Person) -> tuple[Floats, ...]:
    """RSA (ln), heart period and breathing rate of every epoch, worn or not, without events."""
    n, days = len(at_s), len(at_s) // A_DAY
    day = np.arange(n) // A_DAY
    turn = 2 * np.pi * (np.arange(n) % A_DAY / A_DAY - 3 / 24)  # most RSA at three at night
    alike = -1 / np.log(max(person.day_alike, 1e-9))
    of_day, other_day = (wander(rng, days, alike, 1.0)[day] for _ in range(2))
    slow, other = (wander(rng, n, 2 * person.slow_min, 1.0) for _ in range(2))
    drift = wander(rng, days, person.wander_days, 1.0)[day]
    week = (np.arange(n) - n / 2) / A_DAY / 7
    along, apart = person.hearts_go_along, np.sqrt(1 - person.hearts_go_along**2)
    rsa = LEVEL_RSA_LN + 0.35 * np.cos(turn) + person.rsa_per_week * week
    rsa = rsa + person.day_sd_ln * of_day + person.slow_sd_ln * slow + person.wander_ln * drift
    hp = LEVEL_HP_MS + 60 * np.cos(turn) + person.hp_per_week * week
    hp = hp + person.day_sd_ms * (along * of_day + apart * other_day + person.wander_ln * drift)
    hp = hp + person.slow_sd_ms * (along * slow + apart * other)
    breath = LEVEL_BREATH + wander(rng, n, 2 * person.breath_min, person.breath_sd)
    return rsa, hp, breath


def _measured(
    rng: np.random.Generator,
    at_s: Floats,
    state: tuple[Floats, ...],
    worn: np.ndarray,
    person: Person,
) -> Epochs:
    """What the sensor makes of it, where it is worn."""
    rsa, hp, breath = (values[worn] for values in state)
    n = len(rsa)
    rsa = rsa + person.breath_slope * (breath - LEVEL_BREATH)
    rsa = rsa + bp_gain(breath) + person.noise_ln * rng.normal(size=n)
    hp = hp + person.noise_ms * rng.normal(size=n)
    is_known = wander(rng, n, 6.0, 1.0) < _quantile(person.breath_known)
    refused = wander(rng, n, 4.0, 1.0) < _quantile(person.refused)
    kind = rng.integers(0, len(REFUSED), n // 8 + 1).repeat(8)[:n]
    reason = np.where(refused, np.array(REFUSED)[kind], "")
    known = np.where(is_known, breath + person.breath_noise * rng.normal(size=n), np.nan)
    is_slow = known / 60 < BLIND_BELOW_HZ  # unknown is not known to be slow
    return Epochs(
        at_s=at_s[worn],
        hp_ms=np.where((reason == "") | (reason == "noise"), hp, np.nan),
        rsa_ln=np.where((reason == "") & ~is_slow, rsa, np.nan),
        breath_per_min=np.where(reason == "", known, np.nan),
        valid=(reason == "").astype(float),
        reason=tuple(reason.tolist()),
    )


def _quantile(share: float) -> float:
    return NormalDist().inv_cdf(min(max(share, 1e-9), 1 - 1e-9))


def _is_marked(event: Event) -> bool:
    return bool(event.kind)


def _mark(event: Event) -> Mark:
    until_s = None if event.moment else event.end_s
    return Mark(event.begin_s, until_s, event.kind, event.text, event.tags, event.label)


def at(day: int, hour: float) -> float:
    """Seconds since 1970 of an hour of a day of the simulation by the wearer's clock."""
    return (BEGIN + timedelta(days=day, hours=hour)).timestamp()


def without(history: History, begin_s: float, end_s: float) -> History:
    """The same history, its epochs between two times gone: not worn there."""
    epochs = history.epochs
    kept = (epochs.at_s < begin_s) | (epochs.at_s >= end_s)
    left = Epochs(
        at_s=epochs.at_s[kept],
        hp_ms=epochs.hp_ms[kept],
        rsa_ln=epochs.rsa_ln[kept],
        breath_per_min=epochs.breath_per_min[kept],
        valid=epochs.valid[kept],
        reason=tuple(np.array(epochs.reason)[kept].tolist()),
    )
    return replace(history, epochs=left, beats=lambda a, b: beats_of(left, a, b))
