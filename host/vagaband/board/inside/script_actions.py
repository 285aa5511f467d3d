"""What the script does to the world: its actions, each at its moment (see board/script.py)."""

import gc

from flash_faults import TORN
from resets import HARD_RESET

TIMED_FAULTS = ("nak", "short", "pointers", "stuck", "eio")


class ScriptActions:
    """`do(action, argument)`; times are in microseconds."""

    def __init__(self, world):
        self._world = world

    def do(self, action, argument):
        """It happens now."""
        if action in TIMED_FAULTS:
            self._world.fail(action, argument)
        else:
            getattr(self, "_" + action)(argument)

    def _type(self, text):
        line = text.encode() + b"\n"
        self._world.note_line(b"<", self._world.now_us, line)
        self._world.typed.extend(line)

    def _stop(self, _):
        self._world.typed.extend(b"stop\n")

    def _press(self, ms):
        self._world.pins.press(self._world.now_us, int(ms * 1000))

    def _battery(self, words):
        volts = [float(word) for word in words.split()]
        if len(volts) == 1:
            volts += [volts[0], 1]
        self._world.battery = (self._world.now_us, volts[0], volts[1], volts[2] * 1e6)

    def _ble(self, words):
        self._world.air.do(words)

    # the sensor

    def _unplug(self, us):
        self._world.fail("nak", us)
        self._world.chip.brown_out()

    def _brownout(self, _):
        self._world.chip.brown_out()

    def _halt(self, _):
        self._world.chip.halt()

    def _part(self, part_id):
        self._world.chip.part_id = part_id
        self._world.chip.brown_out()

    def _clock(self, scale):
        self._world.chip.set_clock(scale)

    # the board

    def _rtc(self, us):
        self._world.rtc.jump(us)

    def _stall(self, us):
        self._world.now_us += us

    def _reset(self, _):
        self._world.reset(HARD_RESET)

    def _power(self, _):
        self._world.lose_power()

    def _cut(self, words):
        n, _, way = words.partition(" ")
        self._world.flash_faults.cut(int(n), way or TORN)

    def _worn(self, n):
        self._world.flash_faults.wear(int(n))

    # what it says of itself

    def _ledger(self, _):
        world = self._world
        spent = " ".join("%s %d" % item for item in sorted(world.spent.items()))
        world.umbilical.send(
            b"E", b"ledger at %d %s erases %d" % (world.now_us, spent.encode(), world.erases)
        )

    def _memory(self, _):
        world = self._world
        world.chip.forget_light()
        gc.collect()
        world.umbilical.send(b"E", b"memory %d erases %d" % (gc.mem_alloc(), world.erases))
