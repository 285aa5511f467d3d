"""The functional schematic of the wrist build: power path, sensor, motor, light, button, cell."""

import bom
import schemdraw
import schemdraw.elements as elm
from schemdraw import flow

FONT = "DejaVu Sans,Verdana,sans-serif"
Drawing = schemdraw.Drawing


def svg() -> str:
    """The drawing."""
    schemdraw.use("svg")
    with schemdraw.Drawing(show=False) as d:
        d.config(font=FONT, fontsize=12, unit=2.4, margin=0.4, bgcolor="white")
        for draw, title, x, y in SECTIONS:
            elm.Label().at((x - 2, y + 2.6)).label(title, halign="left", fontsize=14)
            draw(d, x, y)
    return d.get_imagedata("svg").decode()


def _named(name: str) -> str:
    return f"{name}\n{bom.parts()[name].value}"


def _gpio(x: float, y: float, words: str) -> elm.Element:
    return elm.Dot(open=True).at((x, y)).label(words, loc="left")


def _power(d: Drawing, x: float, y: float) -> None:
    """USB charges the cell; the cell or USB feeds the regulator."""
    elm.Dot(open=True).at((x, y)).label("USB 5 V", loc="left")
    elm.Line().right(1).at((x, y))
    usb = elm.Dot()
    elm.Line().right(0.8)
    charger = flow.Box(w=2.6, h=1.2).anchor("W").label("charger\n300 mA")
    elm.Line().right(2.2).at(charger.E)
    bat = elm.Dot()
    elm.Line().up(0.8)
    elm.Vdd().label("BAT")
    elm.BatteryCell().down().at(bat.center).label(_named("BT1"), loc="bottom")
    elm.Ground()
    elm.Line().right(1.4).at(bat.center)
    switch = flow.Box(w=2.8, h=1.2).anchor("W").label("switch\nUSB or BAT")
    elm.Line().up(1.8).at(usb.center)
    elm.Line().right().tox(switch.N.x)
    elm.Line().down().to(switch.N)
    elm.Line().right(0.8).at(switch.E)
    regulator = flow.Box(w=2.6, h=1.2).anchor("W").label("regulator\n3.3 V")
    elm.Line().right(1).at(regulator.E)
    rail = elm.Dot()
    elm.Line().up(0.8)
    elm.Vdd().label("3V3")
    elm.Line().right(0.8).at(rail.center)
    flow.Box(w=2.2, h=1.2).anchor("W").label("ESP32")
    elm.Label().at((x + 13, y - 1.6)).label("The boxes are U1.", halign="left")
    elm.Label().at((x + 13, y - 2.2)).label("Its USB bridge is fed by USB.", halign="left")


def _sensor(d: Drawing, x: float, y: float) -> None:
    """I2C and INT with their pull-ups, and the sensor at the end of the lead."""
    left = [elm.IcPin(name, side="left") for name in ("INT", "SCL", "SDA")]
    right = [elm.IcPin(name, side="right") for name in ("GND", "VIN")]
    ic = elm.Ic(pins=[*left, *right], size=(4.4, 4), pinspacing=1.2).at((x + 11, y - 3.6))
    ic.label(_named("U2"), loc="top")
    rows = (
        ("SDA", "GPIO 21  SDA", "R6"),
        ("SCL", "GPIO 22  SCL", "R7"),
        ("INT", "GPIO 4  INT", "R8"),
    )
    for i, (pin, words, name) in enumerate(rows):
        end = getattr(ic, pin)
        node = x + 1.4 + 2.1 * i
        _gpio(x, end.y, words)
        elm.Line().at((x, end.y)).to(end)
        elm.Dot().at((node, end.y))
        elm.Line().at((node, end.y)).to((node, y - 0.4))
        elm.Resistor().up(2).label(_named(name), loc="bottom")
        elm.Vdd().label("3V3")
    elm.Label().at((x + 8.6, y - 4)).label("lead W1, 0.2 m")
    elm.Line().right(1.6).at(ic.VIN)
    node = elm.Dot()
    elm.Line().up(0.6)
    elm.Vdd().label("3V3")
    elm.Capacitor().down().toy(ic.GND.y).at(node.center).label(_named("C3"), loc="bottom")
    node = elm.Dot()
    elm.Line().down(0.6)
    elm.Ground()
    elm.Line().at(node.center).to(ic.GND)


def _motor(d: Drawing, x: float, y: float) -> None:
    """The motor on BAT, switched by a transistor, with its diode and capacitor."""
    _gpio(x, y, "GPIO 23")
    elm.Resistor().right().at((x, y)).label(_named("R4"))
    base = elm.Dot()
    elm.Resistor().down().at(base.center).label(_named("R5"), loc="bottom")
    elm.Ground()
    elm.Line().right(0.8).at(base.center)
    q = elm.BjtNpn(circle=True).anchor("base").label(_named("Q1"), loc="right", ofst=(0.2, -0.6))
    elm.Line().down().toy(y - 2.4).at(q.emitter)
    elm.Ground()
    elm.Line().up(0.4).at(q.collector)
    low = elm.Dot()
    motor = elm.Motor().up().label(_named("M1"), loc="top")
    high = elm.Dot()
    elm.Line().up(0.4)
    elm.Vdd().label("BAT")
    elm.Line().right(2).at(low.center)
    elm.Dot()
    elm.Schottky().up().toy(high.center.y).label(_named("D1"), loc="bottom")
    elm.Dot()
    elm.Line().right(2.2).at((low.center.x + 2, low.center.y))
    elm.Capacitor().up().toy(high.center.y).label(_named("C1"), loc="bottom")
    elm.Line().left().tox(motor.center.x)


def _cell(d: Drawing, x: float, y: float) -> None:
    """Half the cell's voltage on an ADC pin."""
    _gpio(x, y, "GPIO 32")
    elm.Line().right(3.4).at((x, y))
    node = elm.Dot()
    elm.Resistor().up().at(node.center).label(_named("R9"), loc="bottom")
    elm.Vdd().label("BAT")
    elm.Resistor().down().at(node.center).label(_named("R10"), loc="bottom")
    elm.Ground()
    elm.Dot().at((x + 1.2, y))
    elm.Capacitor().down().at((x + 1.2, y)).label(_named("C2"), loc="bottom")
    elm.Ground()


def _light(d: Drawing, x: float, y: float) -> None:
    """Three LEDs with one cathode, each by its own resistor."""
    for i, (words, name) in enumerate(
        (("GPIO 25  red", "R1"), ("GPIO 26  green", "R2"), ("GPIO 33  blue", "R3"))
    ):
        row = y - 1.5 * i
        _gpio(x, row, words)
        elm.Resistor().right().at((x, row)).label(f"{name}  {bom.parts()[name].value}")
        elm.LED().right()
        elm.Line().right(0.5)
        elm.Dot()
    elm.Line().down(3).at((x + 5.3, y))
    elm.Ground()
    elm.Label().at((x + 5.6, y - 0.75)).label(_named("D2"), halign="left")


def _button(d: Drawing, x: float, y: float) -> None:
    """To ground; the ESP32 pulls up by itself."""
    _gpio(x, y, "GPIO 27")
    elm.Button().right().at((x, y)).label("SW1")
    elm.Ground()


SECTIONS = (
    (_power, "Power path", 0, 0),
    (_sensor, "Sensor", 0, -7),
    (_motor, "Motor", 24, -1.6),
    (_cell, "Cell's voltage", 38, -1.6),
    (_light, "Light", 24, -9.4),
    (_button, "Button", 38, -9.4),
)
