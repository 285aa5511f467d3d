"""What a virtual board's pins showed: the trace of --pins, read as a wearer sees and feels it."""

from dataclasses import dataclass
from pathlib import Path

from vagaband.feedback import State, states

FULL = 65535
SIGN_PAUSE_S = 0.45  # what is further apart belongs to two showings
LONG_S = 0.5
LEDS = ("red", "green", "blue")


@dataclass(frozen=True)
class Shown:
    """A showing: when it began, its colour as LEDs' duties, its rhythm, the motor's rhythm."""

    t_s: float
    duties: tuple[int, int, int]
    rhythm: str
    felt: str
    strength: int

    @property
    def state(self) -> State:
        """The state of the table with this rhythm; its colour must be this one's."""
        (state,) = [s for s in states() if s.rhythm == self.rhythm]
        shares = [state.colour >> shift & 0xFF for shift in (16, 8, 0)]
        brightest = max(self.duties)
        assert all(
            abs(duty / brightest - share / 255) < 0.05
            for duty, share in zip(self.duties, shares, strict=True)
        )
        assert self.felt in ("", state.rhythm)
        return state


def changes(trace: Path) -> list[tuple[float, str, int]]:
    """All changes in order: seconds since the sensor first sampled (since power where it never
    did), name, value."""
    rows = [line.split(",") for line in trace.read_text().splitlines()[1:]]
    zero_us = next((int(t) for t, name, _ in rows if name == "sensor"), 0)
    return sorted(
        ((int(t) - zero_us) / 1e6, name, int(value)) for t, name, value in rows if name != "sensor"
    )


def lit(trace: Path, names: tuple[str, ...]) -> list[tuple[float, float, tuple[int, ...]]]:
    """Stretches in which any of these is on: begin, end (endless where it stays), most duty."""
    now = dict.fromkeys(names, 0)
    stretches: list[tuple[float, float, tuple[int, ...]]] = []
    began_s, most = None, (0,) * len(names)
    for t_s, name, value in changes(trace):
        if name not in names:
            continue
        now[name] = value
        if any(now.values()):
            began_s = t_s if began_s is None else began_s
            most = tuple(max(pair) for pair in zip(most, now.values(), strict=True))
        elif began_s is not None:
            stretches.append((began_s, t_s, most))
            began_s, most = None, (0,) * len(names)
    if began_s is not None:
        stretches.append((began_s, float("inf"), most))
    return stretches


def shown(trace: Path) -> list[Shown]:
    """What the light showed, with what was felt meanwhile."""
    groups: list[list[tuple[float, float, tuple[int, ...]]]] = []
    for stretch in lit(trace, LEDS):
        if groups and stretch[0] - groups[-1][-1][1] < SIGN_PAUSE_S:
            groups[-1].append(stretch)
        else:
            groups.append([stretch])
    buzzes = lit(trace, ("motor",))
    found = []
    for group in groups:
        begin_s, end_s = group[0][0], group[-1][1]
        felt = [buzz for buzz in buzzes if begin_s - 0.01 <= buzz[0] < end_s]
        red, green, blue = group[0][2]
        found.append(
            Shown(
                begin_s,
                (red, green, blue),
                _rhythm(group),
                _rhythm(felt),
                felt[0][2][0] if felt else 0,
            )
        )
    return found


def _rhythm(stretches: list[tuple[float, float, tuple[int, ...]]]) -> str:
    if stretches and stretches[-1][1] == float("inf"):
        return "="
    return "".join("-" if end - begin > LONG_S else "." for begin, end, _ in stretches)
