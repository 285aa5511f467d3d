"""What the wearer sees, feels and presses."""

from micropython import const

from . import battery, board, config, feedback, recorder
from .button import DOUBLE, LONG, PRESSED, SHORT, STUCK, Gestures
from .contact import ON, SATURATED

_IDLE_MS = const(100)
_BUSY_MS = const(20)
_NIGHT_SHARE = const(4)  # at night a quarter of the light
_FAULT_MS = const(3000)  # the sensor is tried again for so long before the wearer hears of it
_LOST_MS = const(2000)  # a finger may lie anew
_BEATS = const(2)  # in a row make contact good
_SHAKEN_MS = const(60000)  # at least, between two vibrations that nobody asked for
_DAY_MIN = const(1440)

_DAY = const(0)
_NIGHT = const(1)
_UNKNOWN = const(2)  # the clock was never set

_LASTING = range(feedback.EMPTY, feedback.FOUND)


class Wearer:
    """Call `step(app)` as often as it asks. Light, motor and button may be missing.

    `exercise` is what paces the breath: it has light and motor while it runs.
    """

    def __init__(self, settings: dict, exercise) -> None:
        self._config = settings
        self._light = board.Light()
        self._motor = board.Motor()
        self.button = board.Button()
        self._gestures = Gestures(self.button.down())
        self._exercise = exercise
        self._lit = False  # light or motor are on
        self._rhythm = feedback.Rhythm()
        self._colour = (0, 0, 0)  # of what plays
        self._strength = 0
        self._shakes = False  # the motor runs
        self._pacing = False  # the exercise has light and motor
        self._percent = 0  # brightness of that
        self._now = board.ticks_ms()
        self._look_ms = 0  # since the states were looked at
        self._shaken_ms = _SHAKEN_MS
        self._states = 0  # those that hold, a bit each
        self._top = 0  # the first of them
        self._begins = False  # it was not shown yet
        self._due_ms = 0  # until it is shown again
        self._found = False  # that is to be shown
        self._recorder = None
        self._forget()

    def _forget(self) -> None:
        """A session begins or ends."""
        self._contact = 0  # as a bit of `_states`
        self._off_ms = 0
        self._fault_ms = 0
        self._beats = 0  # when contact was not good yet

    @property
    def idle(self) -> bool:
        """Whether light and motor are off and no press is under way: the board may sleep."""
        return not (self._lit or self._rhythm.playing or self._paces or self._gestures.busy)

    def step(self, app) -> int:
        """Serve the wearer; returns in how many ms that is wanted again."""
        now = board.ticks_ms()
        ms = board.ticks_diff(now, self._now)
        self._now = now
        button = self.button
        gestures = self._gestures
        gesture = gestures.push(ms, button.down(), button.fell_ago())
        if gesture:
            self._obey(app, gesture)
        self._look_ms += ms
        if self._look_ms >= _IDLE_MS:
            self._look(app, self._look_ms)
            self._look_ms = 0
        if self._rhythm.playing:
            wait_ms = self._beat(app, ms)
        elif self._paces:
            wait_ms = self._pace(app, self._exercise, now)
        else:
            wait_ms = _IDLE_MS
        return min(wait_ms, _BUSY_MS) if gestures.busy else wait_ms

    def sign(self, app) -> None:
        """The host says that a block of a protocol begins or ends."""
        self._play(app, feedback.BLOCK)

    # The button

    def _obey(self, app, gesture: int) -> None:
        exercise = self._exercise
        if gesture in _STOPPING:
            if exercise.running:
                exercise.stop()
                self._gestures.consume()
        elif gesture == LONG:
            refused = "error" in exercise.start_default()
            self._play(app, feedback.REFUSED if refused else feedback.EXERCISE)
        elif not app.recorder:
            self._play(app, feedback.REFUSED)
        else:
            kind, state = _MARKS[gesture]
            app.mark(kind, "", self._gestures.ago_ms)
            self._play(app, state)

    # The states

    def _look(self, app, ms: int) -> None:
        """Once in 100 ms: what holds, and whether it is to be shown."""
        if self._shaken_ms < _SHAKEN_MS:
            self._shaken_ms += ms
        states = self._holding(app, ms)
        if states != self._states:
            self._states = states
            self._choose()
        if self._due_ms > 0:
            self._due_ms -= ms
        if self._rhythm.playing or self._paces:
            return
        if self._found:
            self._found = False
            self._play(app, feedback.FOUND)
        elif self._top and self._due_ms <= 0:
            again_s = feedback.STATES[self._top][4]
            if self._begins or again_s:
                self._play(app, self._top, self._begins)
                self._begins = False
            self._due_ms = (again_s or 60) * 1000

    def _choose(self) -> None:
        """The first state that holds, in the order of the table."""
        for top in _LASTING:
            if self._states >> top & 1:
                break
        else:
            top = 0
        if top != self._top:
            self._top = top
            self._begins = True
            self._due_ms = 0

    def _holding(self, app, ms: int) -> int:
        """The states that hold."""
        its = app.recorder
        if its is not self._recorder:
            self._recorder = its
            self._forget()
        states = self._touch(its, ms) if its else 1 << _ENDS.get(app.ended, feedback.STOPPED)
        if its and app.sensing.fault:
            self._fault_ms += ms
            if self._fault_ms > _FAULT_MS:
                states |= 1 << feedback.SENSOR
        else:
            self._fault_ms = 0
        if app.flash_fault:
            states |= 1 << feedback.FLASH
        if app.battery.state >= battery.LOW:
            states |= 1 << feedback.LOW
        if self._gestures.stuck:
            states |= 1 << feedback.STUCK
        return states

    def _touch(self, its, ms: int) -> int:
        """Whether the pulse is read, as a bit; 0 where that is not known yet."""
        pipeline = its.pipeline
        shown = pipeline.contact.shown
        if shown == ON:
            self._off_ms = 0
            if pipeline.beats - self._beats >= _BEATS:
                self._found |= self._contact != 1 << feedback.RECORDING
                self._contact = 1 << feedback.RECORDING
            return self._contact
        self._beats = pipeline.beats
        if shown >= SATURATED:
            self._off_ms = 0
            self._contact = 1 << feedback.WEAK
        else:
            self._off_ms += ms
            if self._off_ms > _LOST_MS:
                self._contact = 1 << feedback.LOST
        return self._contact

    # Light and motor

    def _play(self, app, state: int, begins: bool = True) -> None:
        """Show a state; felt is only that it begins."""
        _, colour, rhythm, felt, _, asked = feedback.STATES[state]
        hour = self._hour()
        if hour == _NIGHT and not asked:
            return
        self._colour = feedback.rgb(colour, self._brightness(hour))
        felt = felt and begins and hour != _NIGHT
        if felt and not asked:
            felt = hour == _DAY and self._shaken_ms >= _SHAKEN_MS
            if felt:
                self._shaken_ms = 0
        self._strength = 255 * self._config["buzz"] // 100 if felt else 0
        dark = not self._lit
        if not dark:
            self._show(app, _DARK, 0)
        self._rhythm.play(rhythm, dark)

    def _hour(self) -> int:
        seconds = board.clock_s()
        if not seconds:
            return _UNKNOWN
        begin = self._config["night_from"]
        minute = seconds // 60 + self._config["utc_min"]
        night = (minute - begin) % _DAY_MIN < (self._config["night_to"] - begin) % _DAY_MIN
        return _NIGHT if night else _DAY

    def _brightness(self, hour: int) -> int:
        percent = self._config["light"]
        return (percent + _NIGHT_SHARE - 1) // _NIGHT_SHARE if hour == _NIGHT else percent

    def _beat(self, app, ms: int) -> int:
        rhythm = self._rhythm
        was_on = rhythm.on
        wait_ms = rhythm.step(ms)
        if rhythm.on != was_on:
            if rhythm.on:
                self._show(app, self._colour, self._strength)
            else:
                self._show(app, _DARK, 0)
        return wait_ms or _BUSY_MS

    @property
    def _paces(self) -> bool:
        return self._pacing or self._exercise.running

    def _pace(self, app, exercise, now) -> int:
        """The exercise has light and motor until it ends."""
        if not self._pacing:
            self._pacing = True
            self._percent = self._brightness(self._hour())
        wait_ms = exercise.step(now)
        if exercise.running:
            share = exercise.level * self._percent
            red, green, blue = exercise.colour
            colour = (red * share // 25500, green * share // 25500, blue * share // 25500)
            strength = exercise.motor * self._config["buzz"] // 100
            self._show(app, colour, strength, exercise.buzzing and self._config["buzz"] > 0)
        else:
            self._pacing = False
            self._play(app, feedback.ENDED)
            wait_ms = _BUSY_MS
        return wait_ms

    def _show(self, app, colour: tuple, strength: int, buzzing: bool = False) -> None:
        """`buzzing`: the motor goes on soon where it is off."""
        self._lit = colour != _DARK or strength > 0
        self._light.set(*colour)
        self._motor.set(strength)
        shakes = buzzing or strength > 0
        if shakes != self._shakes:
            self._shakes = shakes
            app.shaken(shakes)


_DARK = (0, 0, 0)
_MARKS = {SHORT: ("event", feedback.MARK), DOUBLE: ("glimmer", feedback.GLIMMER)}
_STOPPING = (PRESSED, STUCK)  # what nobody holds on purpose paces nobody
_ENDS = {recorder.FULL: feedback.FULL, recorder.EMPTY: feedback.EMPTY}


def show_service() -> None:
    """The light says that this is service mode, until the next reset."""
    percent = config.load()["light"]
    board.Light().set(*feedback.rgb(feedback.STATES[feedback.SERVICE][1], percent))
