"""Light without a finger, seeded: what a detector finds in it is false.

IR counts at the firmware's default LED current and range (board/light.py).
"""

import numpy as np

from vagaband.board.light import NO_FINGER_COUNTS
from vagaband.recording import FULL_SCALE, Counts

SECONDS = 120.0
SEED = 4
TABLE_COUNTS = 9000.0  # a pale table under the window: a third of what counts as contact
NOISE_RMS = 10.0  # counts, as of the synthetic heart
LAMP_COUNTS, LAMP_HZ = 60.0, 1.3  # a lamp's flicker that sampling turns into a pulse-like beat
LIGHTS = ("air", "table", "lamp")


def counts(light: str, rate_hz: float) -> Counts:
    """IR counts, shape (n,), of one of LIGHTS."""
    rng = np.random.default_rng([SEED, LIGHTS.index(light)])
    t_s = np.arange(round(SECONDS * rate_hz)) / rate_hz
    level = TABLE_COUNTS if light == "table" else NO_FINGER_COUNTS
    lamp = LAMP_COUNTS * np.sin(2 * np.pi * LAMP_HZ * t_s) if light == "lamp" else 0.0
    noise = rng.normal(0, NOISE_RMS, len(t_s))
    return np.rint(np.clip(level + lamp + noise, 0, FULL_SCALE)).astype(np.int64)
