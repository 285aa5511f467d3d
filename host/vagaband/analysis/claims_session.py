"""Claims about a whole session or day."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from vagaband.analysis.baseline import is_comparable
from vagaband.analysis.change import against_baseline, comparison_of
from vagaband.analysis.model import Claim, Moment, Reading
from vagaband.analysis.regions import HP_KNOWN, REGIONS
from vagaband.analysis.saying import LEAST_EPOCHS, said, unsaid, why_no_sum
from vagaband.analysis.uncertainty import estimator_sd, hp_sd, median_interval

KINDS_OF_RSA = ("pb2", "bp")


def of_session(reading: Reading) -> Iterator[Claim]:
    """How much there is and how good; heart, RSA and breathing; the map."""
    yield from _quality(reading)
    yield from _context(reading)
    yield from _levels(reading)
    yield from _map(reading)


def _quality(reading: Reading) -> Iterator[Claim]:
    moments, n = reading.moments, len(reading.moments)
    yield said(
        "recorded", sum(piece.seconds for piece in reading.pieces), "s", n=len(reading.pieces)
    )
    if any(piece.source == "intervals" for piece in reading.pieces):
        yield unsaid("light", "", "intervals_only")
    if any(piece.began is None for piece in reading.pieces):
        yield unsaid("time_of_day", "", "undated")
    if not moments:
        yield unsaid("valid_share", "share", "short" if _has_beats(reading) else "no_beats")
        return
    reasons = Counter(moment.reason for moment in moments)
    yield said("valid_share", sum(m.valid for m in moments) / n, "share", n=n)
    for reason, count in sorted(reasons.items(), key=lambda item: -item[1]):
        if reason:
            yield said("refused_share", count / n, "share", n=count, about=reason)
    corrected = float(np.mean([moment.corrected_share for moment in moments]))
    yield said("corrected_share", corrected, "share", n=n)


def _has_beats(reading: Reading) -> bool:
    return any(piece.session.intervals for piece in reading.pieces)


def _context(reading: Reading) -> Iterator[Claim]:
    rates = [m.breath_per_min for m in reading.moments if m.valid and m.breath_per_min]
    if len(rates) >= LEAST_EPOCHS:
        low, high = np.percentile(rates, [5, 95]).tolist()
        middle = float(np.median(rates))
        yield said("breathing_rate", middle, "/min", (low, high), n=len(rates))
    else:
        yield unsaid("breathing_rate", "/min", "breath_unknown", n=len(rates))
    own = reading.baseline
    if own.kind == "own":
        yield said("own_baseline", own.days, "days", n=own.epochs, baseline="own")
    else:
        why = own.why_not or "no_rows"
        yield unsaid("own_baseline", "days", why, n=own.epochs, baseline=own.kind)


def _levels(reading: Reading) -> Iterator[Claim]:
    """Heart period and RSA of the whole, and against the own baseline where there is one."""
    moments = reading.moments
    hp = [m.mean_hp_ms for m in moments if m.mean_hp_ms and m.reason in HP_KNOWN]
    why = why_no_sum(moments, hp=True)
    if why or len(hp) < LEAST_EPOCHS:
        yield unsaid("mean_hp", "ms", why or "short", n=len(hp))
    else:
        interval = median_interval(np.array(hp, float), hp_sd(len(hp)))
        yield said("mean_hp", float(np.median(hp)), "ms", interval, n=len(hp))
    yield from _rsa_level(moments)
    if all(one.kind == "own" for one in reading.baselines):
        yield from against_baseline(moments, reading.baseline, comparison_of(reading, 2))


def _rsa_level(moments: Sequence[Moment]) -> Iterator[Claim]:
    why = why_no_sum(moments)
    even = [m for m in moments if is_comparable(m) and m.rsa_ln is not None]
    counts = Counter(moment.rsa_kind for moment in even)
    kind = max(KINDS_OF_RSA, key=lambda one: counts[one])
    values = np.array([m.rsa_ln for m in even if m.rsa_kind == kind], float)
    if why or len(values) < LEAST_EPOCHS:
        slow = any(m.valid and m.rsa_kind and not is_comparable(m) for m in moments)
        why = why or ("slow_breathing" if slow else "short")
        yield unsaid("rsa", "ln ms²", why, n=len(values))
        return
    interval = median_interval(values, estimator_sd(len(values)))
    yield said("rsa", float(np.median(values)), "ln ms²", interval, n=len(values), about=kind)


def _map(reading: Reading) -> Iterator[Claim]:
    placed = Counter(moment.region for moment in reading.moments if moment.region)
    total = placed.total()
    if why_no_sum(reading.moments) == "irregular":
        yield unsaid("region_share", "share", "irregular", n=total)
        return
    if total < LEAST_EPOCHS:
        whys = Counter(m.region_why for m in reading.moments if m.region_why)
        why = whys.most_common(1)[0][0] if whys else "short" if _has_beats(reading) else "no_beats"
        yield unsaid("region_share", "share", why, n=total)
        return
    for region in REGIONS:
        if placed[region]:
            share, kind = placed[region] / total, reading.baseline.kind
            yield said("region_share", share, "share", n=total, about=region, baseline=kind)
