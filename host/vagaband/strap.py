"""The device as a heart-rate strap over Bluetooth: on, off, forget its client."""

from typing import Any

from vagaband.device import Device
from vagaband.errors import VagabandError

WARNING = (
    "As a strap the device broadcasts by Bluetooth: anyone within some tens of metres sees its "
    "name while no app is connected, and the first phone that pairs gets every heartbeat. Pair "
    "yours at once; later ones are sent away until the bond is forgotten. The radio costs power."
)
STATES = {
    "off": "off: the radio is off",
    "waiting": "on, no app listens",
    "client": "on, an app listens",
}


def strap(url: str, what: str) -> dict[str, Any]:
    """Switch the strap `on` or `off`, `forget` its client, or ask (`status`); the board's answer.

    VagabandError where the radio does not start.
    """
    with Device(url) as device:
        answer = device.ask(f"strap {what}".removesuffix(" status"))
    state = str(answer.get("strap", "the board does not say why"))
    if state not in STATES:
        raise VagabandError(
            f"The strap is off: {state}.",
            "Reset the board and try again; it measures without the radio.",
        )
    return answer


def in_words(answer: dict[str, Any]) -> str:
    """A board's answer for a person."""
    bond = "bonded with a phone" if answer.get("bonded") else "no phone is bonded"
    counts = f"{answer.get('sent', 0)} intervals sent, {answer.get('dropped', 0)} dropped"
    return f"strap {answer.get('name', '?')}: {STATES[answer['strap']]}; {bond}; {counts}"
