"""Light for the tests: counts of a synthetic heart with known beats."""

import numpy as np
from numpy.typing import NDArray
from vagaband.board.heart import Heart

Counts = NDArray[np.int64]
FULL_SCALE = (1 << 18) - 1
RATE_HZ = 100


def heart_counts(
    spec: str, seconds: float, noise_rms: float = 10, seed: int = 1
) -> tuple[Counts, NDArray[np.float64]]:
    """IR counts at 100 Hz, shape (n,), of the heart `spec`, and its beat times in s."""
    heart = Heart(spec)
    t_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    _, ir = heart.light(t_s)
    ir = ir + np.random.default_rng(seed).normal(0, noise_rms, len(ir))
    counts = np.clip(np.rint(ir), 0, FULL_SCALE).astype(np.int64)
    return counts, heart.truth_beats_s(seconds)
