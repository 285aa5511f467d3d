"""Claims about the order of the rhythm: no measure of vagal tone, and no verdict."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Unpack

import numpy as np

from vagaband.analysis.claims_blocks import LEAST_S
from vagaband.analysis.model import Claim, Moment, Reading
from vagaband.analysis.moments import within
from vagaband.analysis.regularity import CHANCE_SHARE
from vagaband.analysis.saying import LEAST_EPOCHS, Where, said, unsaid, why_no_sum
from vagaband.analysis.uncertainty import median_interval


def of_order(reading: Reading) -> Iterator[Claim]:
    """Regularity of the whole and of each block; sample entropy and DFA of the whole."""
    yield _regularity(reading.moments)
    for k, block in enumerate(reading.blocks):
        where: Where = {"begin_s": block.begin_s, "end_s": block.end_s, "block": k}
        if block.end_s - block.begin_s < LEAST_S:
            yield unsaid("regularity", "share", "short_block", **where)
        else:
            inside = within(reading.moments, block.begin_s, block.end_s)
            yield _regularity([reading.moments[i] for i in inside], **where)
    for kind, name in (("sample_entropy", "sample_entropy"), ("dfa_alpha1", "alpha1")):
        yield _of_segments(reading, kind, name)


def _regularity(moments: Sequence[Moment], **where: Unpack[Where]) -> Claim:
    known = [moment.regularity for moment in moments if moment.regularity is not None]
    shares = np.array(known, float)
    why = why_no_sum(moments)
    if why == "irregular" or len(shares) < LEAST_EPOCHS:
        return unsaid("regularity", "share", why or "short", n=len(shares), **where)
    middle = float(np.median(shares))
    if middle <= CHANCE_SHARE:
        return unsaid("regularity", "share", "no_rhythm", n=len(shares), **where)
    low, high = median_interval(shares)
    bounded = max(low, 0.0), min(high, 1.0)
    return said("regularity", middle, "share", bounded, n=len(shares), **where)


def _of_segments(reading: Reading, kind: str, name: str) -> Claim:
    known = [getattr(segment, name) for segment in reading.segments]
    values = np.array([value for value in known if value is not None], float)
    if not len(values):
        whys = Counter(segment.why for segment in reading.segments if segment.why)
        return unsaid(kind, "", whys.most_common(1)[0][0] if whys else "short")
    interval = median_interval(values) if len(values) >= LEAST_EPOCHS else None
    return said(kind, float(np.median(values)), "", interval, n=len(values))
