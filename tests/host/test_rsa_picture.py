"""The panel of RSA: nowhere PB2 alone where slow or unknown breathing may hide it."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from test_validate import SOUND, device_of, heart, pulse_wave
from vagaband.picture_style import Clock
from vagaband.rsa_picture import draw_rsa
from vagaband.session import Session
from vagaband.validate import validate

BESIDE, DEVICE = "BP-RSA where slow", "device, valid"


@pytest.fixture(scope="module")
def calm() -> Session:
    return device_of(*pulse_wave(heart(150), 150, noise=3))


def lines(session: Session) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What is drawn, by label: times and values."""
    axes = Figure().subplots()
    draw_rsa(axes, validate(session, None, integrity=SOUND), Clock(1.0, "s"))
    return {
        str(line.get_label()): (np.asarray(line.get_xdata()), np.asarray(line.get_ydata()))
        for line in axes.lines
    }


def of(drawn, label) -> tuple[np.ndarray, np.ndarray]:
    """The points drawn under a label; none where it is not there."""
    none = np.empty(0), np.empty(0)
    return next((points for name, points in drawn.items() if name.startswith(label)), none)


def breathing(session, per_min, **more):
    epochs = [
        replace(epoch, breath_per_min=per_min, breath_confidence="good", **more)
        for epoch in session.epochs
    ]
    return replace(session, epochs=epochs)


def test_pb2_stands_alone_at_a_known_rate(calm):
    drawn = lines(calm)
    assert len(of(drawn, BESIDE)[0]) == 0
    assert len(of(drawn, DEVICE)[0]) == len(calm.epochs) > 2


@pytest.mark.parametrize("why", ["slow", "unknown"])
def test_bp_rsa_stands_beside_it_where_it_may_not(calm, why):
    none = np.empty(0)
    session = breathing(calm, 6.0) if why == "slow" else replace(calm, t_s=none, ir=none)
    drawn = lines(session)
    time, values = of(drawn, BESIDE)
    assert list(values) == [epoch.bp_ln_ms2 for epoch in calm.epochs]
    assert list(time) == list(of(drawn, DEVICE)[0])


def test_one_epoch_has_its_sign_where_a_line_would_not_show(calm):
    session = replace(breathing(calm, 6.0), epochs=breathing(calm, 6.0).epochs[:1])
    assert len(of(lines(session), BESIDE)[0]) == len(calm.epochs)  # the rest by the reference


def test_without_anything_beside_it_pb2_is_not_drawn(calm):
    bare = breathing(calm, 6.0, bp_ln_ms2=None)
    bare = replace(bare, intervals=[])  # nor has the reference any
    drawn = lines(bare)
    assert len(of(drawn, BESIDE)[0]) == 0
    assert len(of(drawn, DEVICE)[0]) == 0
    assert len(of(drawn, "reference from the light")[0]) == 0
