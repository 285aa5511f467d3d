"""The one table of checks: what is read, its limit, and for each fault its cause and next step."""

from collections.abc import Callable
from dataclasses import dataclass, field

from vagaband.doctor import pulse, readings
from vagaband.doctor.findings import Findings
from vagaband.doctor.readings import Reading


@dataclass(frozen=True)
class Fault:
    """Why it probably is so, and what to do."""

    cause: str
    next_step: str


@dataclass(frozen=True)
class Check:
    """A line of the report: reads `probe`; skipped unless the checks it needs are ok."""

    name: str
    probe: str
    limit: str
    read: Callable[[Findings], Reading]
    faults: dict[str, Fault] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


LEADS = "Shorten the sensor's leads to 10 cm, check each joint, fit 4.7 kΩ pull-ups to 3.3 V."
REPLACE = "Fit another module; some clones carry a chip that only looks like a MAX30102."
RUN_AGAIN = "Run doctor again."

BUS_ERROR = Fault("The sensor stopped answering on the bus: a loose or long lead.", LEADS)
NONSENSE = Fault(
    "The board's answer can't be read: text of another program, or a disturbed line.", RUN_AGAIN
)

CHECKS = (
    Check(
        "MicroPython",
        "system",
        "1.26 or newer",
        readings.micropython,
        {
            "old": Fault(
                "It is older than what vagaband is tested with.",
                "Run: vagaband flash --port {port}",
            )
        },
    ),
    Check(
        "firmware",
        "system",
        "this package's",
        readings.firmware,
        {
            "missing": Fault(
                "MicroPython is there, the firmware is not; the wiring was checked with the "
                "default pins.",
                "Run: vagaband deploy --port {port}",
            ),
            "other": Fault(
                "Another version, or a copy that was broken off.",
                "Run: vagaband deploy --port {port} (the logs stay)",
            ),
        },
    ),
    Check(
        "free flash",
        "system",
        f"{readings.LEAST_FREE_BYTES:,} bytes, a day of beats",
        readings.free_flash,
        {
            "full": Fault(
                "The logs fill the flash.",
                "Run: vagaband pull --free --port {port}",
            )
        },
    ),
    Check(
        "reset cause",
        "reset",
        "not the watchdog",
        readings.reset_cause,
        {
            "watchdog": Fault(
                "The firmware stood still for 8 s and the watchdog reset the board: a bus that "
                "hangs, or a program broken off on the board.",
                "Unplug the board and plug it in; if the line comes back, check the leads and "
                "report it.",
            )
        },
    ),
    Check(
        "bus levels",
        "levels",
        "SDA and SCL high",
        readings.bus_levels,
        {
            "both low": Fault(
                "The sensor has no power, or its board pulls the lines up to 1.8 V, which the "
                "ESP32 reads as low.",
                "Measure SDA with the ESP32 unplugged from it: 0 V: check VIN and GND; 1.8 V: cut "
                "the board's three pull-ups off 1.8 V and fit 4.7 kΩ to 3.3 V.",
            ),
            "one low": Fault(
                "One line is shorted to ground, or the sensor holds it.",
                "Unplug the board's power for a minute; if the line stays low, look for a solder "
                "bridge to GND.",
            ),
            "no pull-up": Fault(
                "Nothing outside the ESP32 pulls the lines up to 3.3 V: a loose wire, a sensor "
                "without power, or pull-ups to 1.8 V.",
                "Fit 4.7 kΩ from SDA and SCL to 3.3 V; take a board's pull-ups off 1.8 V first.",
            ),
        },
    ),
    Check(
        "address",
        "address",
        "0x57 answers",
        readings.address,
        {
            "crossed": Fault("SDA and SCL are exchanged.", "Exchange the two wires."),
            "others": Fault("This is another device.", "Check which module is wired."),
            "none": Fault(
                "The sensor does not answer: no power at VIN, a broken SDA or SCL wire, or a "
                "board with 1.8 V pull-ups.",
                "Measure 3.3 V between VIN and GND at the sensor; check SDA and SCL end to end.",
            ),
        },
    ),
    Check(
        "part",
        "part",
        "0x15",
        readings.part,
        {
            "MAX30100": Fault(
                "This is a MAX30100, which has other registers; many boards carry both names.",
                "Fit a MAX30102.",
            ),
            "other": Fault("The chip at 0x57 is no MAX30102.", "Fit a MAX30102."),
        },
        needs=("address",),
    ),
    Check(
        "registers",
        "registers",
        "32 patterns come back",
        readings.registers,
        {
            "fast": Fault("The bus is too slow for 400 kHz: long leads, weak pull-ups.", LEADS),
            "always": Fault("Bits are lost at any speed: a loose joint, a damaged chip.", LEADS),
        },
        needs=("part",),
    ),
    Check(
        "reset values",
        "reset_values",
        "all 0 after a reset",
        readings.reset_values,
        {"kept": Fault("The chip does not reset as a MAX30102 does: a clone.", REPLACE)},
        needs=("registers",),
    ),
    Check(
        "temperature",
        "temperature",
        "10 to 45 °C",
        readings.temperature,
        {
            "out": Fault("The chip is very hot or cold, or a clone.", REPLACE),
            "none": Fault("The chip's thermometer does not work: a clone.", REPLACE),
        },
        needs=("registers",),
    ),
    Check(
        "sampling",
        "dark",
        "{} to {} in 250 ms".format(*readings.SAMPLES_IN_250_MS),
        readings.sampling,
        {"none": Fault("The chip does not sample as it is told: a clone.", REPLACE)},
        needs=("registers",),
    ),
    Check(
        "dark counts",
        "dark",
        f"below {readings.DARK_COUNTS}",
        readings.dark,
        {
            "leak": Fault(
                "Light reaches the sensor with its LEDs off: sun, a lamp, an open cuff.",
                "Shade the sensor, close the cuff, run doctor again.",
            ),
        },
        needs=("sampling",),
    ),
    *(
        Check(
            f"{name} LED",
            "leds",
            f"at least {readings.LEAST_RISE_COUNTS} counts of light at 6 mA",
            read,
            {
                "dead": Fault(
                    f"The {name} LED gives no light: VLED has no supply, pin {pin} is tied to "
                    "ground, or the LED is dead.",
                    f"Check VLED (3.1 to 5 V), leave pin {pin} open; else fit another module.",
                )
            },
            needs=("sampling",),
        )
        for name, pin, read in (("red", "RD", readings.red_led), ("IR", "IRD", readings.ir_led))
    ),
    Check(
        "LED supply",
        "supply",
        f"at least {100 * readings.SUPPLY_SHARE:.0f} % of the light due at 25 mA",
        readings.led_supply,
        {
            "brown-out": Fault(
                "The sensor's supply breaks down when its LEDs draw current.",
                "Fit 10 µF at the sensor between VIN and GND, use thicker or shorter wires.",
            ),
            "weak": Fault(
                "The LED current does not follow: VLED is too low (a 3.3 V regulator fed from "
                "3.3 V) or its wire too thin.",
                "Measure at least 3.2 V between VIN and GND at the sensor: thicker or shorter "
                "wires, 10 µF there. Feed VIN from no more than 3.3 V where the board pulls SDA "
                "and SCL up to VIN: the ESP32's pins take no more.",
            ),
        },
        needs=("red LED", "IR LED"),
    ),
    Check(
        "IR only",
        "ir_only",
        "samples in multi-LED mode",
        readings.ir_only,
        {
            "rate": Fault(
                "The chip does not sample in multi-LED mode.",
                "Leave the IR-only power mode off; all else works.",
            ),
            "dark": Fault(
                "In multi-LED mode the chip's second slot is not IR.",
                "Leave the IR-only power mode off; all else works.",
            ),
        },
        needs=("IR LED",),
    ),
    Check(
        "FIFO overflow",
        "overflow",
        "full after 0.5 s, losses counted",
        readings.overflow,
        {
            "uncounted": Fault(
                "The chip does not count lost samples as a MAX30102 does: gaps would go unseen.",
                REPLACE,
            )
        },
        needs=("sampling",),
    ),
    Check(
        "INT pin",
        "interrupt",
        "high, and low with 17 samples",
        readings.interrupt,
        {
            "no pull-up": Fault(
                "INT is wired but nothing outside the ESP32 pulls it up.",
                "Fit 4.7 to 10 kΩ from INT to 3.3 V, or leave INT unwired.",
            ),
            "stuck": Fault(
                "INT stays low: a short to ground, or pulled up to 1.8 V only.",
                "Look for a bridge to GND; or leave INT unwired.",
            ),
            "erratic": Fault("INT does not follow the FIFO: a loose wire.", "Check INT's wire."),
        },
        needs=("sampling",),
    ),
    Check(
        "sample rate",
        "watch_pulse",
        "98.5 to 101.5 Hz by the ESP32's crystal",
        pulse.sample_rate,
        {
            "clock": Fault(
                "The sensor's oscillator is outside a MAX30102's ±1.5 %: a clone.",
                "The device measures the rate and corrects up to 3 %; beyond that fit another "
                "module.",
            ),
            "far": Fault(
                "The rate is not the one set: a clone, or samples lost on the bus.", REPLACE
            ),
            "none": Fault("The chip stopped sampling.", LEADS),
            "brown-out": Fault(
                "The sensor's supply broke down while it was measuring.",
                "Fit 10 µF at the sensor between VIN and GND, check its wires.",
            ),
        },
        needs=("sampling",),
    ),
    Check(
        "contact",
        "contact",
        "a finger's light for a second",
        pulse.contact,
        {
            "none": Fault(
                "No finger was on the sensor, or it lies beside the window.",
                "Cover the window with a fingertip and run doctor again; --no-finger leaves this "
                "out.",
            ),
            "left": Fault("The finger came off.", "Rest the hand on a table and run it again."),
            "saturated": Fault(
                "The light is at the end of the range.",
                "Press less, shade the sensor, run doctor again; worn, the device lowers the IR "
                "LED's current itself.",
            ),
        },
        needs=("IR LED",),
    ),
    Check(
        "perfusion",
        "contact",
        f"a pulse of at least {pulse.LEAST_PERFUSION} %",
        pulse.perfusion,
        {
            "weak": Fault(
                "The pulse is too small: a cold finger, pressed too hard, or the wrist, where "
                "this sensor does not work.",
                "Warm the hand, let the cuff hold the finger lightly, run doctor again.",
            ),
            "no pulse": Fault(
                "The light moves, but not like a pulse: movement, a lamp, a loose cuff.",
                "Rest the hand on a table, shade the sensor, run doctor again.",
            ),
        },
        needs=("contact",),
    ),
    Check(
        "LED order",
        "contact",
        f"pulse in red/IR at most {pulse.MOST_RED_TO_IR}",
        pulse.led_order,
        {
            "exchanged": Fault(
                "Red and IR are exchanged on this board (some black clones, revision 3), unless "
                "the finger moved.",
                "Look at the sensor while doctor says that LED1 is on: no red light confirms it. "
                "Then: vagaband config set leds_swapped 1 --now --port {port}",
            ),
            "wrongly told": Fault(
                "The key leds_swapped says that red and IR are exchanged, and they are not, "
                "unless the finger moved.",
                "Look at the sensor while doctor says that LED1 is on: red light confirms it. "
                "Then: vagaband config set leds_swapped 0 --now --port {port}",
            ),
        },
        needs=("perfusion", "red LED"),
    ),
    Check(
        "completeness",
        "end",
        "every probe runs",
        readings.completeness,
        {
            "broken": Fault(
                "The board fell silent or its program failed: a bus that hangs, a cable that "
                "came off, or a fault of vagaband.",
                "Check the cable and run doctor again; if it stays, report it with these lines.",
            )
        },
    ),
    Check(
        "restart",
        "app",
        "the firmware answers",
        readings.app,
        {
            "silent": Fault(
                "The firmware did not come back after the checks.",
                "Reset the board; if it stays silent: vagaband rescue --port {port}",
            ),
            "settings": Fault(
                "The file of what is set is bad: the default holds in place of what it spoilt.",
                "See it with vagaband config get --port {port}; setting a key mends it.",
            ),
        },
    ),
)
