"""What may be said, and what may not: every sentence of a page stands on one of these claims.

A claim is made by a rule from a reading's numbers. What cannot be said is a claim too: not valid,
with a code that says why. "Change" is claimed only beyond the smallest detectable change; else it
is "no difference", with the interval that says how large one may still hide.
"""

from collections.abc import Iterator

from vagaband.analysis.claims_blocks import of_blocks
from vagaband.analysis.claims_order import of_order
from vagaband.analysis.claims_session import of_session
from vagaband.analysis.claims_wearer import as_paced, of_wearer
from vagaband.analysis.model import Claim, Reading

# kind: unit. `about` and the interval are said beside it.
KINDS = {
    "pacemaker": "",  # or a transplanted heart; 1: the wearer said yes, 0: no
    "known_irregular": "",  # rhythm; 1 or 0
    "medicines": "",  # that change the heart rate; 1 or 0
    "wearer": "",  # never valid: of these three something is not known (not_asked, not_said)
    "recorded": "s",  # length of what was recorded
    "valid_share": "share",  # of the epochs
    "refused_share": "share",  # of the epochs, about a reason
    "corrected_share": "share",  # of the time
    "light": "",  # never valid: no light was logged (intervals_only)
    "time_of_day": "",  # never valid: undated
    "breathing_rate": "/min",  # median of where it is known; n epochs; interval: 5 to 95 % of them
    "own_baseline": "days",  # days it stands on, n epochs; not valid: not yet, and why
    "mean_hp": "ms",  # median of the session
    "rsa": "ln ms²",  # median of the session, about "pb2" or "bp"
    "hp_change": "ms",  # against the baseline: of a block, of two minutes after a note, or of
    "hp_no_difference": "ms",  # the whole session (neither `block` nor `note`)
    "rsa_change": "ln",
    "rsa_no_difference": "ln",
    "swing": "ms",  # of the heart at the pace of a block, from trough to peak
    "slow_rhythm": "/min",  # found in the heart alone; about "breath_slow", "_quick", "_unknown"
    "region_share": "share",  # of the epochs on the map, about a region
    "regularity": "share",  # median, of the whole or a block; not valid within chance (no_rhythm)
    "sample_entropy": "",  # median of stretches of 300 beats
    "dfa_alpha1": "",
}
# Why something cannot be said.
WHYS = (
    "no_beats",  # no epoch at all
    "short",  # under two minutes of epochs; for a baseline under five
    "mostly_refused",  # fewer than half of the epochs are valid, for several reasons; or for one:
    "corrected",
    "flat",
    "motion",
    "irregular",
    "noise",
    "intervals_only",
    "undated",
    "no_rows",  # own baseline: nothing from before
    "few_epochs",
    "few_days",
    "breath_unknown",
    "slow_breathing",
    "paced",
    "no_baseline",
    "short_block",  # under two minutes
    "block_refused",
    "no_rhythm",
    "noise_unknown",  # intervals alone do not tell how exactly the beats were timed
    "not_asked",
    "not_said",  # asked, and rather not said
    "pacemaker",  # or a transplanted heart
    "left_out",  # known, and left out where what the wearer said is hidden
)


def claims_of(reading: Reading) -> list[Claim]:
    """All claims of a reading, in the order of KINDS."""
    order = {kind: place for place, kind in enumerate(KINDS)}
    claims = _all(reading)
    if reading.answers and reading.answers.pacemaker:
        claims = as_paced(claims)
    return sorted([*of_wearer(reading.answers), *claims], key=lambda claim: order[claim.kind])


def _all(reading: Reading) -> Iterator[Claim]:
    yield from of_session(reading)
    yield from of_blocks(reading)
    yield from of_order(reading)
