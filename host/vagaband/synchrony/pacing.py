"""A rhythm that both hearts share: one pacer, or breaths that keep phase with each other.

What two people have in common then may be the pacer's doing, and no test of chance tells it from
anything else. Two signs: both hearts hold a line, that is one steady frequency, at the same place
(the product of two of Thomson's F tests, 1982, Proc IEEE 70:1055, with sine tapers); or their
swings keep phase somewhere, as of breaths that wander together. Each is corrected for the
frequencies and stretches that were looked at.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from vagaband.reference.rsa import GRID_HZ
from vagaband.session import Floats
from vagaband.synchrony.model import Course, Pacing

BAND_HZ = (0.06, 0.45)
TAPERS, TAPERS_IN_PART = 8, 5  # of an unbroken stretch, and of a part of it
LEAST_S = 120.0
BRIDGED_S = 8.0
PART_S, STEP_S = 150.0, 50.0  # a pace that did not last is found in parts
# Chance of a shared line, and of phases; and of each heart's own line, for beside one who breathes
# like a clock a stranger's line has to be at that one place only.
LINE, PHASE, ONE_LINE = 0.01, 0.001, 0.003
LINE_IN_PART = 0.001
SAME_TURNS = 0.35  # by which two lines may differ over the stretch
DRIFT_DEGREE = 3
PHASE_S = 32.0  # of the windows whose phases are compared
LEVEL_S = 30.0  # Hann: about a breath at the slowest pace on either side


def shared_rhythms(a: Course, b: Course) -> list[Pacing]:
    """Stretches in which both hearts show one rhythm, in order; one that is found as a whole
    stands for its parts."""
    found = []
    one, other = bridged(a.rhythm_ms), bridged(b.rhythm_ms)
    for first, last in _unbroken(np.isfinite(one) & np.isfinite(other)):
        lines = (_levelled(one[first:last]), _levelled(other[first:last]))
        whole = _of_stretch(*lines, TAPERS, LINE, ONE_LINE, PHASE)
        if whole:
            found.append(Pacing(first / GRID_HZ, last / GRID_HZ, *whole))
        else:
            found += joined(_parts(*lines, first))
    return found


def bridged(line: Floats) -> Floats:
    """A line (n,) with straight lines over its short holes: else a finger that slips now and then
    would hide a pacer."""
    known = np.flatnonzero(np.isfinite(line))
    if not len(known):
        return line
    at = np.arange(len(line))
    after = np.clip(np.searchsorted(known, at), 0, len(known) - 1)
    before = np.clip(np.searchsorted(known, at, "right") - 1, 0, None)
    short = known[after] - known[before] <= BRIDGED_S * GRID_HZ
    inside = (at >= known[0]) & (at <= known[-1]) & short
    return np.where(inside, np.interp(at, known, line[known]), np.nan)


def _parts(a: Floats, b: Floats, offset: int) -> list[Pacing]:
    """The same in parts of a stretch that begins at sample `offset` of the axis."""
    size = int(PART_S * GRID_HZ)
    begins = range(0, len(a) - size, int(STEP_S * GRID_HZ))
    found = []
    for k in begins:
        part = slice(k, k + size)
        most = LINE_IN_PART / len(begins), ONE_LINE / len(begins), 0.0
        if shared := _of_stretch(a[part], b[part], TAPERS_IN_PART, *most):
            begin_s = (offset + k) / GRID_HZ
            found.append(Pacing(begin_s, begin_s + PART_S, *shared))
    return found


def _unbroken(known: np.ndarray) -> Iterator[tuple[int, int]]:
    """Begin and end of the stretches that are long enough."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(int), [0]])))
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if last - first >= LEAST_S * GRID_HZ:
            yield first, last


def joined(parts: Sequence[Pacing]) -> list[Pacing]:
    """Parts that overlap as one."""
    found: list[Pacing] = []
    for part in parts:
        if found and part.begin_s <= found[-1].end_s:
            last = found.pop()
            rate = (last.per_min + part.per_min) / 2
            part = Pacing(last.begin_s, part.end_s, rate, part.by)
        found.append(part)
    return found


