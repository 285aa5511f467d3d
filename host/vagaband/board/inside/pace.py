"""Real time as a board in paced mode follows it: times the speed, but for what it is spared.

A chip shares its processor with nobody: what a busy PC makes a wait longer is left out.
"""

LATE_US = 100_000  # that a wait may end late and nothing is left out: the sensor's queue has it
ASLEEP_LATE_US = 60_000  # so much is left of the queue when the firmware sleeps
BEHIND_US = 50_000  # a speeded board that the PC can't keep up with goes slower, not in leaps


class Pace:
    """Virtual microseconds by real time; a `speed` of 0 is as fast as it goes, and follows none.

    `real_us`: a function that tells real microseconds.
    """

    def __init__(self, real_us, now_us, speed):
        self._real_us = real_us
        self.set(speed, now_us)

    def set(self, speed, now_us):
        """That speed, from `now_us` on."""
        self._anchor_real = self._real_us()
        self._anchor_us = now_us
        self.speed = speed

    def us(self):
        """Where virtual time should be by now."""
        return self._anchor_us + int((self._real_us() - self._anchor_real) * self.speed)

    def wait_us(self, target_us):
        """Real time up to `target_us`; not above 0 where that has gone by."""
        return int((target_us - self.us()) / self.speed)

    def leave_out(self, us, least_us=LATE_US):
        """So much of real time is not the board's: the PC was busy."""
        if us > least_us:
            self._anchor_us -= us

    def supervised(self, ask):
        """The answer of `ask()`, for which the board does not wait."""
        began_us = self._real_us()
        answer = ask()
        self.leave_out(int((self._real_us() - began_us) * self.speed))
        return answer

    def keep_up(self, now_us):
        """A speeded board that is behind stays so far behind, and no farther."""
        if self.speed > 1:
            self.leave_out(self.us() - now_us - BEHIND_US)
