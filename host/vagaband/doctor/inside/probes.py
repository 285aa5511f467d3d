"""What `vagaband doctor` runs on the board: it measures, and judges nothing.

Runs in the REPL after the sensor's driver (Max30102 and its constants) and DOCTOR, a dict of
options. Each probe prints one line, "doctor:" and JSON. The LEDs are on for seconds at a time and
off at the end, whatever happens. Register facts: the MAX30102 datasheet, revision 1 (10/18).
"""

# ruff: noqa: F821
# pyright: basic, reportMissingImports=false, reportUndefinedVariable=false
# pyright: reportAttributeAccessIssue=false, reportOptionalMemberAccess=false

import binascii
import gc
import json
import os
import sys
import time

import machine

try:
    from vagal import board, config

    SWAPPED = bool(config.load().get("leds_swapped"))
except Exception:  # absent or half-copied: the wiring can be checked all the same
    board = None
    SWAPPED = False

SDA = getattr(board, "SDA", 21)
SCL = getattr(board, "SCL", 22)
INT = getattr(board, "INT", 4)
CHIP = 0x57
STATUS, STATUS_2, ENABLE, ENABLE_2, POINTERS, FIFO = 0x00, 0x01, 0x02, 0x03, 0x04, 0x07
FIFO_CONFIG, MODE, SPO2, LED_RED, LED_IR, SLOTS = 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x11
SHUTDOWN, RESET, SPO2_MODE, MULTI_MODE = 0x80, 0x40, 0x03, 0x07
RANGE_4096, RANGE_16384 = 0x2F, 0x6F  # 400 sps, 411 us
LOW_CODE, LED_CODE, HIGH_CODE = 0x0F, 0x1F, 0x7F  # 3, 6.2 and 25.4 mA
CLEARED = (ENABLE, ENABLE_2, 4, 5, 6, FIFO_CONFIG, MODE, SPO2, LED_RED, LED_IR, SLOTS, 0x12)
FILL_MS = 250  # 25 samples, and the FIFO holds 32
TURN_MS = 100


def tell(probe, **facts):
    """One line for the host."""
    facts["probe"] = probe
    print("doctor:" + json.dumps(facts))


def probe(name, measure, *arguments):
    """Tell what `measure` finds, or the number of the bus error that it met."""
    try:
        facts = measure(*arguments)
    except OSError as e:
        facts = {"error": e.args[0] if e.args else -1}
    tell(name, **facts)
    return facts


# the ESP32


def system():
    facts = {
        "micropython": list(sys.implementation.version[:3]),
        "machine": os.uname()[4],
        "device": binascii.hexlify(machine.unique_id()).decode(),
        "pins": [SDA, SCL, INT],
        "swapped": SWAPPED,
        "firmware": "",
        "version": "",
    }
    blocks = os.statvfs("/")
    facts["free"] = blocks[0] * blocks[3]
    try:
        from vagal import version

        facts["version"] = version.VERSION
        facts["firmware"] = version.firmware_hash()
    except Exception as e:
        facts["missing"] = repr(e)
    return facts


# the bus


def pulled(number, pull):
    pin = machine.Pin(number, machine.Pin.IN, pull)
    time.sleep_ms(2)
    return pin.value()


def levels():
    """Levels [SDA, SCL] against the ESP32's pull-up and pull-down; SDA once more after clocks."""
    up, down = machine.Pin.PULL_UP, machine.Pin.PULL_DOWN
    low = [pulled(SDA, down), pulled(SCL, down)]
    high = [pulled(SDA, up), pulled(SCL, up)]
    return {"down": low, "up": high, "freed": high == [0, 1] and bool(free_data_line())}


def free_data_line():
    """A reset in the middle of a transfer leaves the chip holding SDA: nine clocks and a stop
    end that."""
    clock = machine.Pin(SCL, machine.Pin.OUT, value=1)
    data = machine.Pin(SDA, machine.Pin.OPEN_DRAIN, machine.Pin.PULL_UP, value=1)
    stop = ((clock, 0), (data, 0), (clock, 1), (data, 1))
    for pin, level in ((clock, 0), (clock, 1)) * 9 + stop:
        pin.value(level)
        time.sleep_us(5)
    return pulled(SDA, machine.Pin.PULL_UP)


def new_bus(sda, scl, hz):
    return machine.I2C(0, scl=machine.Pin(scl), sda=machine.Pin(sda), freq=hz)


