"""Peak-to-trough RSA (Grossman, van Beek and Wientjes 1990, Psychophysiology 27:702).

Per breath the longest interval of the expiration less the shortest of the inspiration, in ms. Both
phases reach 750 ms further, because the heart follows the breath with a delay.
"""

from dataclasses import dataclass

import numpy as np

from vagaband.session import Floats

LAG_S = 0.75


@dataclass(frozen=True)
class Breaths:
    """Breaths in order: inspiration from `onsets_s[k]` to `turns_s[k]`, expiration to
    `onsets_s[k + 1]`; shapes (n + 1,) and (n,)."""

    onsets_s: Floats
    turns_s: Floats


def of_pacer(start_s: float, end_s: float, breath_hz: float, inhale_share: float) -> Breaths:
    """The whole breaths that a pacer asks for from `start_s` on: what was asked, not what was
    done."""
    count = int(np.floor((end_s - start_s) * breath_hz + 1e-9))
    onsets_s = start_s + np.arange(count + 1) / breath_hz
    return Breaths(onsets_s, onsets_s[:-1] + inhale_share / breath_hz)


def swings_ms(beats_s: Floats, breaths: Breaths) -> Floats:
    """Peak-to-trough of each breath in ms, shape (n,): 0 where the heart goes against the breath,
    NaN where a phase holds no interval. An interval belongs where its ending beat falls."""
    ends_s, ibi_ms = beats_s[1:], 1000 * np.diff(beats_s)
    swings = np.full(len(breaths.turns_s), np.nan)
    for k, turn_s in enumerate(breaths.turns_s):
        onset_s, next_s = breaths.onsets_s[k], breaths.onsets_s[k + 1]
        breathing_in = ibi_ms[(ends_s >= onset_s) & (ends_s <= turn_s + LAG_S)]
        breathing_out = ibi_ms[(ends_s >= turn_s) & (ends_s <= next_s + LAG_S)]
        if len(breathing_in) and len(breathing_out):
            swings[k] = max(0.0, float(breathing_out.max() - breathing_in.min()))
    return swings


def peak_to_trough_ms(beats_s: Floats, breaths: Breaths) -> float | None:
    """Mean over the breaths that have a value, zeros included; None where none has."""
    swings = swings_ms(beats_s, breaths)
    return float(np.nanmean(swings)) if np.isfinite(swings).any() else None
