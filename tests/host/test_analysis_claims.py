"""What may be said when: on good data, and on all that does not carry a statement."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hearts_read import (
    claims_by_kind,
    heart,
    interval,
    intervals_of,
    piece_of,
    session_of,
    there,
)
from vagaband.analysis.claims import KINDS, WHYS
from vagaband.analysis.day import read_day
from vagaband.analysis.model import Claim, Note, Reading
from vagaband.analysis.regions import REGIONS
from vagaband.session import Epoch, Exercise, Mark, Pace, Session

ABOUT_RSA = ("rsa", "rsa_change", "rsa_no_difference", "region_share", "regularity")


def check(reading: Reading) -> dict[str, list[Claim]]:
    """What holds for every claim of every reading."""
    for claim in reading.claims:
        assert claim.unit == KINDS[claim.kind]
        numbers = (claim.value, claim.low, claim.high)
        if claim.valid:
            assert claim.why == ""
            assert claim.value is not None
            assert all(math.isfinite(v) for v in numbers if v is not None)
            if claim.low is not None and claim.high is not None:
                assert claim.low <= claim.value <= claim.high
        else:
            assert claim.why in WHYS
            assert numbers == (None, None, None)
        if claim.kind.endswith("_change") and claim.valid:
            low, high = interval(claim)
            assert low * high > 0
            assert claim.baseline in ("own", "session")
    return claims_by_kind(reading)


def of(session: Session, **more) -> dict[str, list[Claim]]:
    return check(read_day([piece_of(session)], **more))


def nothing_of_rsa(claims: dict[str, list[Claim]], why: str) -> None:
    assert [claim.why for claim in claims["rsa"]] == [why]
    said = [c for kind in ABOUT_RSA for c in claims.get(kind, []) if c.valid]
    assert said == []


@pytest.fixture(scope="module")
def good() -> dict[str, list[Claim]]:
    """Twenty minutes at rest, breathing known."""
    return of(session_of(heart(np.random.default_rng(2), 20)))


def test_of_a_good_session_all_is_said(good):
    assert all(good[kind][0].valid for kind in ("mean_hp", "rsa", "breathing_rate", "valid_share"))
    assert good["mean_hp"][0].value == pytest.approx(850, abs=15)
    assert good["rsa"][0].about == "pb2"
    low_ln, high_ln = interval(good["rsa"][0])
    assert low_ln - 0.3 < np.log(20**2 / 2) < high_ln + 0.3
    assert good["breathing_rate"][0].value == 15.0
    shares = [there(claim.value) for claim in good["region_share"]]
    assert sum(shares) == pytest.approx(1)
    assert {claim.about for claim in good["region_share"]} <= set(REGIONS)
    assert good["sample_entropy"][0].valid
    assert good["dfa_alpha1"][0].valid


def test_what_is_not_known_of_it_is_said_too(good):
    assert [c.why for c in good["own_baseline"]] == ["undated"]
    assert [c.why for c in good["time_of_day"]] == ["undated"]
    assert "light" not in good


def test_nothing_at_all():
    empty = np.zeros(0)
    claims = of(Session("test", 100.0, empty, empty, empty, [], []))
    nothing_of_rsa(claims, "no_beats")
    assert [c.why for c in claims["valid_share"] + claims["mean_hp"]] == ["no_beats", "no_beats"]
    assert check(read_day([]))["recorded"][0].value == 0


def test_noise_is_refused_and_nothing_is_said_of_it():
    """Intervals without order, as false beats make them."""
    rng = np.random.default_rng(1)
    claims = of(session_of(intervals_of(rng.uniform(350, 1400, 900)), None))
    nothing_of_rsa(claims, "irregular")
    assert not claims["mean_hp"][0].valid
    assert not claims["sample_entropy"][0].valid


def test_jitter_above_the_rsa_is_named_noise():
    rng = np.random.default_rng(2)
    ibi = np.diff(np.cumsum(np.full(901, 800.0)) + rng.normal(0, 6, 901))
    claims = of(session_of(intervals_of(ibi), 15.0, floor_ln=3.0))
    nothing_of_rsa(claims, "noise")
    assert claims["mean_hp"][0].valid
    assert claims["dfa_alpha1"][0].why == "noise"


def test_a_metronome_heart_has_a_period_and_no_rsa():
    """Not "low": there is nothing to measure."""
    claims = of(session_of(intervals_of(np.full(900, 850.0))))
    nothing_of_rsa(claims, "flat")
    assert claims["mean_hp"][0].value == pytest.approx(850)
    assert claims["refused_share"][0].about == "flat"


def test_two_minutes_are_too_short():
    claims = of(session_of(heart(np.random.default_rng(3), 2)))
    nothing_of_rsa(claims, "short")
    assert claims["own_baseline"][0].baseline == "none"
    assert not any(c.valid for c in claims["sample_entropy"] + claims["dfa_alpha1"])


def refused(session: Session, share: float, reasons: tuple[str, ...]) -> Session:
    """The session with so many of its epochs refused, the reasons in turn."""
    rng = np.random.default_rng(4)
    out = set(rng.permutation(len(session.epochs))[: int(share * len(session.epochs))].tolist())
    epochs = [
        replace(epoch, valid=False, reason=reasons[k % len(reasons)]) if k in out else epoch
        for k, epoch in enumerate(session.epochs)
    ]
    return replace(session, epochs=epochs)


@pytest.mark.parametrize(
    ("reasons", "why"),
    [(("motion",), "motion"), (("motion", "corrected", "flat"), "mostly_refused")],
)
def test_a_day_mostly_refused_is_not_summed_up(reasons, why: str):
    """Its valid epochs stay on the axis; the day as a whole has no RSA."""
    whole = session_of(heart(np.random.default_rng(5), 60))
    reading = read_day([piece_of(refused(whole, 0.8, reasons))])
    claims = check(reading)
    assert [c.why for c in claims["rsa"]] == [why]
    assert sum(m.rsa_ln is not None for m in reading.moments) > 10
    assert all(m.rsa_ln is None and m.region == "" for m in reading.moments if not m.valid)
    assert sum(there(c.value) for c in claims["refused_share"]) == pytest.approx(0.8, abs=0.02)


def test_an_irregular_rhythm_is_no_splendid_rsa():
    """Half of the time: what is left in between is not trusted either."""
    rng = np.random.default_rng(6)
    regular = np.array([i.ibi_ms for i in heart(rng, 10)])
    ibi = np.concatenate([regular, rng.normal(700, 160, 900).clip(350, 1300), regular])
    claims = of(session_of(intervals_of(ibi)))
    nothing_of_rsa(claims, "irregular")
    assert claims["mean_hp"][0].why == "irregular"


def test_intervals_alone():
    """Nothing of the light; breathing is unknown, so RSA is BP-RSA, and named so."""
    session = session_of(heart(np.random.default_rng(7), 15), None, None)
    reading = read_day([piece_of(session, "intervals")])
    claims = check(reading)
    assert [c.why for c in claims["light"]] == ["intervals_only"]
    assert [c.why for c in claims["breathing_rate"]] == ["breath_unknown"]
    assert claims["rsa"][0].about == "bp"
    assert {m.rsa_kind for m in reading.moments} == {"bp"}
    assert {m.rsa_why for m in reading.moments} == {"breath_unknown"}


def test_slow_breathing_throughout_has_a_swing_and_no_rsa():
    intervals = heart(np.random.default_rng(8), 12, slow=(0.0, 720.0, 0.1, 130.0))
    claims = of(session_of(intervals, 6.0))
    nothing_of_rsa({**claims, "regularity": []}, "slow_breathing")
    assert there(claims["swing"][0].value) > 80
    assert claims["slow_rhythm"][0].about == "breath_slow"
    assert there(claims["regularity"][0].value) > 0.6


def test_pb2_lost_in_noise_at_slow_breathing_is_not_called_noise():
    """A device refuses it, for PB2 is blind there; the heart swings as far as ever."""
    intervals = heart(np.random.default_rng(8), 12, slow=(0.0, 720.0, 0.1, 130.0))
    session = session_of(intervals, 6.0, floor_ln=9.0)
    reading = read_day([piece_of(session)])
    claims = check(reading)
    assert {m.reason for m in reading.moments} == {"noise"}
    assert {m.region_why for m in reading.moments} == {"slow_breathing"}
    assert [c.why for c in claims["rsa"]] == ["slow_breathing"]
    assert claims["mean_hp"][0].valid
    assert there(claims["swing"][0].value) > 80


def test_a_block_under_two_minutes_and_a_refused_one():
    session = session_of(heart(np.random.default_rng(9), 20))
    epochs = [
        replace(e, valid=False, reason="motion") if 500 <= e.t_s <= 800 else e
        for e in session.epochs
    ]
    notes = [Note(200.0, "note", "a", until_s=310.0), Note(500.0, "note", "b", until_s=800.0)]
    claims = of(replace(session, epochs=epochs), notes=notes)
    whys = {(c.block, c.why) for c in claims["rsa_change"]}
    assert whys == {(0, "short_block"), (1, "motion")}


def test_paced_breathing_of_the_device():
    """Lock-in RSA is shown, nothing of it is held against rest, and the swing is said."""
    intervals = heart(np.random.default_rng(10), 15, slow=(300.0, 600.0, 0.1, 120.0))
    session = session_of(intervals)
    paced = [
        replace(e, lock_in_ln_ms2=7.5, breath_per_min=6.0) if 360 <= e.t_s <= 570 else e
        for e in session.epochs
    ]
    session = replace(
        session,
        epochs=paced,
        paces=[Pace(300.0, 0.1), Pace(600.0, 0.0)],
        exercises=[Exercise(300.0, "pacing"), Exercise(600.0, "")],
    )
    reading = read_day([piece_of(session)])
    claims = check(reading)
    assert [(b.kind, b.recognised_by, b.pace_per_min) for b in reading.blocks] == [
        ("pacing", "device", 6.0)
    ]
    assert [c.why for c in claims["rsa_change"]] == ["paced"]
    low_ms, high_ms = interval(claims["swing"][0])
    assert low_ms < 120 < high_ms
    inside = [m for m in reading.moments if 300 <= m.t_s <= 570]
    assert all(m.rsa_kind in ("lock_in", "bp") and not m.region for m in inside)
    assert {m.region_why for m in inside} == {"paced"}


def test_slow_and_collapsed_is_a_region_like_the_others():
    """Five minutes of a slower heart with a tenth of its RSA: shown, without a word of alarm."""
    rng = np.random.default_rng(11)
    usual = [i.ibi_ms for i in heart(rng, 12)]
    low = [i.ibi_ms for i in heart(rng, 5, hp_ms=1050.0, swing_ms=14.0)]
    claims = of(session_of(intervals_of([*usual, *low, *usual])))
    found = {claim.about: claim for claim in claims["region_share"]}
    assert there(found["slower_less"].value) > 0.08
    assert {claim.kind for claim in found.values()} == {"region_share"}


def test_no_kind_or_reason_is_a_verdict():
    """Nothing in the tables diagnoses, rates stress or calls vagal tone low."""
    words = " ".join([*KINDS, *WHYS, *REGIONS]).lower()
    for word in ("diagnos", "stress", "tone", "abnormal", "healthy", "danger", "low", "poor"):
        assert word not in words.replace("slow", "")


def test_an_epoch_that_is_refused_shows_no_rsa_whatever_it_holds():
    epoch = Epoch(10.0, 9.9, 9.9, 80.0, 700.0, 0.0, False, "irregular", 0, -1.0, 15.0, "good", 8.0)
    empty = np.zeros(0)
    session = Session("test", 0, empty, empty, empty, [], [epoch], marks=[Mark(12.0, "x", "y")])
    reading = read_day([piece_of(session)])
    check(reading)
    moment = reading.moments[0]
    assert (moment.rsa_ln, moment.rsa_kind, moment.region) == (None, "", "")
    assert (moment.region_why, moment.reason) == ("irregular", "irregular")
