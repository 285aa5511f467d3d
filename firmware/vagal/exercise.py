"""Breathing together: an exercise paces with light and vibration, and the log says so.

The host may pace on its screen as well: `report()` says where in the breath the device is.
"""

from micropython import const

from .lockin import LEAST_SHARE
from .pacer import BUZZ_MS, COLOURS, IN, LEAST_CYCLE_MS, OUT, Pacer, buzz
from .recorder import RING_MS
from .rsa import NONE

ENDED = const(0)  # what EXERCISE events say; value: RSA at the pace as in an epoch, or NONE
PACING = const(1)  # value: minutes
RESONANCE = const(2)  # value: the seed of its order
NAMES = ("none", "pacing", "resonance")

RATES = (65, 60, 55, 50, 45)  # breaths in ten minutes, of the resonance assessment
_RATE_MS = const(180000)  # each; the first 30 s are not counted
_REST_MS = const(60000)  # of free breathing between two
_MOST_MIN = const(30)
_STEP_MS = const(20)  # the light changes 50 times a second
_IDLE_MS = const(100)
_EARLY_MS = const(300)  # a buzz comes no earlier before its cue, to keep clear of the pulse
_LATE_MS = const(450)  # and no later after it
_TICKS = const(0x3FFFFFFF)  # the clock may wrap here
_NEVER = const(0x3FFFFFFF)


