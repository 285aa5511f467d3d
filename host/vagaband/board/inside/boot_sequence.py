"""From power-on to the firmware: builds the world, mounts the flash, runs boot.py and main.py."""

import gc
import os
import select
import sys
import time

import micropython
import vfs

READY = "\x02vagaband board ready\x03\n"  # the supervisor swallows all up to this
OWN_MODULES = (
    "air boot_sequence chip console flash flash_faults i2c_bus motor pace pins resets rtc"
    " script_actions sleep umbilical virtual_bluetooth virtual_esp32 virtual_machine"
    " virtual_time world"
)


def start(main_globals):
    """Runs a board's life up to the REPL, which the interpreter then opens by itself."""
    from resets import SOFT_RESET
    from umbilical import Umbilical

    umbilical = Umbilical()
    config = eval(umbilical.ask(b"B", b"", b"b"))
    world = _build_world(config, umbilical)
    shadows = _build_shadows(config, world)
    _mount(config, world)
    sys.atexit(lambda: umbilical.send(b"Z", repr((SOFT_RESET, world.kept(True))).encode()))
    for name in OWN_MODULES.split():
        sys.modules.pop(name, None)
    for name, module in shadows.items():
        sys.modules[name] = sys.modules["u" + name] = module
    sys.path[:] = ["", ".frozen", "/lib"]
    gc.collect()
    world.boot(config["app_follows"])
    print(READY, end="")
    app_runs = (
        _run("boot.py", main_globals) and config["app_follows"] and "main.py" in os.listdir()
    )
    if app_runs:
        _run("main.py", main_globals)
    world.at_prompt(app_runs)


def _build_world(config, umbilical):
    """The world with its chip and clock, as a reset left them."""
    from air import Air
    from chip import Chip
    from motor import Motor
    from rtc import Rtc
    from world import World

    trace = open(config["pin_trace"], "ab") if config["pin_trace"] else None
    line_trace = open(config["line_trace"], "ab") if config["line_trace"] else None
    world = World(config, umbilical, time, trace, line_trace)
    light = _light_of(umbilical, world)
    chip = Chip(world, light, config["clock"], config["part_id"], config["swapped"])
    chip.faults = config["faults"]
    chip.motor = Motor()
    chip.first_start_us, chip.first_period_us = world.first_start_us, world.first_period_us
    chip.on_first_sample = lambda: world.first_sample(chip.first_start_us, chip.first_period_us)
    device = config["device"]
    if device:
        chip.restore(device["chip"])
    world.chip = chip
    world.rtc = Rtc(world, device and device["rtc"])
    record = config["ble_file"] and open(config["ble_file"], "a")
    world.air = Air(world, record, config["seed"], config["world"]["air"])
    return world


def _build_shadows(config, world):
    """The modules that stand before MicroPython's own, by name."""
    import virtual_bluetooth
    import virtual_esp32
    import virtual_machine
    import virtual_time
    from console import Console, Micropython, Select, Sys
    from sleep import Sleep

    virtual_bluetooth.bind(world)
    console = Console(world, sys.stdin.buffer, sys.stdout.buffer, select, config["baud"])
    sleep = Sleep(world, console, config["seed"])
    virtual_time.bind(world)
    virtual_esp32.bind(sleep)
    virtual_machine.bind(world, world.chip, world.rtc, config["unique_id"], sleep)
    return {
        "time": virtual_time,
        "machine": virtual_machine,
        "bluetooth": virtual_bluetooth,
        "esp32": virtual_esp32,
        "sys": Sys(sys, console),
        "select": Select(select),
        "micropython": Micropython(micropython),
        "os": Os(config["seed"] + 65537 * world.boots),
    }


def _light_of(umbilical, world):
    """The light that falls on the chip, asked of the supervisor."""
    import struct

    def light(stretch_us, period_us, index, n, settings):
        width, span, average, rate_hz, lit = settings
        head = struct.pack(
            "<ddqIBBHHB", stretch_us, period_us, index, n, width, span, average, rate_hz, len(lit)
        )
        wanted = head + bytes(v for pair in lit for v in pair)
        return world.pace.supervised(lambda: umbilical.ask(b"L", wanted, b"l"))

    return light


def _mount(config, world):
    """Mounts the flash file as the root; a blank one is formatted first."""
    from flash import Partition, is_blank, make_file_system
    from flash_faults import Trace

    flash = open(config["flash_file"], "r+b")
    trace = config["flash_trace"] and Trace(open(config["flash_trace"], "ab"))
    partition = Partition(
        flash, world, config["seed"], config["erase_us"], world.flash_faults, trace
    )
    vfs.umount("/")
    if is_blank(flash):
        vfs.mount(make_file_system(vfs, partition), "/")
        os.chdir("/")
        return
    while True:
        try:
            vfs.mount(vfs.VfsLfs2(partition, mtime=False), "/")
            os.chdir("/")
            return
        except OSError:
            print(READY, end="")
            print(
                "The filesystem appears to be corrupted. If you had important data there, you\n"
                "may want to make a flash snapshot to try to recover it. Otherwise, erase the\n"
                "flash file and start again.\n"
            )
            world.at_prompt()
            world.sleep_us(3_000_000)


def _run(name, main_globals):
    """Runs a file of the board if it is there; whether the boot goes on."""
    if name not in os.listdir():
        return True
    try:
        with open(name) as file:
            source = file.read()
        exec(compile(source, name, "exec"), main_globals)
        return True
    except SystemExit:
        raise
    except BaseException as error:
        sys.print_exception(error)
        return False


class Os:
    """`os` as an ESP32 has it: random bytes come from the seed."""

    def __init__(self, seed):
        self._state = seed * 7919 + 1

    def __getattr__(self, name):
        if name in ("system", "getenv", "putenv", "unsetenv"):
            raise AttributeError(name)
        return getattr(os, name)

    def urandom(self, n):
        """`n` bytes that the seed decides."""
        out = bytearray(n)
        for i in range(n):
            self._state = (self._state * 1103515245 + 12345) & 0x7FFFFFFF
            out[i] = self._state >> 16 & 0xFF
        return bytes(out)

    def uname(self):
        """Names of the port."""
        return ("esp32", "esp32", "1.29.0", "virtual", "Virtual ESP32 module with ESP32")

    def sync(self):
        """All is written through."""
