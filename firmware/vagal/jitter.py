"""How well a beat is timed, and the RSA that this jitter alone would show: the noise floor.

Noise of the light moves the point where the upstroke crosses its mid-level: by its size in the
low-passed wave over the slope there. Jitter of beat times with a standard deviation s makes
intervals of variance 2 s^2 whose spectrum is 4 s^2 sin^2(pi f T), T being the mean interval; held
on the 2 Hz grid and passed through the filters of `Rsa`, of that remains s^2 G(T).
"""

from array import array

from micropython import const

from .rsa import NONE, log2_q16

UNIT = const(64)  # a jitter of 1 is 1/64 ms
# White noise of sd r in the counts has a mean |second difference| of 1.954 r. In the low-passed
# wave (two boxcars, gain 36) its sd is 12.08 r at 100 Hz, 17.44 r at 50 and 22.05 r at 25; the
# crossing moves by that over the slope, and as much as makes 1.02 times it in all, with what the
# two ends of the upstroke add and the steepest step leaves out (tests). Times sample and UNIT.
_PER_NOISE = {100: 4036, 50: 11650, 25: 29470}
_MOST = const(1023)  # 16 ms: timed no better than a sample and a half
_LEAST = const(32)  # 0.5 ms: light without noise is timed no better at 100 Hz (tests)
_MOST_NOISE = const(0x7FFF)

# 256 ln G(T) for T = 0.3, 0.4 ... 2.0 s: S(f) = 4 s^2 sin^4(pi f T) / (pi^2 f^2 T), folded at
# 2 Hz, times the gain of both filters; mean over T +- 50 ms. The tests compute it anew.
_LN_GAIN = array(
    "h",
    (-257, -373, -430, -297, -216, -152, -99, -61, -24, 6, 31, 54, 70, 74, 76, 78, 78, 77),
)
_FIRST_T = const(2400)  # 0.3 s in 1/8 ms
_STEP_T = const(800)
_LAST = const(17)


def of_beat(noise: int, slope: int, rate_hz: int = 100) -> int:
    """SD of a beat's time in 1/64 ms.

    `noise` is the mean |second difference| of the counts, `slope` the steepest step of the
    low-passed wave in counts times 36 a sample.
    """
    if slope <= 0 or noise > _MOST_NOISE:
        return _MOST
    return max(_LEAST, min(_MOST, _PER_NOISE[rate_hz] * noise // slope))


def floor(variance: int, mean_ibi: int) -> int:
    """RSA (1/65536 ln) of beats with this jitter, in (1/64 ms)^2, every `mean_ibi` 1/8 ms.

    NONE where the variance is 0: no jitter was measured.
    """
    if variance <= 0:
        return NONE
    # Of ms^2; the logarithm wants 16 bits and more, and less than 30.
    if variance < 0x1000:
        log2 = log2_q16(variance << 16) - (28 << 16)
    else:
        log2 = log2_q16(variance << 8) - (20 << 16)
    t = max(0, min(_LAST * _STEP_T - 1, mean_ibi - _FIRST_T))
    i = t // _STEP_T
    gain = _LN_GAIN[i] + (_LN_GAIN[i + 1] - _LN_GAIN[i]) * (t % _STEP_T) // _STEP_T
    return ((log2 >> 8) * 22713 >> 7) + (gain << 8)