class Exercise:
    """Call `step(now_ms)` as often as it asks while `running`.

    Then `level` (0 to 255) and `colour` (red, green, blue) are what the light is to show, `motor`
    (0 to 255) how strong it vibrates; `buzzing` from the first buzz of a cue to its last.
    """

    def __init__(self, app, config: dict) -> None:
        self._app = app
        self._config = config
        self._last: dict = {"whole": False}  # how the last one ended
        self._pacer = Pacer(LEAST_CYCLE_MS // 2, LEAST_CYCLE_MS // 2)
        self._rest()
        self._end()

    def _end(self) -> None:
        self.running = False
        self.kind = ENDED
        self._stretches = ()  # in_ms (0: free breathing), out_ms, how long
        self._place = -1  # in them
        self._paces = False  # else it is free breathing
        self._recorder = None  # the session it belongs to

    def _rest(self) -> None:
        self.level = self.motor = 0
        self.colour = COLOURS[0]
        self._phase = IN  # of the cue that comes
        self._cue_ms = _NEVER  # when it is due
        self._buzz_ms = _NEVER  # when its buzz began
        self.buzzing = False

    def start_default(self) -> dict:
        """The button's exercise; the answer for who asked."""
        config = self._config
        in_ms = config["pace_in_ms"]
        return self.start(
            in_ms, max(config["pace_out_ms"], LEAST_CYCLE_MS - in_ms), config["pace_min"]
        )

    def start(self, in_ms: int, out_ms: int, minutes: int) -> dict:
        """Pace: breathe in and out for so long; ValueError where that should not be."""
        if not 0 < minutes <= _MOST_MIN:
            raise ValueError("an exercise takes 1 to 30 minutes")
        Pacer(in_ms, out_ms)
        return self._begin(PACING, minutes, ((in_ms, out_ms, 60000 * minutes),))

    def start_resonance(self, seed: int) -> dict:
        """Pace at each rate for a while, in an order that `seed` decides."""
        rest = (0, 0, _REST_MS)
        stretches = []
        for rate in order(seed):
            cycle_ms = 600000 // rate
            in_ms = cycle_ms * 2 // 5
            stretches += [rest, (in_ms, cycle_ms - in_ms, _RATE_MS)]
        return self._begin(RESONANCE, seed & 0xFFFF, stretches[1:])

    def _begin(self, kind: int, value: int, stretches) -> dict:
        recorder = self._app.recorder
        if not recorder:
            return {"error": "no session is open", "next": "type start"}
        self.stop()
        self.running = True
        self.kind = kind
        self._recorder = recorder
        self._stretches = stretches
        self._ms = 0  # since the stretch began
        recorder.exercise(kind, value)
        self._enter(0)
        return self.report()

    def _enter(self, place: int) -> None:
        """A stretch begins, with the next step."""
        in_ms, out_ms, _ = self._stretches[place]
        self._place = place
        self._began_ms = -1
        self._ms = 0
        self._paces = in_ms > 0
        if self._paces:
            self._pacer = Pacer(in_ms, out_ms)
            self._app.recorder.pace(in_ms + out_ms)

    def _leave(self) -> None:
        """A stretch ends."""
        if self._paces:
            recorder = self._app.recorder
            self._conclude(recorder.pipeline.lockin)
            recorder.pace(0)
        self._rest()

    def _conclude(self, lockin) -> None:
        lockin.fit(True)
        sure = lockin.share >= LEAST_SHARE
        self._last = {
            "lockin_q16": lockin.value if sure else NONE,
            "swing_ms": lockin.swing >> 3,
            "share": lockin.share,
        }

    def stop(self, whole: bool = False) -> None:
        """End it now, where one runs; `whole`: it is over."""
        if not self._goes_on():
            return
        self._leave()
        self._last["whole"] = whole
        value = self._last["lockin_q16"] if self.kind == PACING else NONE
        self._app.recorder.exercise(ENDED, value)
        self._end()

    def _goes_on(self) -> bool:
        """Whether one runs, and its session too."""
        if self.running and self._recorder is not self._app.recorder:
            self._rest()
            self._end()
        return self.running

    def step(self, now_ms: int) -> int:
        """Move light and motor on; returns in how many ms that is wanted again."""
        if not self._goes_on():
            return _IDLE_MS
        if self._began_ms < 0:
            self._began_ms = now_ms
        self._ms = ms = (now_ms - self._began_ms) & _TICKS
        if ms >= self._stretches[self._place][2]:
            if self._place == len(self._stretches) - 1:
                self.stop(True)
                return _IDLE_MS
            self._leave()
            self._enter(self._place + 1)
        elif self._paces:
            self._pace(ms)
            return _STEP_MS
        return _STEP_MS if self._paces else _IDLE_MS

    def _pace(self, ms: int) -> None:
        pacer = self._pacer
        pacer.at(ms)
        self.level = pacer.level
        self.colour = COLOURS[pacer.phase]
        if not self._config["buzz"]:
            return
        if self._cue_ms == _NEVER:
            self._await_cue(ms)
        if self._cue_ms >= self._stretches[self._place][2]:
            return
        if not self.buzzing and self._is_time(ms):
            self.buzzing = True
            self._buzz_ms = ms
        into = ms - self._buzz_ms
        if into >= BUZZ_MS:
            self.motor = 0
            self.buzzing = False
            self._await_cue(max(ms, self._cue_ms + 1))
        elif into >= 0:
            self.motor = buzz(self._phase, into)

    def _await_cue(self, ms: int) -> None:
        """The next one, at `ms` or after it."""
        self._cue_ms = self._pacer.next_cue(ms)
        self._phase = IN if self._cue_ms % self._pacer.cycle_ms == 0 else OUT
        self._buzz_ms = _NEVER

    def _is_time(self, ms: int) -> bool:
        """Whether the buzz of the coming cue is to begin; beats that are found meanwhile count."""
        early_ms = self._cue_ms - ms
        if early_ms > _EARLY_MS:
            return False
        if self._shift(0) and early_ms > -_LATE_MS:
            return False
        return early_ms <= 0 or early_ms + self._shift(early_ms) <= _STEP_MS

    def _shift(self, due_ms: int) -> int:
        """By how much a buzz that is due so long after now is to be moved, out of the pulse."""
        recorder = self._app.recorder
        rate_hz = recorder.rate_hz
        due = recorder.pipeline.index + (self._app.drained_ms + due_ms) * rate_hz // 1000
        length = (BUZZ_MS + RING_MS) * rate_hz // 1000
        return recorder.cue.shift(due, length) * 1000 // rate_hz

    def report(self) -> dict:
        """Where it is: `ms` since the stretch began; how the last one ended."""
        answer = dict(self._last)
        answer["exercise"] = NAMES[self.kind]
        if self.running:
            in_ms, out_ms, length_ms = self._stretches[self._place]
            answer.update(
                {
                    "in_ms": in_ms,
                    "out_ms": out_ms,
                    "ms": self._ms,
                    "of_ms": length_ms,
                    "stretch": self._place + 1,
                    "stretches": len(self._stretches),
                }
            )
        return answer


def order(seed: int) -> list:
    """The rates, shuffled."""
    rates = list(RATES)
    for left in range(len(rates) - 1, 0, -1):
        seed = (seed * 1103 + 12345) & 0xFFFF
        other = (seed >> 4) % (left + 1)
        rates[left], rates[other] = rates[other], rates[left]
    return rates
