"""How irregular a rhythm is: an irregular one looks like splendid vagal tone and is none.

Breathing swings intervals far, and predictably; an irregular rhythm jumps unpredictably. Size and
turning points (Dash, Chon, Lu and Raeder 2009, Ann Biomed Eng 37:1701), sample entropy by its
coefficient (Lake and Moorman 2011, Am J Physiol Heart 300:H319), and what an autoregressive model
(Burg 1975) can't predict. Nothing here names a rhythm or its cause.
"""

from dataclasses import dataclass

import numpy as np

from vagaband.session import Floats

FEWEST = 16  # intervals
MODEL_ORDER = 6  # a breath, its first harmonic and a slow wave: three sinusoids
Q3_NORMAL = 1.1503  # three quarters of a normal distribution lie within so many SD
MOST_UNPREDICTED = 0.07  # of the mean; still sinus rhythm has 0.01-0.04, an irregular one > 0.1
MOST_ENTROPY = -1.4  # coefficient of sample entropy (Lake & Moorman: fibrillation above)
LEAST_RMSSD = 0.1  # of the mean (Dash)
MOST_RMSSD = 0.3  # of the mean: a breath's swing of 300 ms at 100 beats a minute makes 0.23
HISTOGRAM_BINS = 16  # (Dash)
TEMPLATE = 1  # beats that match before the next is asked for (Lake & Moorman: m = 1)
TOLERANCE_MS = 30.0  # widened until enough matches are found
FEWEST_MATCHES = 5


@dataclass(frozen=True)
class Irregularity:
    """Measures of one stretch of raw intervals."""

    rmssd_share: float  # RMSSD over the mean interval
    turning_points: float  # share of inner intervals that are peaks or troughs; random: 2/3
    entropy_bits_share: float  # Shannon entropy of the histogram, 0..1
    sample_entropy: float  # coefficient: quadratic sample entropy less ln of the mean in s
    unpredicted: float  # spread that a linear model leaves, over the mean; a rare beat is no part

    @property
    def irregular(self) -> bool:
        """Whether RSA of this stretch means nothing: large steps that the steps before them do
        not foretell, or (every second or third beat premature) larger ones than a breath makes."""
        unforetold = self.unpredicted > MOST_UNPREDICTED and self.rmssd_share > LEAST_RMSSD
        return unforetold or self.rmssd_share > MOST_RMSSD


def irregularity(ibi_ms: Floats) -> Irregularity | None:
    """Measures of raw intervals (n,) in ms in order; None for fewer than 16."""
    ibi = np.asarray(ibi_ms, dtype=np.float64)
    if len(ibi) < FEWEST:
        return None
    mean = float(ibi.mean())
    return Irregularity(
        rmssd_share=float(np.sqrt(np.mean(np.diff(ibi) ** 2))) / mean,
        turning_points=turning_points(ibi),
        entropy_bits_share=histogram_entropy(ibi),
        sample_entropy=sample_entropy_coefficient(ibi),
        unpredicted=float(np.percentile(np.abs(burg_errors(ibi - mean)), 75)) / Q3_NORMAL / mean,
    )


def turning_points(values: Floats) -> float:
    """Share of inner values above both or below both of their neighbours; 2/3 for a random
    series (Kendall)."""
    before, at, after = values[:-2], values[1:-1], values[2:]
    return float(np.mean((at - before) * (at - after) > 0))


def histogram_entropy(values: Floats) -> float:
    """Shannon entropy of 16 bins between the extremes, over that of a flat histogram."""
    counts = np.histogram(values, HISTOGRAM_BINS)[0]
    share = counts[counts > 0] / len(values)
    return float(-np.sum(share * np.log(share)) / np.log(HISTOGRAM_BINS))


def sample_entropy_coefficient(ibi_ms: Floats) -> float:
    """-ln(share of matches that still match one beat later), plus ln(2r), less ln of the mean
    interval; r grows until there are five such matches."""
    apart = np.abs(ibi_ms[:, None] - ibi_ms)
    pairs = np.triu_indices(len(ibi_ms) - TEMPLATE, 1)
    now, later = apart[:-TEMPLATE, :-TEMPLATE][pairs], apart[TEMPLATE:, TEMPLATE:][pairs]
    both = np.maximum(now, later)
    tolerance = max(TOLERANCE_MS, float(np.partition(both, FEWEST_MATCHES)[FEWEST_MATCHES]))
    kept = np.count_nonzero(both <= tolerance) / np.count_nonzero(now <= tolerance)
    return float(-np.log(kept) + np.log(2 * tolerance) - np.log(ibi_ms.mean()))


def burg_errors(values: Floats) -> Floats:
    """What Burg's autoregressive model can't predict of a series (n,) of mean 0, forward and
    backward in time, shape (2 (n - order),)."""
    forward, backward = values[1:], values[:-1]
    for _ in range(MODEL_ORDER):
        power = float(np.sum(forward**2) + np.sum(backward**2))
        if power <= 0:
            break
        reflection = -2 * float(np.sum(forward * backward)) / power
        forward, backward = (
            (forward + reflection * backward)[1:],
            (backward + reflection * forward)[:-1],
        )
    return np.concatenate([forward, backward])
