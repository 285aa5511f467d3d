"""Contact without flow: what a sensor in the air, on a table and on a still finger says."""

import numpy as np
import pytest
import quality_road
from light import heart_counts
from vagal import contact
from vagal.contact import Contact

LED_CODE = 0x1F
MINUTES = 10
SURFACES = {  # counts, drift over the time in counts, noise rms
    "air": (1200, 0, 4),
    "air in changing daylight": (9000, 4000, 12),
    "white table": (150000, 3000, 6),
    "dark table": (60000, 500, 6),
    "finger without flow": (131072, 8000, 10),
    "noisy finger without flow": (131072, 8000, 60),
}


@pytest.mark.parametrize("surface", SURFACES)
def test_ten_minutes_without_flow_have_no_beat(surface):
    level, drift, noise = SURFACES[surface]
    rng = np.random.default_rng(len(surface))
    n = MINUTES * 6000
    light = level + drift * np.sin(np.arange(n) / 2900) + rng.normal(0, noise, n)
    found = quality_road.of_light(np.rint(light).astype(int))
    states = [arg for _, code, arg, _ in found.events if code == quality_road.CONTACT]
    assert found.beats == []
    assert found.epochs == []
    if surface.startswith("air"):
        assert states == []
    else:
        assert states == [contact.SETTLING, contact.ON, contact.WEAK]


def test_a_finger_with_flow_is_never_weak():
    """Also at 30 beats a minute, the slowest."""
    for spec in ("hp=850", "hp=1990,rsa=2", "hp=400,rsa=3", "perfusion=0.05,noise=5"):
        counts, _ = heart_counts(spec + ",seed=3", 60, noise_rms=5)
        found = quality_road.of_light(counts)
        states = [arg for _, code, arg, _ in found.events if code == quality_road.CONTACT]
        assert states == [contact.SETTLING, contact.ON], spec


def test_weak_ends_with_a_beat_and_with_the_light():
    stage = Contact(LED_CODE, 100)
    for _ in range(150):
        stage.push(120000)
    assert not any(stage.waited(100) for _ in range(5))
    assert stage.waited(100)
    assert (stage.state, stage.shown) == (contact.ON, contact.WEAK)
    assert not stage.waited(100)
    assert stage.beat()
    assert stage.shown == contact.ON
    assert not stage.beat()
    for _ in range(6):
        stage.waited(100)
    assert stage.shown == contact.WEAK
    assert stage.push(0)
    assert stage.shown == contact.OFF


def test_another_current_moves_the_limits_with_it():
    """The same finger under twice the current is as much of a finger."""
    stage = Contact(LED_CODE, 100)
    for _ in range(150):
        stage.push(50000)
    stage.led(2 * LED_CODE)
    assert not stage.push(100000)
    assert stage.push(47000)
    assert stage.state == contact.OFF
