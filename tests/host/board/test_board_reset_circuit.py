"""The auto-reset circuit: its truth table, and what sequences of DTR and RTS do."""

import pytest
from vagaband.board.reset_circuit import DOWNLOAD, GRACE_S, OFF, RUN, ResetCircuit, levels

ON, RELEASED = True, False


@pytest.mark.parametrize(
    ("dtr", "rts", "en", "io0"),
    [
        (RELEASED, RELEASED, True, True),
        (ON, ON, True, True),
        (RELEASED, ON, False, True),
        (ON, RELEASED, True, False),
    ],
)
def test_truth_table(dtr: bool, rts: bool, en: bool, io0: bool) -> None:
    assert levels(dtr, rts) == (en, io0)


def play(steps: str, step_s: float) -> list[str]:
    """Events of steps like "D0 R1": DTR released, RTS asserted, each `step_s` after the last."""
    circuit, now_s, events = ResetCircuit(), 0.0, []
    for step in steps.split():
        (circuit.set_dtr if step[0] == "D" else circuit.set_rts)(step[1] == "1", now_s)
        events += circuit.take(now_s)
        now_s += step_s
    return events + circuit.take(now_s + GRACE_S)


OPENED = "D1 R1 "


@pytest.mark.parametrize("step_s", [0.001, 0.05])
@pytest.mark.parametrize(
    ("steps", "events"),
    [
        (OPENED, []),  # pyserial's way to open a port
        (OPENED + "R0 D0", []),  # mpremote's way to close one
        (OPENED + "D0 R1 D1 R0 D1 D0", [OFF, DOWNLOAD]),  # esptool: into the bootloader
        (OPENED + "D0 R0", [OFF, RUN]),
        (OPENED + "D0 R1 D0 R0 D0", [OFF, RUN]),  # esptool: hard reset
        ("R1", [OFF]),  # held
        ("R1 R0 R1", [OFF, OFF]),  # again before it has started
    ],
)
def test_sequences(steps: str, events: list[str], step_s: float) -> None:
    assert play(steps, step_s) == events


def test_io0_that_falls_after_the_grace_period_comes_too_late() -> None:
    assert play("R1 D1 R0", GRACE_S + 0.01) == [OFF, RUN]


def test_a_closed_port_releases_the_lines() -> None:
    circuit = ResetCircuit()
    circuit.set_rts(True, 0)
    circuit.release(1)
    assert circuit.take(1) == [OFF, RUN]
