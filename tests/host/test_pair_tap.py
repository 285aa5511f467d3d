"""A double tap in the light of one recording: found where it stands out, and nothing else taken
for one."""

import numpy as np
import pytest
from vagaband.board.heart import Heart
from vagaband.board.light import Light, Request
from vagaband.board.script import Event, parse_script
from vagaband.journal import LED, Journal
from vagaband.journal import Event as Logged
from vagaband.pair.tap import double_taps

MINUTES = 5
STILL = "hp=820,rsa=6,perfusion=1.2,noise=15,seed="


def worn(heart: str, taps: list[Event], seed: int) -> Journal:
    """Five minutes of light as the chip gives it."""
    n = 6000 * MINUTES
    request = Request(0.0, 10_000.0, 0, n, 3, 1, 4, 400, ((2, 0x1F),))
    slots = Light(Heart(heart), taps, seed).fifo_bytes(request)
    counts = np.frombuffer(slots, np.uint8).reshape(n, 3).astype(int) @ (65536, 256, 1)
    return Journal(header={"rate_hz": 100, "config": {}}, raw=[(0, counts.tolist())])


def taps(seed: int) -> list[Event]:
    rng = np.random.default_rng(seed)
    times = np.arange(15, 60 * MINUTES - 10, 28.0) + rng.uniform(0, 8, 10)
    return parse_script("\n".join(f"{t:.3f} tap {rng.uniform(0.25, 0.7):.2f}" for t in times))


def tally(journal: Journal, made: list[Event]) -> tuple[int, int]:
    """Taps found to 30 ms, and what was found beside them."""
    found = double_taps(journal)
    true = [(event.t_s, float(event.value or 0)) for event in made]
    hits = [
        any(abs(tap.t_s - t_s) < 0.03 and abs(tap.apart_s - gap_s) < 0.03 for tap in found)
        for t_s, gap_s in true
    ]
    return sum(hits), len(found) - sum(hits)


def test_a_still_hand_gives_every_tap():
    for seed in range(4):
        made = taps(seed)
        assert tally(worn(f"{STILL}{seed}", made, seed), made) == (len(made), 0)


def test_pulses_ectopics_and_motion_are_no_taps():
    """Twenty minutes with a burst every half minute, and no tap at all."""
    found = sum(
        len(double_taps(worn(f"{STILL}{seed},motion=2,ectopic=3", [], seed))) for seed in range(4)
    )
    assert found <= 1


def test_amid_motion_some_are_missed_and_few_made_up():
    counts = [
        tally(worn(f"{STILL}{seed},motion=1", made, seed), made)
        for seed in range(4)
        for made in [taps(seed)]
    ]
    hits, wrong = np.sum(counts, axis=0)
    print(f"amid motion: {hits} of 40 taps, {wrong} that were none")
    assert hits >= 24
    assert wrong <= 1


def test_three_knocks_or_one_are_no_double_tap():
    for text in ("60 tap 0.4\n60.8 tap 0.4\n", "60 tap 2\n"):
        assert double_taps(worn(f"{STILL}1", parse_script(text), 1)) == []


def test_an_led_that_is_set_anew_is_no_knock():
    journal = worn(f"{STILL}2", [], 2)
    (_, counts), *_ = journal.raw
    light = np.array(counts)
    for at in (6000, 6040):
        light[at:] += 3000
    assert double_taps(Journal(header=journal.header, raw=[(0, light.tolist())]))
    events = [Logged(at, 0, LED, 31, 50) for at in (6000, 6040)]
    told = Journal(header=journal.header, raw=[(0, light.tolist())], events=events)
    assert double_taps(told) == []


@pytest.mark.parametrize("where", ["begin", "end"])
def test_a_tap_that_is_cut_off_is_not_found(where: str):
    """What was around it is not known."""
    journal = worn(f"{STILL}3", parse_script("60 tap 0.4\n"), 3)
    (_, counts), *_ = journal.raw
    part = (6020, counts[6020:]) if where == "begin" else (0, counts[:6060])
    assert double_taps(Journal(header=journal.header, raw=[part])) == []
