"""Modes of the sensor on the real firmware: rate, infrared alone, LEDs exchanged."""

from collections.abc import Callable

import pytest
from vagaband import twin
from vagaband.device import Device
from vagaband.journal import GAP, LED
from vagaband.validate import validate
from worn import Worn, only_session

Wear = Callable[..., Worn]
SLOW_DARK = {"rate_hz": 50, "ir_only": 1}
BUSY = """
60 off
70 on
150 brownout
200 stall %g
250 nak 2
"""


@pytest.mark.parametrize(
    "config",
    [{"rate_hz": 50}, {"ir_only": 1}, SLOW_DARK, {"leds_swapped": 1, "ir_only": 1}],
)
def test_each_mode_is_bit_exact_through_faults_and_finds_the_hearts_rsa(
    wear_device: Wear, config: dict[str, int]
):
    """Lifted finger, too little current at first, brown-out, overflow, a bus that fails."""
    heart = "hp=900,rsa=6,noise=10,clock=0.99"
    rate_hz = config.get("rate_hz", 100)
    script = BUSY % (50 / rate_hz)  # the FIFO holds 32
    config = {**config, "ir_code": 8}
    worn = {"seed": 11, "heart": heart, "swapped": bool(config.get("leds_swapped"))}
    logged = only_session(wear_device(5, script=script, config=config, **worn))
    assert logged.header["rate_hz"] == rate_hz
    assert logged.samples == pytest.approx(0.99 * rate_hz * (300 - 8), rel=0.03)
    assert bool(logged.red) == (not config.get("ir_only"))
    device = twin.as_logged(logged)
    again, note = twin.of_journal(logged)
    assert note == ""
    assert device.raw == again.raw
    assert validate(device, again, integrity=logged.integrity).passed
    assert [gap.cause for gap in device.gaps] == ["brown-out", "overflow", "bus"]
    assert [event.arg & 128 for event in logged.events if event.code == GAP] == [128, 0, 128]
    assert any(event.code == LED for event in logged.events)
    sound = [i.ibi_ms for i in device.intervals if i.flag == "ok"]
    assert len(sound) > 270
    assert sum(sound) / len(sound) == pytest.approx(900, rel=0.02)


def test_a_chip_that_refuses_infrared_alone_measures_with_both_and_says_so(
    wear_device: Wear,
):
    """A clone without multi-LED mode: a gap of some seconds at the start, then all is well."""
    worn = wear_device(1, seed=12, faults=("no_multi_led",), config=SLOW_DARK)
    logged = only_session(worn)
    assert len(logged.beats) > 50
    with Device(worn.board.url) as device:
        said = device.ask("status")
    assert said["mode"] == "50 Hz, red and infrared, as the chip refuses infrared alone"