def address(scan):
    """Without `scan` nothing is tried: on lines that are low it takes minutes."""
    global bus
    if not scan:
        return {"found": [], "crossed": False}
    bus = new_bus(SDA, SCL, 400000)
    found = bus.scan()
    crossed = False
    if CHIP not in found:
        crossed = CHIP in new_bus(SCL, SDA, 400000).scan()
    return {"found": found[:16], "crossed": crossed}


def part():
    try:
        read(0xFF)
    except OSError:
        time.sleep_ms(10)  # the first transfer after power-on may fail
    return {"part": read(0xFF), "revision": read(0xFE)}


def read(register):
    return bus.readfrom_mem(CHIP, register, 1)[0]


def write(register, value):
    bus.writeto_mem(CHIP, register, bytes((value,)))


def registers():
    """Write and read back 32 patterns, at full and at low speed; how many came back wrong."""
    global bus
    facts = {}
    write(MODE, SHUTDOWN)
    for name, hz in (("wrong_slow", 100000), ("wrong", 400000)):
        bus = new_bus(SDA, SCL, hz)
        wrong = 0
        for i in range(32):
            value = (0x00, 0xFF, 0x55, 0xAA)[i & 3] ^ (i >> 2)
            write(LED_RED, value)
            wrong += read(LED_RED) != value
        facts[name] = wrong
    write(LED_RED, 0)
    return facts


def reset_values():
    write(MODE, SHUTDOWN)
    for register, value in ((FIFO_CONFIG, 0x4F), (SPO2, 0x2F), (LED_IR, 0x1F), (SLOTS, 0x21)):
        write(register, value)
    write(MODE, RESET)
    for _ in range(10):
        if not read(MODE) & RESET:
            break
        time.sleep_ms(10)
    read(STATUS)  # drops PWR_RDY
    return {"kept": [[r, read(r)] for r in CLEARED if read(r)]}


def temperature():
    """TEMP_EN clears at once: the ready flag counts, and it needs its enable bit."""
    write(MODE, SPO2_MODE)
    write(ENABLE_2, 2)
    read(STATUS_2)
    write(0x21, 1)
    for _ in range(20):
        time.sleep_ms(5)
        if read(STATUS_2) & 2:
            break
    else:
        return {"celsius": None}
    whole = read(0x1F)
    write(ENABLE_2, 0)
    return {"celsius": (whole - 256 if whole > 127 else whole) + (read(0x20) & 15) / 16}


# the light


def sample(mode, settings, red_code, ir_code):
    """Begin to sample: mean of 4 at 400 sps, rollover off, FIFO empty, interrupt at 17."""
    write(MODE, SHUTDOWN)
    write(FIFO_CONFIG, 0x4F)
    write(SPO2, settings)
    write(LED_RED, red_code)
    write(LED_IR, ir_code)
    write(SLOTS, 0x02 if mode == MULTI_MODE else 0)
    write(MODE, mode)
    empty()


def empty():
    bus.writeto_mem(CHIP, POINTERS, b"\x00\x00\x00")


def waiting():
    """(samples that wait, overflow counter)"""
    written, overflow, taken = bus.readfrom_mem(CHIP, POINTERS, 3)
    return (written - taken) & 31, overflow & 31


