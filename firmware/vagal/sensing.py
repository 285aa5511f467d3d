"""Keeps the sensor going: drains it into a recorder, sees what is wrong, starts it again."""

from micropython import const

from .max30102 import DEPTH, LOST_UNKNOWN, OVERFLOW_MAX, Max30102, SensorError
from .recorder import BROWN_OUT, BUS, OVERFLOW, PART, SILENT, Recorder

_SLACK = const(3)  # samples: so well do they and time agree, with a clock 1.5 % off
_STILL_US = const(1200000)  # a sensor that settles for so long does not sample
_BUS_TRIES = const(2)  # each second try sets up the bus itself again
_HASTY = const(20)  # turns with a try each; after that
_CALM = const(5)  # one in so many


class Sensing:
    """Call `begin()` with a session and `measure()` each turn, before 32 samples have come.

    `new_bus()` gives the sensor's bus, freed where it was stuck. `fault` says what is wrong with
    the sensor, in words; it is empty where nothing is. A chip that refuses infrared alone gets
    both LEDs.
    """

    def __init__(self, new_bus, config: dict, sleep_ms) -> None:
        self._new_bus = new_bus
        self._sensor = Max30102(new_bus(), config["red_code"], config["ir_code"], sleep_ms)
        self.begin(config)

    def begin(self, config: dict) -> None:
        """A session begins, and with it the sensor."""
        rate_hz = config["rate_hz"]
        self._sensor.codes[:] = (config["red_code"], config["ir_code"])
        swapped = bool(config["leds_swapped"])
        self._sensor.set_mode(rate_hz, bool(config["ir_only"]), swapped)
        self._sample_us = 1000000 // rate_hz
        self._slack_us = _SLACK * self._sample_us
        self._refused = False  # infrared alone
        self.quiet_us = 0  # since the last sample
        self._still_us = 0  # since that, or since the sensor was started
        self._settling = True  # it was started, and no sample has come
        self._cause = 0  # of the gap that is running
        self._tries = 0  # turns without it
        self.fault = "not started"

    @property
    def mode(self) -> str:
        """How the sensor measures, in words."""
        lit = "infrared" if self._sensor.ir_only else "red and infrared"
        why = ", as the chip refuses infrared alone" if self._refused else ""
        return "%d Hz, %s%s" % (self._sensor.rate_hz, lit, why)

    @property
    def light(self):
        """The infrared samples of the newest drain."""
        return self._sensor.ir

    def end(self, recorder: Recorder) -> None:
        """The session ends: a gap that is running is recorded, the light goes out."""
        if self._cause:
            recorder.gap(self._cause, LOST_UNKNOWN, 0, self.quiet_us)
        try:
            self._sensor.stop()
        except OSError:
            pass  # it is not there

    def measure(self, recorder: Recorder, lap_us: int) -> bool:
        """Take what the sensor has; `lap_us` is the time since the last call. True: samples."""
        self.quiet_us += lap_us
        self._still_us += lap_us
        sensor = self._sensor
        try:
            if self.fault and not self._restart():
                return False
            n = sensor.drain()
        except SensorError as e:
            self._lose(PART, str(e))
            return False
        except OSError as e:
            self._lose(BUS, str(e) or "bus fault")
            return False
        if sensor.browned_out:
            self._lose(BROWN_OUT, "brown-out")
        elif self._too_few(n):
            self._lose(SILENT, "it does not sample")
            if self._settling and self._sensor.ir_only:
                self._sensor.set_mode(self._sensor.rate_hz, False, self._sensor.swapped)
                self._refused = True
        elif self._too_many(n):
            self._lose(PART, "more samples than time")
        elif n:
            self._record(recorder, n)
            self._light(recorder)
            return True
        return False

    def _too_few(self, n: int) -> bool:
        """Whether samples are missing that the FIFO can't have lost."""
        if self._settling:
            return n == 0 and self._still_us > _STILL_US
        return self._ahead_us(n) < -self._slack_us and n < DEPTH

    def _too_many(self, n: int) -> bool:
        """Whether there were more samples than time: the FIFO's pointers can't be right."""
        return n > 0 and self._ahead_us(n) > self._slack_us

    def _ahead_us(self, n: int) -> int:
        """Time of the samples that were taken or lost, less time gone by; at least that."""
        lost = self._sensor.lost
        taken = n + (OVERFLOW_MAX if lost < 0 else lost)
        if self._settling:
            taken += self._sensor.settle
        return taken * self._sample_us - self._still_us

    def _restart(self) -> bool:
        """Start a lost sensor again, if this is a turn to try it; as Max30102.start() raises."""
        self._tries += 1
        if self._tries > _HASTY and self._tries % _CALM:
            return False
        if self._tries % _BUS_TRIES == 0:
            self._sensor.bus = self._new_bus()
        self._sensor.start()
        self.fault = ""
        self._tries = 0
        self._still_us = 0
        self._settling = True
        return True

    def _lose(self, cause: int, fault: str) -> None:
        """A gap begins, or goes on; the turns that follow try to start the sensor again.

        Of several causes the one that says most counts: the highest.
        """
        self._cause = max(self._cause, cause)
        self.fault = fault

    def _record(self, recorder: Recorder, n: int) -> None:
        sensor = self._sensor
        lost = sensor.lost
        time_us = self.quiet_us
        if self._cause:
            recorder.gap(self._cause, LOST_UNKNOWN, n + max(lost, 0), time_us)
            self._cause = 0
        elif n == DEPTH and not lost and time_us > DEPTH * self._sample_us + self._slack_us:
            lost = LOST_UNKNOWN  # a clone that does not count them
        recorder.samples(sensor.ir, sensor.red)
        if lost:
            recorder.gap(OVERFLOW, lost, n, time_us)
        recorder.drained(n + max(lost, 0), time_us)
        self.quiet_us = self._still_us = 0
        self._settling = False

    def _light(self, recorder: Recorder) -> None:
        code = recorder.wanted_led()
        if code:
            try:
                self._sensor.set_ir(code)
                recorder.led(code)
            except OSError as e:
                self._lose(BUS, str(e) or "bus fault")
