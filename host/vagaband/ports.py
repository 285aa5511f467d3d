"""Which serial ports have a board on them, and which board."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from serial.tools import list_ports

from vagaband.device import Device
from vagaband.errors import DeviceError
from vagaband.plain import plain
from vagaband.prompt import Prompt

STATUS_S = 1.5  # a flush on the device takes up to a second
PROMPT_S = 2.0

# USB bridges and chips that ESP32 boards come with, by vendor and product. None of them says
# what is behind it: that takes a handshake.
BRIDGES = {
    (0x10C4, 0xEA60): "CP2102",
    (0x1A86, 0x7522): "CH340",
    (0x1A86, 0x7523): "CH340",
    (0x1A86, 0x5523): "CH341",
    (0x1A86, 0x55D3): "CH343",
    (0x1A86, 0x55D4): "CH9102",
    (0x0403, 0x6001): "FT232R",
    (0x0403, 0x6010): "FT2232",
    (0x303A, 0x1001): "Espressif USB-Serial/JTAG",
    (0x303A, 0x0002): "ESP32-S2 ROM",
    (0x303A, 0x4001): "MicroPython USB",
}

WHO = """
import binascii, json, machine, os, sys
v = sys.implementation
print(json.dumps([v[0], list(v[1])[:3], binascii.hexlify(machine.unique_id()).decode(),
    'vagal' in os.listdir('/')]))
"""


@dataclass(frozen=True)
class Found:
    """A port: its bridge, and what answered there.

    `kind`: "vagaband", "micropython", "blank" (an ESP32 without a program), "silent", "unusable".
    """

    port: str
    bridge: str
    kind: str
    says: str
    device: str = ""
    next: str = ""

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        return asdict(self)


def shortlist() -> list[tuple[str, str]]:
    """Ports that may have a board, as (port, name of the bridge)."""
    return sorted(
        (port.device, BRIDGES[port.vid, port.pid])
        for port in list_ports.comports()
        if (port.vid, port.pid) in BRIDGES
    )


def identify_all() -> list[Found]:
    """What is behind every port of the shortlist; within about 6 s."""
    ports = shortlist()
    with ThreadPoolExecutor(max_workers=max(1, len(ports))) as pool:
        return list(pool.map(lambda port: identify(*port), ports))


def identify(port: str, bridge: str = "") -> Found:
    """Ask what is behind a port; a device that measures goes on measuring."""
    try:
        found = _ask_device(port, bridge)
        return found or _ask_prompt(port, bridge)
    except DeviceError as error:
        return Found(port, bridge, "unusable", error.what, next=error.next_step)


def _ask_device(port: str, bridge: str) -> Found | None:
    with Device(port) as device:
        answer = device.try_ask("status", STATUS_S)
        blank = b"invalid header: 0x" in device.stray
    if answer and "vagaband" in answer:
        firmware = f"vagaband {answer['vagaband']}, firmware {answer.get('firmware', '?')}"
        return Found(port, bridge, "vagaband", plain(firmware), plain(answer.get("device") or ""))
    if blank:
        return Found(
            port,
            bridge,
            "blank",
            "an ESP32 without a program",
            next=f"vagaband flash --port {port}",
        )
    return None


def _ask_prompt(port: str, bridge: str) -> Found:
    try:
        with Prompt(port, PROMPT_S, relax=False) as prompt:
            name, version, device, ours = json.loads(prompt.run(WHO, 2.0))
            prompt.restart()
    except (DeviceError, ValueError):
        return Found(
            port,
            bridge,
            "silent",
            "no answer: a blank board, another program, or no board",
            next=f"vagaband flash --port {port} puts vagaband on an ESP32",
        )
    text = plain(f"{name} {'.'.join(str(n) for n in version)}")
    with_what = "with vagaband, which does not run" if ours else "without vagaband"
    verb = "rescue" if ours else "flash"
    return Found(
        port,
        bridge,
        "micropython",
        f"{text} {with_what}",
        plain(device),
        f"vagaband {verb} --port {port}",
    )


def the_port(named: str | None) -> str:
    """The port to use: the one named, or the only one that may have a board."""
    if named:
        return named
    ports = shortlist()
    if not ports:
        raise DeviceError(
            "No board is plugged in.",
            "Plug one in with a cable that carries data, or name its port with --port.",
        )
    if len(ports) > 1:
        seen = "; ".join(f"{f.port} ({f.bridge}): {f.says}" for f in identify_all())
        raise DeviceError(f"There are {len(ports)} boards: {seen}.", "Choose one with --port.")
    return ports[0][0]
