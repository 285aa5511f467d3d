"""The virtual world around the firmware: its clock, its script, its power.

All times are virtual microseconds since the world began. In fast mode the clock moves only by
what things cost; in paced mode it also follows real time, times the speed: see pace.py.
"""

import binascii

from flash import BLOCKS
from flash_faults import FlashFaults
from pace import ASLEEP_LATE_US, Pace
from pins import Pins
from resets import PWRON_RESET, SOFT_RESET, WDT_RESET
from script_actions import ScriptActions

FAST = 0.0  # a speed of 0 stands for "as fast as it goes"
NEVER = 1 << 60
BOOT_US = 350_000  # from reset to the first line of boot.py
SOFT_BOOT_US = 20_000  # the same after a soft reset
RISING, FALLING = 1, 2
STOP_GRACE_US = 3_000_000  # after `stop` is typed: time to flush, still at the budget's speed
NO_SENSOR_US = 60_000_000  # a firmware that has not sampled by then gives the line back


class World:
    """Clock, scripted events, budget and resets of one board process.

    `config`: what the supervisor sent at start-up. `real_time`: MicroPython's own time module.
    """

    def __init__(self, config, umbilical, real_time, pin_trace=None, line_trace=None):
        self.umbilical = umbilical
        self._real_sleep_us = real_time.sleep_us
        kept = config["world"]
        self.now_us = kept["now_us"]
        self.first_start_us = kept["first_start_us"]
        self.first_period_us = kept["first_period_us"]
        self.events_done = kept["events_done"]
        self.budget_state = kept["budget_state"]  # "none", "waiting", "running", "grace", "used"
        self.erases = kept["erases"]
        self.boots = kept["boots"] + 1
        self.flash_faults = FlashFaults(config["seed"], self.boots, BLOCKS, kept["flash"])
        self.reset_cause = config["reset_cause"]
        device = config["device"]
        soft = device and self.reset_cause == SOFT_RESET
        self._actions = ScriptActions(self)
        self._events = config["events"]  # (us since first sampling, action, argument), in order
        self._budget_us = config["budget_us"]
        self._wear_speed = config["speed"]
        self._idle_speed = config["idle_speed"]  # as the supervisor wants it outside a budget
        self.holding = False
        self._hold_until_us = NEVER
        self.wdt_us = device["wdt_us"] if soft else None
        self.wdt_deadline_us = NEVER
        self.typed = bytearray()
        self._faults_until_us = kept["faults_until_us"]  # they outlive a reset
        self._stuck_clocks = kept["stuck_clocks"]
        self.first_ticks_us = config["first_ticks_us"]
        self._crystal_ppm = config["crystal_ppm"]
        self._line_trace = line_trace
        self.pins = Pins(pin_trace, self.now_us, kept["pins"])
        self.asleep = False  # see sleep.py
        self.drift_us = 0  # so far sleeps have put the ticks ahead of the time
        self.battery = kept["battery"]  # (since, volts then, volts at the end, us till then)
        self.spent = {"bus": 0, "flash": 0, "line": 0, "asleep": 0}  # us
        self.chip = None  # set by the boot sequence
        self.rtc = None
        self.air = None
        self._air_us = NEVER  # when something happens there by itself
        self._interrupt = False
        self.pace = Pace(real_time.ticks_us, self.now_us, self._idle_speed)
        self.boot_us = device["boot_us"] if soft else self.now_us
        self._boot_cost_us = SOFT_BOOT_US if soft else BOOT_US
        self._plan()

    # starting

    def boot(self, app_follows):
        """Lets the boot time pass; with a budget left the line is held and time runs at will."""
        if app_follows and self.budget_state in ("waiting", "running"):
            self._hold(True)
            if self.budget_state == "waiting":
                self._hold_until_us = self.now_us + NO_SENSOR_US
        self._set_speed()
        if self.wdt_us:
            self.feed()
        self.advance(self._boot_cost_us)
        self._plan()

    def at_prompt(self, app_ran=False):
        """The firmware has ended and the REPL begins: the line belongs to the host."""
        if app_ran and self.budget_state in ("waiting", "running"):
            self.umbilical.send(b"E", b"not worn: the firmware ended")
        self._note_kept()
        self._hold(False)
        self._set_speed()

    def first_sample(self, start_us, period_us):
        """The sensor samples for the first time: time zero of the light and of the script."""
        self.first_start_us, self.first_period_us = start_us, period_us
        if self.budget_state == "waiting":
            self.budget_state = "running"
            self._hold_until_us = NEVER
            self._hold(True)
            self._set_speed()
        self.pins.set("sensor", 1, start_us)
        self.umbilical.send(b"F", b"%d" % start_us)
        self._note_kept()
        self._plan()

    def _hold(self, on):
        if on != self.holding:
            self.holding = on
            self.umbilical.send(b"H", b"1" if on else b"0")

    # the clock

    def _set_speed(self):
        wearing = self.holding and self.budget_state in ("waiting", "running", "grace")
        speed = self._wear_speed if wearing else self._idle_speed
        if speed != self.pace.speed:
            self.pace.set(speed, self.now_us)

    def late_us(self):
        """How far virtual time is behind real time, as on a busy PC."""
        return max(0, self.pace.us() - self.now_us) if self.pace.speed else 0

    def advance(self, us):
        """Something took `us` of time."""
        target_us = self.now_us + us
        if target_us >= self._stop_us:
            self._run_to(target_us)
        else:
            self.now_us = target_us

    def read_us(self):
        """The time now, as the firmware sees it; reading costs a few microseconds."""
        self.advance(3)
        if self.pace.speed:
            self.pace.keep_up(self.now_us)
            paced_us = self.pace.us()
            if paced_us > self.now_us:
                self._run_to(paced_us)
        self.pins.run_handlers()
        return self.now_us

    def by_crystal(self, us):
        """What the board's crystal makes of `us` of time."""
        return us + us * self._crystal_ppm // 1_000_000

    def note_line(self, way, at_us, data):
        """What has come (<) or gone (>) over the line whole at that time, for the trace of it."""
        if self._line_trace:
            self._line_trace.write(b"%d,%s,%s\n" % (at_us, way, binascii.hexlify(data)))

    def settle(self):
        """In paced mode: where virtual time ran ahead of real time, waits for real time."""
        if self.pace.speed:
            ahead_us = self.pace.wait_us(self.now_us)
            if ahead_us > 20_000:
                self._real_sleep_us(ahead_us)

    def sleep_us(self, us):
        """The firmware sleeps; a Ctrl-C ends it."""
        self.wait_until(self.now_us + us, None)

    def wait_until(self, target_us, stdin):
        """Lets time pass up to `target_us`, or until a byte may be on `stdin` (when given)."""
        waited = False
        while True:
            if not self.holding:
                self.take_notices()
            if not self.pace.speed:
                self._doze_to(min(target_us, self._stop_us) if stdin else target_us)
                return
            wait_us = self.pace.wait_us(target_us)
            if wait_us <= 0:
                if waited:
                    self.pace.leave_out(self.pace.us() - target_us)
                self._doze_to(target_us)
                return
            waited = True
            if stdin is not None:
                self.umbilical.wait_with(stdin, (wait_us + 999) // 1000)
                self.pace.leave_out(self.pace.us() - target_us)
                self._doze_to(min(target_us, self.pace.us()))
                return
            if wait_us < 1000:
                self._real_sleep_us(wait_us)
            else:
                self.umbilical.wait(wait_us // 1000)
                self._doze_to(min(target_us, max(self.now_us, self.pace.us())))

    def pass_asleep(self, until_us):
        """Lets time pass, while the firmware sleeps, up to `until_us` or what happens before."""
        if not self.holding:
            self.take_notices()
        until_us = min(until_us, self._stop_us)
        if self.pace.speed:
            wait_us = self.pace.wait_us(until_us)
            if wait_us > 0:
                self.umbilical.wait(min((wait_us + 999) // 1000, 1000))
                self.pace.leave_out(self.pace.us() - until_us, ASLEEP_LATE_US)
                until_us = min(until_us, self.pace.us())
        self._run_to(until_us)

    def take_notices(self):
        """Acts on what the supervisor said; raises KeyboardInterrupt after a Ctrl-C."""
        if self.umbilical.interrupted:
            self.umbilical.interrupted = False
            self._interrupt = True
        for kind, payload in self.umbilical.notices():
            if kind == b"V":
                self._idle_speed = float(payload)
                self._set_speed()
            elif kind == b"C" and self.asleep:
                self.umbilical.send(b"x")
            elif kind == b"C":
                self._interrupt = True
            elif kind == b"X":
                self._interrupt = False
            elif kind == b"Q":
                self._end_by_reset_pin()
        if self._interrupt:
            self._interrupt = False
            self.umbilical.send(b"c")
            raise KeyboardInterrupt

    # what happens at its time

    def _plan(self):
        """The next instant at which something happens by itself."""
        stop_us = min(
            self.wdt_deadline_us, self._hold_until_us, self.pins.next_us(NEVER), self._air_us
        )
        if self.first_start_us is not None:
            if self.events_done < len(self._events):
                stop_us = min(stop_us, self._event_us())
            if self.budget_state in ("running", "grace"):
                stop_us = min(stop_us, self._budget_end_us())
        self._stop_us = stop_us

    def _event_us(self):
        return self.first_start_us + self._events[self.events_done][0]

    def _budget_end_us(self):
        end_us = self.first_start_us + self._budget_us
        return end_us + STOP_GRACE_US if self.budget_state == "grace" else end_us

    def _run_to(self, target_us):
        while self._stop_us <= target_us:
            self.now_us = max(self.now_us, self._stop_us)
            self._happen()
            self._plan()
        self.now_us = max(self.now_us, target_us)

    def _doze_to(self, target_us):
        """As `_run_to`, while the firmware does nothing: what interrupts it does so in time."""
        while self._stop_us < target_us:
            self._run_to(self._stop_us)
            self.pins.run_handlers()
        self._run_to(target_us)
        self.pins.run_handlers()

    def _happen(self):
        now_us = self.now_us
        if self.pins.change(now_us, RISING, FALLING):
            return
        if now_us >= self.wdt_deadline_us:
            self.reset(WDT_RESET)
        if now_us >= self._hold_until_us:
            self._hold_until_us = NEVER
            self.umbilical.send(b"E", b"not worn yet: the sensor does not sample")
            self._hold(False)
            self._set_speed()
        if now_us >= self._air_us:
            self._air_us = NEVER
            self.air.happen()
        if self.first_start_us is None:
            return
        if self.events_done < len(self._events) and now_us >= self._event_us():
            _, action, argument = self._events[self.events_done]
            self.events_done += 1
            self._actions.do(action, argument)
        if self.budget_state in ("running", "grace") and self.now_us >= self._budget_end_us():
            self._end_budget()
        self._note_kept()

    def _end_budget(self):
        if self.budget_state == "running":
            self.budget_state = "grace"
            self.typed.extend(b"stop\n")
            return
        self.budget_state = "used"
        self._hold(False)
        self.umbilical.send(b"U")
        self._set_speed()

    def battery_v(self):
        """The battery's voltage now; None where none is fitted."""
        if not self.battery:
            return None
        since_us, begin_v, end_v, us = self.battery
        return begin_v + (end_v - begin_v) * min(1, (self.now_us - since_us) / us)

    def expect_air(self, at_us):
        """Something happens in the air at that time."""
        self._air_us = at_us
        self._plan()

    # faults on the bus and of the flash

    def fail(self, name, us):
        """The timed fault `name` is on for so long."""
        self._faults_until_us[name] = self.now_us + us
        if name == "stuck":
            self._stuck_clocks = 0

    def faulty(self, name):
        """Whether the timed fault `name` is on now."""
        return self.now_us < self._faults_until_us.get(name, 0)

    def holds_data(self):
        """Whether the chip, stuck amid a byte, holds the data line low."""
        return self.faulty("stuck") and self._stuck_clocks < 9

    def clock_pulse(self):
        """One rising edge on SCL by hand: nine free a stuck data line."""
        self._stuck_clocks += 1

    def stop_condition(self):
        """SDA rises while SCL is high: a chip whose byte is over listens again."""
        if self._stuck_clocks >= 9:
            self._faults_until_us["stuck"] = 0

    # the watchdog and resets

    def watch(self, timeout_us):
        """Sets (or sets anew) the watchdog."""
        self.wdt_us = timeout_us
        self.feed()

    def unwatch(self):
        """The watchdog's clock stops."""
        self.wdt_deadline_us = NEVER
        self._plan()

    def feed(self):
        """Feeds the watchdog."""
        self.wdt_deadline_us = self.now_us + self.wdt_us
        self._plan()

    def reset(self, cause):
        """Restarts the board: never returns."""
        self.umbilical.send(b"R", repr((cause, self.kept(cause != PWRON_RESET))).encode())
        self.umbilical.wait_for_the_end()

    def lose_power(self):
        """The power fails and returns: never returns."""
        self.reset(PWRON_RESET)

    def _end_by_reset_pin(self):
        """EN is low: the processor with its RTC stops, the sensor keeps its power."""
        kept = self.kept(True)
        kept["device"]["rtc"] = None
        self.umbilical.send(b"R", repr((PWRON_RESET, kept)).encode())
        self.umbilical.wait_for_the_end()

    def _note_kept(self):
        """Tells the supervisor, for the case that this process ends without a word."""
        self.umbilical.send(b"K", repr(self._kept_world()).encode())

    def kept(self, powered):
        """What outlives this process: the world, and with power the device's memories."""
        device = None
        if powered:
            device = {"chip": self.chip.state(), "rtc": self.rtc.state()}
            device["wdt_us"] = self.wdt_us
            device["boot_us"] = self.boot_us
        return {"world": self._kept_world(), "device": device}

    def _kept_world(self):
        return {
            "now_us": self.now_us,
            "first_start_us": self.first_start_us,
            "first_period_us": self.first_period_us,
            "events_done": self.events_done,
            "budget_state": self.budget_state,
            "erases": self.erases,
            "boots": self.boots,
            "faults_until_us": self._faults_until_us,
            "stuck_clocks": self._stuck_clocks,
            "flash": self.flash_faults.state(),
            "pins": self.pins.state(),
            "air": self.air.state(),
            "battery": self.battery,
        }
