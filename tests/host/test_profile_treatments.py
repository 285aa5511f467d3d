"""Before, during and after: what a treatment is, what changed, and what was refused."""

from dataclasses import replace

import numpy as np
import pytest
from estimates import holds
from simulated_moments import when_low, with_treatments
from simulated_person import at, simulate
from vagaband.profile.claims import is_beyond
from vagaband.profile.model import History, Mark, Stretch
from vagaband.profile.treatment_kinds import name_of
from vagaband.profile.treatments import treatments_of


def figures(people: int, times: int, rsa_ln: float, hp_ms: float) -> dict[str, float]:
    """Shares over people who were treated so often; the change ends with the treatment."""
    truth = {("rsa", "during"): rsa_ln, ("hp", "during"): hp_ms}
    held: dict[str, list[bool]] = {}
    claims, single = [], []
    for seed in range(people):
        each, together = treatments_of(with_treatments(seed, times, rsa_ln, hp_ms))
        for name, found in (("once", each), ("together", together)):
            for one in found:
                changes = {"rsa": one.rsa_changes, "hp": one.hp_changes}
                for what, when in ((w, c) for w in changes for c in changes[w]):
                    estimate = changes[what][when]
                    if estimate.value is not None:
                        right = holds(estimate, truth.get((what, when), 0.0))
                        held.setdefault(f"{name} {what} {when}", []).append(right)
        claims.append(
            any(
                is_beyond(e)
                for e in (*together[0].rsa_changes.values(), *together[0].hp_changes.values())
            )
        )
        single.append(
            any(
                is_beyond(e)
                for o in each
                for e in (*o.rsa_changes.values(), *o.hp_changes.values())
            )
        )
    shares = {name: float(np.mean(right)) for name, right in held.items()}
    shares |= {"claims together": float(np.mean(claims)), "claims of once": float(np.mean(single))}
    print(f"{times} times, {rsa_ln} ln, {hp_ms} ms:", {k: round(v, 3) for k, v in shares.items()})
    return shares


def test_a_change_is_told_over_times_with_its_size():
    shares = figures(3, 10, 0.7, 40)
    assert shares["claims together"] >= 0.7
    assert shares["together rsa during"] >= 0.5


@pytest.mark.slow
@pytest.mark.parametrize("times", [3, 6, 12])
def test_intervals_hold_and_nothing_is_told_of_nothing(times: int):
    nothing = figures(300, times, 0.0, 0.0)
    assert nothing["claims together"] <= 0.07
    assert nothing["claims of once"] <= 0.07
    for name, share in {**nothing, **figures(300, times, 0.5, 30.0)}.items():
        assert name.startswith("claims") or 0.90 <= share <= 0.98, name


@pytest.mark.slow
def test_beginning_when_tense_is_no_effect():
    """Who begins when RSA has become low comes back by itself."""
    found = [treatments_of(with_treatments(s, 10, pick=when_low(600)))[1][0] for s in range(40)]
    claims = [is_beyond(one.rsa_changes["during"]) for one in found]
    values = [one.rsa_changes["during"].value or 0.0 for one in found]
    print(f"begun when low: {np.mean(values):+.3f} ln, {sum(claims)} of {len(claims)} claim it")
    assert np.mean(claims) <= 0.07


def mark(text: str = "", tags: tuple[str, ...] = (), kind: str = "note") -> Mark:
    return Mark(0.0, 600.0, kind, text, tags, "")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (mark("EMDR, tweede keer"), "emdr"),
        (mark(tags=("eft-tapping",)), "tapping"),
        (mark("EFT: kloptechniek"), "tapping"),
        (mark("Emotionally Focused Therapy (EFT)"), "focused"),
        (mark(tags=("emotionally-focused",)), "focused"),
        (mark("EFT met Anna"), "eft"),
        (mark(tags=("eft",)), "eft"),
        (mark("left hand, heftig"), ""),
        (mark(kind="bodyscan"), "bodyscan"),
        (mark("body scan"), "bodyscan"),
        (mark("taVNS 20 min"), "tvns"),
        (mark("ademhalingsoefening"), "breathing"),
        (mark("Breathing"), "breathing"),
        (mark("trouble breathing"), ""),
        (mark("consult huisarts"), "consult"),
        (mark("vergadering"), ""),
        (mark("Singing bowls", ("treatment",)), "Singing bowls"),
    ],
)
def test_what_the_wearer_wrote_is_recognised(written: Mark, name: str):
    assert name_of(written) == name


