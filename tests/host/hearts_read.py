"""Hearts as sessions to be read, without a device: intervals, and the reference's epochs."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from paced_hearts import STEP_S, beats_of, breath, slow_wave, wander
from vagaband.analysis.model import Claim, Piece, Reading
from vagaband.numbers import numbers_of
from vagaband.reference.irregularity import irregularity
from vagaband.reference.run_numbers import EPOCH_S, Run, runs_of
from vagaband.session import Epoch, Interval, Session

NOTHING = np.zeros(0)


def heart(
    rng: np.random.Generator,
    minutes: float,
    *,
    hp_ms: float = 850.0,
    breath_hz: float = 0.25,
    swing_ms: float = 40.0,
    slow_ms: float = 8.0,
    wander_ms: float = 12.0,
    slow: tuple[float, float, float, float] | None = None,
) -> list[Interval]:
    """A heart at rest: RSA (trough to peak), the vessels' slow wave and a wander (SD).

    In `slow` (begin and end in s, rate in Hz, swing in ms) it breathes slowly instead.
    """
    n = int(60 * minutes / STEP_S) + 20
    t_s = np.arange(n) * STEP_S
    wave = breath(rng, t_s, breath_hz, swing_ms / 2)
    if slow:
        begin_s, end_s, hz, slow_swing_ms = slow
        inside = (t_s >= begin_s) & (t_s < end_s)
        wave[inside] = breath(rng, t_s[inside] - begin_s, hz, slow_swing_ms / 2)
    wave = wave + slow_ms * slow_wave(rng, n) + wander_ms * wander(rng, n)
    return beats_of(rng, hp_ms, t_s, wave)


def intervals_of(ibi_ms: Sequence[float] | np.ndarray) -> list[Interval]:
    """One unbroken run of sound intervals."""
    begins_s = np.concatenate([[0.0], np.cumsum(ibi_ms)[:-1] / 1000])
    return [Interval(float(t), float(x), "ok", 0) for t, x in zip(begins_s, ibi_ms, strict=True)]


def session_of(
    intervals: Sequence[Interval],
    breath_per_min: float | None = 15.0,
    floor_ln: float | None = -1.0,
) -> Session:
    """A session with an epoch for each 30 s, valid as the device would have it, and a breathing
    rate that is well known (None: unknown)."""
    epochs = [
        _epoch(run, number, run.period.start_s + k * EPOCH_S, breath_per_min, floor_ln)
        for number, run in runs_of(intervals).items()
        for k in range(int((run.ends_s[-1] - 2 * run.period.start_s) // EPOCH_S))
    ]
    return Session("test", 0, NOTHING, NOTHING, NOTHING, list(intervals), epochs)


def _epoch(
    run: Run, number: int, start_s: float, breath_per_min: float | None, floor_ln: float | None
) -> Epoch:
    rsa = run.rsa(start_s)
    inside = (run.ends_s > start_s) & (run.ends_s <= start_s + EPOCH_S)
    order = irregularity(run.ibi_ms[inside])
    epoch = Epoch(
        t_s=run.first_s + start_s,
        ln_ms2=rsa.ln_ms2 if rsa else None,
        bp_ln_ms2=rsa.bp_ln_ms2 if rsa else None,
        rmssd_ms=run.rmssd_ms(start_s),
        mean_hp_ms=run.mean_hp_ms(start_s),
        corrected_share=run.corrected_share(start_s),
        valid=True,
        reason="",
        run=number,
        noise_floor_ln=floor_ln,
        breath_per_min=breath_per_min,
        breath_confidence="good" if breath_per_min else "none",
    )
    reason = ""
    if order and order.irregular:
        reason = "irregular"
    elif epoch.corrected_share > 0.1:
        reason = "corrected"
    elif epoch.ln_ms2 is None:
        reason = "flat"
    elif floor_ln is not None and epoch.ln_ms2 < floor_ln + 1:
        reason = "noise"
    return replace(epoch, valid=not reason, reason=reason)


def piece_of(session: Session, source: str = "light", began=None, offset_s: float = 0.0) -> Piece:
    """The session as a piece of a day."""
    return Piece("heart.csv", source, began, offset_s, session, numbers_of(session))


def claims_by_kind(reading: Reading) -> dict[str, list[Claim]]:
    """All claims of each kind."""
    found: dict[str, list[Claim]] = {}
    for claim in reading.claims:
        found.setdefault(claim.kind, []).append(claim)
    return found


def there(value: float | None) -> float:
    """A number that has to be there."""
    assert value is not None
    return value


def interval(claim: Claim) -> tuple[float, float]:
    """Of a claim that has to have one."""
    return there(claim.low), there(claim.high)
