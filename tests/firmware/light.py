"""Light for the tests: counts of a synthetic heart with known beats, and FIFO bytes."""

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


def fifo_bytes(ir: Counts, lead_in: int = 50) -> bytes:
    """What the FIFO holds for this light: red, IR, 3 bytes each; some samples of the first before.

    Red is nine tenths of IR.
    """
    both = np.column_stack([ir * 9 // 10, ir])
    both = np.concatenate([np.repeat(both[:1], lead_in, axis=0), both])
    bytes_of = np.stack([both >> 16, both >> 8 & 0xFF, both & 0xFF], axis=-1)
    return bytes_of.astype(np.uint8).tobytes()
