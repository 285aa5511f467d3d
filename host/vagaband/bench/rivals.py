"""Public beat detectors, each as its documentation says, behind one call: wave in, times out.

A rival gets the wave (systole up, shape (n,)) and its rate, and gives beat times in s.
"""

import contextlib
import importlib.metadata
import importlib.util
import io
import warnings
from collections.abc import Callable

import numpy as np

from vagaband.bench.mid_upstroke import retimed
from vagaband.errors import VagabandError
from vagaband.session import Floats

Rival = Callable[[Floats, float], Floats]
PACKAGES = ("neurokit2", "heartpy", "scipy")

# HeartPy's documentation for a noisy pulse wave: band-pass 0.7 to 3.5 Hz, order 3, before process.
HEARTPY_BAND_HZ, HEARTPY_ORDER = (0.7, 3.5), 3
# SciPy has no detector of its own: the pulse band, then peaks that stand out by half an SD
# and lie apart as beats at 180 a minute.
SCIPY_BAND_HZ, SCIPY_ORDER, SCIPY_APART_S, SCIPY_PROMINENCE_SD = (0.5, 8.0), 2, 0.33, 0.5


def require() -> None:
    """Raise where a package of the extra `bench` is missing."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise VagabandError(
            f"The detectors to compare with are not installed ({', '.join(missing)}).",
            "Run: pip install 'vagaband[bench]'",
        )


def versions() -> dict[str, str]:
    """The packages that are compared with."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def _neurokit(method: str) -> Rival:
    def detect(wave: Floats, rate_hz: float) -> Floats:
        import neurokit2  # pyright: ignore[reportMissingImports]

        rate = int(rate_hz)
        cleaned = neurokit2.ppg_clean(wave, sampling_rate=rate)
        _, found = neurokit2.ppg_peaks(cleaned, sampling_rate=rate, method=method)
        return np.asarray(found["PPG_Peaks"], dtype=np.float64) / rate_hz

    return detect


def _heartpy(wave: Floats, rate_hz: float) -> Floats:
    import heartpy  # pyright: ignore[reportMissingImports]

    filtered = heartpy.filter_signal(
        wave, list(HEARTPY_BAND_HZ), rate_hz, order=HEARTPY_ORDER, filtertype="bandpass"
    )
    working, _ = heartpy.process(filtered, rate_hz)
    kept = np.asarray(working["binary_peaklist"], dtype=bool)
    return np.asarray(working["peaklist"], dtype=np.float64)[kept] / rate_hz


def _scipy(wave: Floats, rate_hz: float) -> Floats:
    from scipy import signal  # pyright: ignore[reportMissingImports]

    band = signal.butter(SCIPY_ORDER, SCIPY_BAND_HZ, "bandpass", fs=rate_hz, output="sos")
    pulse = signal.sosfiltfilt(band, wave)
    peaks, _ = signal.find_peaks(
        pulse, distance=SCIPY_APART_S * rate_hz, prominence=SCIPY_PROMINENCE_SD * np.std(pulse)
    )
    return peaks / rate_hz


def _at_mid_upstroke(rival: Rival) -> Rival:
    def detect(wave: Floats, rate_hz: float) -> Floats:
        return retimed(rival(wave, rate_hz), wave, rate_hz)

    return detect


_ELGENDI, _CHARLTON = _neurokit("elgendi"), _neurokit("charlton")
RIVALS: dict[str, Rival] = {
    "NeuroKit2 elgendi": _ELGENDI,
    "NeuroKit2 elgendi +mid": _at_mid_upstroke(_ELGENDI),
    "NeuroKit2 charlton": _CHARLTON,
    "NeuroKit2 charlton +mid": _at_mid_upstroke(_CHARLTON),
    "HeartPy": _heartpy,
    "SciPy find_peaks": _scipy,
}


def detect(rival: Rival, wave: Floats, rate_hz: float) -> tuple[Floats, str]:
    """Beat times of a rival, and how it crashed where it did: then it has found nothing."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return np.asarray(rival(wave, rate_hz), dtype=np.float64), ""
        except Exception as error:  # whatever a foreign package raises is its result
            return np.empty(0), f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