def _of_stretch(
    a: Floats, b: Floats, tapers: int, most_line: float, most_one: float, most_phase: float
) -> tuple[float, str] | None:
    """Rate (a minute) and sign of a rhythm that two lines (n,) share; None where chance makes as
    much oftener: a line of both, a line of each, the same phases."""
    count = len(a)
    padded = 1 << int(np.ceil(np.log2(2 * count)))
    hz = np.arange(padded // 2 + 1, dtype=np.float64) * (GRID_HZ / padded)
    band = (hz >= BAND_HZ[0]) & (hz <= BAND_HZ[1])
    hz, windows = hz[band], _sine_tapers(count, tapers)
    both = [np.fft.rfft(windows * line, padded)[:, band] for line in (a, b)]
    places = (BAND_HZ[1] - BAND_HZ[0]) * count / GRID_HZ
    (chance_a, line_a), (chance_b, line_b) = (_line(one, windows.sum(axis=1)) for one in both)
    product = chance_a * chance_b
    chance = product * (1 - np.log(product))  # of the product of two uniform ones
    chance[np.maximum(chance_a, chance_b) > most_one] = 1.0
    at = int(np.argmin(chance))
    width_hz = GRID_HZ / count
    apart_hz = abs(_top(hz, line_a, hz[at], width_hz) - _top(hz, line_b, hz[at], width_hz))
    if chance[at] * places < most_line and apart_hz <= SAME_TURNS * width_hz:
        return 60 * float(hz[at]), "line"
    rate_hz, chance_phase = _in_phase(a, b)
    return (60 * rate_hz, "phase") if chance_phase < most_phase else None


def _in_phase(a: Floats, b: Floats) -> tuple[float, float]:
    """Where two lines (n,) keep phase best, in Hz, and how often chance makes as much anywhere
    (Rayleigh's test). Only the phase of each window counts: where RSA goes up and down together,
    the few windows in which it is large would else stand for all."""
    size = int(PHASE_S * GRID_HZ)
    hz = np.fft.rfftfreq(4 * size, 1 / GRID_HZ)
    band = (hz >= BAND_HZ[0]) & (hz <= BAND_HZ[1])
    phases = []
    for line in (a, b):
        windows = sliding_window_view(line, size)[:: size // 2] * np.hanning(size)
        spectra = np.fft.rfft(windows, 4 * size)[:, band]
        phases.append(spectra / np.maximum(np.abs(spectra), 1e-12))
    locked = np.abs(np.mean(phases[0] * np.conj(phases[1]), axis=0))
    at = int(np.argmax(locked))
    places = 2 * (BAND_HZ[1] - BAND_HZ[0]) * PHASE_S
    return float(hz[band][at]), float(places * np.exp(-len(phases[0]) * locked[at] ** 2))


def _line(spectra: np.ndarray, response: Floats) -> tuple[Floats, Floats]:
    """Of the eigenspectra (t, k): how often chance shows such a line at each frequency (k,), and
    the line's power (k,)."""
    tapers, total = len(spectra), float(np.sum(response**2))
    line = np.abs(response @ spectra) ** 2 / total
    rest = np.maximum(np.sum(np.abs(spectra) ** 2, axis=0) - line, 1e-12 * line.max() + 1e-30)
    return np.maximum((1 + line / rest) ** (1.0 - tapers), 1e-100), line


def _top(hz: Floats, line: Floats, near_hz: float, width_hz: float) -> float:
    """Where the line's power is highest about a frequency."""
    about = np.flatnonzero(np.abs(hz - near_hz) <= 2 * width_hz)
    return float(hz[about[np.argmax(line[about])]])


def _sine_tapers(count: int, tapers: int) -> Floats:
    """(tapers, count), orthonormal (Riedel and Sidorenko 1995)."""
    n, k = np.arange(1, count + 1), np.arange(1, tapers + 1)[:, None]
    return np.sqrt(2 / (count + 1)) * np.sin(np.pi * k * n / (count + 1))


def _levelled(line: Floats) -> Floats:
    """A line (n,) within the band, each part of it divided by its own size: only phase is left.
    Else a few deep breaths would stand for all, and RSA that goes up and down together would look
    like one rhythm."""
    basis, _ = np.linalg.qr(np.vander(np.linspace(-1, 1, len(line)), DRIFT_DEGREE + 1))
    spectrum = np.fft.rfft(line - basis @ (basis.T @ line))
    hz = np.fft.rfftfreq(len(line), 1 / GRID_HZ)
    spectrum[(hz < BAND_HZ[0]) | (hz > BAND_HZ[1])] = 0.0
    wave = np.fft.irfft(spectrum, len(line))
    weights = np.hanning(int(LEVEL_S * GRID_HZ) + 2)[1:-1]
    size = np.convolve(wave**2, weights / weights.sum(), "same")
    return wave / np.sqrt(size + 1e-3 * size.max() + 1e-9)
