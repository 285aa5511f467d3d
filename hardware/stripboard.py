"""Draws the stripboard A1, seen from its parts, from the holes that wiring.yml names."""

from dataclasses import dataclass
from itertools import groupby

from wireviz.Harness import Harness
from wiring import Wire, wires

STRIPS, COLUMNS = 12, "abcdefg"
PITCH, LEFT, TOP = 60, 290, 120  # pixels from hole to hole; the first hole
WIDTH, HEIGHT = 880, 850
EDGE_LEFT, EDGE_RIGHT = 170, 690
PAINT = {"R": "#ecd9b0", "C": "#f4b36b", "D": "#b9bfc6", "Q": "#b9bfc6"}


@dataclass(frozen=True)
class Hole:
    """A hole that is used: strip 1 to 12, column a to g, and the pin in it."""

    strip: int
    column: str
    pin: str
    colour: str

    @property
    def x(self) -> int:
        """Pixels from the left."""
        return LEFT + PITCH * COLUMNS.index(self.column)

    @property
    def y(self) -> int:
        """Pixels from the top."""
        return TOP + PITCH * (self.strip - 1)

    @property
    def part(self) -> str:
        """The reference of the part whose pin it is."""
        return self.pin.partition(".")[0]


def holes(harness: Harness) -> list[Hole]:
    """Every hole that is used, part by part, from the first strip on."""
    found = [_hole(wire) for wire in wires(harness) if wire.hole]
    return sorted(found, key=lambda hole: (hole.part, hole.strip, hole.column))


def _hole(wire: Wire) -> Hole:
    pin = next(end for end in wire.ends if not end.startswith("A1."))
    return Hole(int(wire.hole[:-1]), wire.hole[-1], pin, wire.colour)


def svg(harness: Harness) -> str:
    """The drawing."""
    board = harness.connectors["A1"]
    used = holes(harness)
    lines = [_board(dict(zip(board.pins, board.pinlabels, strict=True)))]
    for name, pins in groupby(used, key=lambda hole: hole.part):
        if name[0] in PAINT:
            lines.append(_part(name, list(pins)))
        else:
            lines += [_wire(hole) for hole in pins]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="DejaVu Sans,Verdana,sans-serif">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n{"".join(lines)}</svg>\n'
    )


def _text(x: float, y: float, words: str, at: str = "middle", size: int = 17) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{at}" font-size="{size}">{words}</text>\n'


def _line(x: float, y: float, to_x: float, to_y: float, colour: str, width: int) -> str:
    ends = f'x1="{x}" y1="{y}" x2="{to_x}" y2="{to_y}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>\n'


def _board(names: dict[int, str]) -> str:
    """The board with its strips, their names and its holes."""
    bottom = TOP + PITCH * (STRIPS - 1) + 35
    drawn = [
        _text(WIDTH / 2, 30, "Stripboard A1 from the side of the parts; the copper is underneath.")
    ]
    drawn += [_text(LEFT + PITCH * i, TOP - 45, c) for i, c in enumerate(COLUMNS)]
    drawn.append(
        f'<rect x="{EDGE_LEFT}" y="{TOP - 35}" width="{EDGE_RIGHT - EDGE_LEFT}" '
        f'height="{bottom - TOP + 35}" fill="#f6efe0" stroke="#000"/>\n'
    )
    for strip in range(1, STRIPS + 1):
        y = TOP + PITCH * (strip - 1)
        drawn.append(_line(LEFT - 25, y, EDGE_RIGHT - 15, y, "#e3b98d", 34))
        name = f"{strip} {names.get(strip, 'free')}"
        drawn.append(_text(EDGE_LEFT + 8, y - 12, name, "start", 15))
        drawn += [
            f'<circle cx="{LEFT + PITCH * i}" cy="{y}" r="6" fill="#fff" stroke="#8a6a48"/>\n'
            for i in range(len(COLUMNS))
        ]
    return "".join(drawn)


def _wire(hole: Hole) -> str:
    """A wire that leaves the board, to the side that it is nearer to."""
    right = COLUMNS.index(hole.column) > len(COLUMNS) // 2
    end = EDGE_RIGHT + 40 if right else EDGE_LEFT - 30
    name = hole.pin.replace(".", " ")
    return (
        _line(hole.x, hole.y, end, hole.y, "#000", 9)
        + _line(hole.x, hole.y, end, hole.y, hole.colour, 6)
        + f'<circle cx="{hole.x}" cy="{hole.y}" r="6" fill="#000"/>\n'
        + _text(end + (8 if right else -8), hole.y + 6, name, "start" if right else "end")
    )


def _part(name: str, pins: list[Hole]) -> str:
    """A part along its column: its legs, its body, its name."""
    first, last = pins[0], pins[-1]
    legs = _line(first.x, first.y, last.x, last.y, "#555", 4)
    dots = "".join(f'<circle cx="{hole.x}" cy="{hole.y}" r="6" fill="#000"/>\n' for hole in pins)
    return legs + (_transistor if name[0] == "Q" else _two_legs)(name, pins) + dots


def _two_legs(name: str, pins: list[Hole]) -> str:
    """Between its two holes; a diode with the ring on its side."""
    x, middle = pins[0].x, (pins[0].y + pins[1].y) / 2
    half = max(13, (pins[1].y - pins[0].y) / 2 - 22)
    body = (
        f'<rect x="{x - 20}" y="{middle - half}" width="40" height="{2 * half}" rx="6" '
        f'fill="{PAINT[name[0]]}" stroke="#000"/>\n'
    )
    ends = ((pins[0], middle - half + 3), (pins[1], middle + half - 3))
    rings = [y for hole, y in ends if hole.pin.endswith(".ring")]
    marks = [_line(x - 20, y, x + 20, y, "#000", 5) for y in rings]
    return body + "".join(marks) + _text(x, middle + 4, name, size=14)


def _transistor(name: str, pins: list[Hole]) -> str:
    """TO-92 from above: with C below, its flat side is to the right."""
    x, y = pins[1].x, pins[1].y
    body = (
        f'<path d="M{x + 20},{y - 42} V{y + 42} A55,55 0 1 1 {x + 20},{y - 42}" '
        f'fill="{PAINT["Q"]}" stroke="#000"/>\n'
    )
    letters = [_text(h.x + 32, h.y + 6, h.pin.partition(".")[2], size=15) for h in pins]
    return body + "".join(letters) + _text(x - 30, y + 5, name, size=14)