def worn(*stretches: Stretch) -> History:
    """A day worn from ten to three, nothing refused."""
    history = simulate(1, 1)
    n = 600
    epochs = replace(
        history.epochs,
        at_s=at(0, 10) + 30.0 * np.arange(n),
        hp_ms=np.full(n, 850.0) + np.arange(n) % 7,
        rsa_ln=6.0 + 0.1 * (np.arange(n) % 5),
        breath_per_min=np.full(n, 14.0),
        valid=np.ones(n),
        reason=("",) * n,
    )
    spans = ((at(0, 10), at(0, 15)),)
    return replace(history, epochs=epochs, spans=spans, stretches=stretches)


def test_paced_breathing_says_so_and_shows_the_swing():
    begin = at(0, 12)
    pacing = Stretch(begin, begin + 600, "pacing", "", (), 6.0, 120.0)
    noted = Stretch(begin - 20, begin + 640, "marked", "ademoefening", (), None)
    history = worn(pacing, noted)
    during = (history.epochs.at_s >= begin) & (history.epochs.at_s < begin + 600)
    rsa = np.where(during, np.nan, history.epochs.rsa_ln)
    history = replace(history, epochs=replace(history.epochs, rsa_ln=rsa))
    (one,), (together,) = treatments_of(history)
    assert (one.name, one.swing_ms, together.times) == ("pacing", 120.0, 1)
    assert "paced" in one.warnings
    assert one.rsa_changes["during"].why == one.phases["during"].rsa.why == "paced"
    assert one.hp_changes["during"].value is not None
    assert one.rsa_changes["after"].value is not None
    assert together.hp_changes["during"].why == "few_times"


def test_what_shaking_refuses_is_shown_by_reason_and_phase():
    begin = at(0, 12)
    history = worn(Stretch(begin, begin + 1200, "marked", "EMDR", (), None))
    shaken = (history.epochs.at_s >= begin + 300) & (history.epochs.at_s < begin + 1200)
    reason = tuple("motion" if one else "" for one in shaken)
    epochs = replace(
        history.epochs,
        reason=reason,
        valid=np.where(shaken, 0.0, 1.0),
        rsa_ln=np.where(shaken, np.nan, history.epochs.rsa_ln),
        hp_ms=np.where(shaken, np.nan, history.epochs.hp_ms),
    )
    (one,), _ = treatments_of(replace(history, epochs=epochs))
    assert one.phases["during"].refused == {"motion": pytest.approx(0.75)}
    assert one.phases["before"].refused == one.phases["after"].refused == {}
    assert "shaken" in one.warnings
    assert one.phases["during"].rsa.why == one.rsa_changes["during"].why == "motion"


def test_phases_end_where_another_begins_and_a_recording_ends():
    first = Stretch(at(0, 10) + 60, at(0, 10) + 660, "marked", "bodyscan", (), None)
    second = Stretch(first.end_s + 90, first.end_s + 690, "marked", "EFT", (), None)
    (one, other), _ = treatments_of(worn(first, second))
    assert (one.phases["before"].begin_s, one.phases["after"].end_s) == (at(0, 10), second.begin_s)
    assert {"short_before", "short_after"} <= set(one.warnings)
    assert one.rsa_changes["during"].why == "short"
    assert other.name == "eft"
    assert "eft_which" in other.warnings
    assert other.phases["after"].end_s == second.end_s + 600