def light(settings, red_code, ir_code, mode=SPO2_MODE):
    """Counts per LED, the mean of the newer half of the samples, and how many came."""
    sample(mode, settings, red_code, ir_code)
    time.sleep_ms(FILL_MS)
    n, _ = waiting()
    leds = 1 if mode == MULTI_MODE else 2
    sums = [0] * leds
    used = 0
    for i in range(n):
        data = bus.readfrom_mem(CHIP, FIFO, 3 * leds)
        if 2 * i >= n:
            used += 1
            for k in range(leds):
                sums[k] += (data[3 * k] << 16 | data[3 * k + 1] << 8 | data[3 * k + 2]) & 0x3FFFF
    return [s // used if used else 0 for s in sums], n


def dark():
    counts, n = light(RANGE_4096, 0, 0)
    return {"red": counts[0], "ir": counts[1], "n": n}


def leds():
    """Each LED alone, then both with little and with much current; [red, IR] counts."""
    facts = {"none": light(RANGE_16384, 0, 0)[0]}
    tell("glow")
    facts["red"] = light(RANGE_16384, LED_CODE, 0)[0]
    time.sleep_ms(DOCTOR["glow_ms"])
    facts["ir"] = light(RANGE_16384, 0, LED_CODE)[0]
    return facts


def supply():
    none = light(RANGE_16384, 0, 0)[0]
    low = light(RANGE_16384, LOW_CODE, LOW_CODE)[0]
    read(STATUS)
    high = light(RANGE_16384, HIGH_CODE, HIGH_CODE)[0]
    lost = read(STATUS) & 1 or read(LED_IR) != HIGH_CODE
    return {
        "low": [low[k] - none[k] for k in (0, 1)],
        "high": [high[k] - none[k] for k in (0, 1)],
        "codes": [LOW_CODE, HIGH_CODE],
        "lost": bool(lost),
    }


def ir_only():
    counts, n = light(RANGE_4096, 0, LED_CODE, MULTI_MODE)
    return {"n": n, "ir": counts[0]}


# FIFO and interrupt


def overflow():
    sample(SPO2_MODE, RANGE_4096, 0, 0)
    time.sleep_ms(500)
    n, lost = waiting()
    return {"waiting": n, "lost": lost}


def interrupt():
    """How often of 3 times INT is high with the flag cleared, and low once 17 samples wait."""
    facts = {"high": 0, "low": 0}
    sample(SPO2_MODE, RANGE_4096, 0, 0)
    write(ENABLE, 0x80)
    for _ in range(3):
        empty()
        read(STATUS)
        facts["high"] += pulled(INT, machine.Pin.PULL_UP)
        time.sleep_ms(FILL_MS)
        facts["low"] += not pulled(INT, machine.Pin.PULL_UP)
    empty()
    read(STATUS)
    facts["external"] = pulled(INT, machine.Pin.PULL_DOWN)
    machine.Pin(INT, machine.Pin.IN, machine.Pin.PULL_UP)
    write(ENABLE, 0)
    return facts


# the pulse, with the firmware's own driver


def start_driver():
    sensor = Max30102(bus, LED_CODE, LED_CODE, time.sleep_ms)
    sensor.set_mode(100, False, SWAPPED)
    sensor.start()
    time.sleep_ms(300)
    for _ in range(4):  # what has to settle is dropped by the driver
        sensor.drain()
        time.sleep_ms(TURN_MS)
    return sensor


def wait_for_finger(sensor):
    """Until a finger has been on for a second, or the time is up; the IR counts then."""
    least = 1280 * LED_CODE  # as vagal.contact: 100 nA/mA
    since = time.ticks_ms()
    on = counts = 0
    while on < 10 and time.ticks_diff(time.ticks_ms(), since) < DOCTOR["finger_ms"]:
        time.sleep_ms(TURN_MS)
        n = sensor.drain()
        if n:
            counts = sum(sensor.ir) // n
            on = on + 1 if counts >= least else 0
    return {"counts": counts, "least": least, "on": on >= 10}


def watch(sensor):
    """Stream what the driver drains for the time wanted, each drain with its instant."""
    began = time.ticks_us()
    elapsed = 0
    while elapsed < 1000 * DOCTOR["watch_ms"]:
        time.sleep_ms(TURN_MS)
        elapsed = time.ticks_diff(time.ticks_us(), began)
        n = sensor.drain()
        pack = bytearray(6 * n)
        for i in range(n):
            for k, counts in ((0, sensor.ir[i]), (3, sensor.red[i])):
                p = 6 * i + k
                pack[p] = counts >> 16
                pack[p + 1] = counts >> 8 & 0xFF
                pack[p + 2] = counts & 0xFF
        tell(
            "light",
            us=elapsed,
            lost=sensor.lost,
            browned_out=sensor.browned_out,
            data=binascii.b2a_base64(pack).decode().strip(),
        )
        gc.collect()


def watch_pulse():
    sensor = start_driver()
    if DOCTOR["finger_ms"]:
        tell("finger_wanted")
        tell("contact", **wait_for_finger(sensor))
        sensor.drain()
    watch(sensor)
    return {}


# in order


def lights_out():
    """Whatever happens: another Ctrl-C does not keep the LEDs on."""
    for _ in range(5 if bus else 0):
        try:
            write(LED_RED, 0)
            write(LED_IR, 0)
            write(MODE, SHUTDOWN)
            return
        except (OSError, KeyboardInterrupt):
            pass


def examine():
    probe("system", system)
    lines = probe("levels", levels)
    scan = lines["up"] == [1, 1] or lines["freed"]
    if CHIP not in probe("address", address, scan).get("found", ()):
        return
    if probe("part", part).get("part") != 0x15:
        return
    for measure in (registers, reset_values, temperature, dark, leds, supply, ir_only):
        probe(measure.__name__, measure)
    for measure in (overflow, interrupt, watch_pulse):
        probe(measure.__name__, measure)


bus = None
try:
    examine()
    tell("done")
finally:
    lights_out()
