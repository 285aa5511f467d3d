"""What hangs on the ESP32's pins beside the sensor: the wearer's light, motor and button."""

RED_PIN, GREEN_PIN, BLUE_PIN, MOTOR_PIN, BUTTON_PIN = 25, 26, 33, 23, 27
OUTPUTS = {RED_PIN: "red", GREEN_PIN: "green", BLUE_PIN: "blue", MOTOR_PIN: "motor"}
BOUNCES_US = (400, 900, 2100, 2600)  # after a contact closes or opens it changes its mind
QUEUE = 8  # handlers that wait at most; more are dropped without a word, as on an ESP32


class Pins:
    """Levels and duties, and the trace of their changes: lines of `t_us,name,value`.

    A duty is 0 to 65535; the button is 0 while it is down. `state`: what outlived a reset.
    """

    def __init__(self, trace, now_us, state=None):
        self._trace = trace
        self._values = dict.fromkeys(OUTPUTS.values(), None)
        self._edges, self.button_level = state or ([], 1)
        self._handler = self._pin = None
        self._trigger = 0
        self._waiting = 0
        self._resting = None  # outputs that a sleep of the processor has stopped
        for name in self._values:
            self.set(name, 0, now_us)  # a reset leaves nothing on

    def set(self, name, value, now_us):
        """An output, or whatever is worth a line, has this value now."""
        if self._values.get(name) != value:
            self._values[name] = value
            if self._trace:
                self._trace.write(b"%d,%s,%d\n" % (now_us, name, value))

    def press(self, now_us, us):
        """Someone presses the button for so long from now on."""
        edges = []
        for start_us, level in ((now_us, 0), (now_us + us, 1)):
            edges.append((start_us, level))
            for bounce_us in BOUNCES_US:
                level = 1 - level
                edges.append((start_us + bounce_us, level))
        self._edges = sorted(self._edges + edges)

    def next_us(self, never_us):
        """When the button's contacts next change."""
        return self._edges[0][0] if self._edges else never_us

    def change(self, now_us, rising, falling):
        """Whether the contacts changed by now; the interrupt's handler then waits its turn."""
        if not self._edges or now_us < self._edges[0][0]:
            return False
        _, level = self._edges.pop(0)
        if level != self.button_level:
            self.button_level = level
            self.set("button", level, now_us)
            if (
                self._resting is None
                and self._trigger & (rising if level else falling)
                and self._waiting < QUEUE
            ):
                self._waiting += 1
        return True

    def irq(self, pin, handler, trigger):
        """Calls `handler(pin)` after such an edge."""
        self._pin, self._handler, self._trigger = pin, handler, trigger

    def run_handlers(self):
        """Calls the handlers that wait: the interpreter is between two instructions."""
        while self._waiting and self._handler:
            self._waiting -= 1
            self._handler(self._pin)

    def level(self, pin):
        """What a pin of an input has from outside."""
        return self.button_level if pin == BUTTON_PIN else 1

    def rest(self, now_us):
        """The processor sleeps: its PWM stops, and edges go unseen."""
        self._resting = {name: self._values[name] for name in OUTPUTS.values()}
        for name in self._resting:
            self.set(name, 0, now_us)

    def resume(self, now_us):
        """It is awake again."""
        resting, self._resting = self._resting, None
        for name in resting:
            self.set(name, resting[name], now_us)

    def state(self):
        """What outlives a reset: the finger on the button."""
        return (self._edges, self.button_level)
