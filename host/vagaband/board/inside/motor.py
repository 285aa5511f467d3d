"""What a vibration motor does to the light on the sensor beside it.

A body that vibrates at 169 Hz gives, at 400 samples a second averaged by 4, a wave of 31 Hz; the
tissue under the sensor also gives way, and comes back slowly. Sizes are a guess on the high side:
no board has been measured.
"""

import math

RISE_US = 30_000.0  # time constants: of the motor's speed
YIELD_US = 150_000.0  # and of the tissue
WAVE_SHARE = 0.02  # of the light at full strength
YIELD_SHARE = 0.006
WAVE_HZ = 31.0
LEAST = 1e-3  # under it there is nothing to be seen


class Motor:
    """`set(strength, now_us)`, 0 to 1; `shake(...)` disturbs samples while it is not `still`."""

    def __init__(self):
        self.still = True
        self._strength = 0.0
        self._since_us = 0
        self._speed = self._yielded = 0.0  # at that moment

    def set(self, strength, now_us):
        """The motor gets another current from now on."""
        if strength != self._strength:
            self._speed, self._yielded = self._at(now_us)
            self._since_us = now_us
            self._strength = strength
            self.still = False

    def _at(self, us):
        past_us = max(0, us - self._since_us)
        aim = self._strength
        speed = aim + (self._speed - aim) * math.exp(-past_us / RISE_US)
        return speed, aim + (self._yielded - aim) * math.exp(-past_us / YIELD_US)

    def shake(self, data, first_us, period_us, width):
        """FIFO bytes of samples of `width` bytes, the first of them at `first_us`, disturbed."""
        shaken = bytearray(data)
        us = first_us
        for at in range(0, len(shaken), width):
            speed, yielded = self._at(us)
            wave = math.sin(2e-6 * math.pi * WAVE_HZ * us)
            factor = 1 + WAVE_SHARE * speed * wave + YIELD_SHARE * yielded
            for slot in range(at, at + width, 3):
                counts = (shaken[slot] & 3) << 16 | shaken[slot + 1] << 8 | shaken[slot + 2]
                counts = min(0x3FFFF, int(counts * factor))
                shaken[slot] = counts >> 16
                shaken[slot + 1] = counts >> 8 & 0xFF
                shaken[slot + 2] = counts & 0xFF
            us += period_us
        speed, yielded = self._at(us)
        self.still = not self._strength and max(speed, yielded) < LEAST
        return shaken
