"""Claims about what the wearer said of themselves, and what can't be said because of it.

A pacemaker sets the rhythm itself, and a transplanted heart has no vagus nerve: what is read from
the rhythm beyond its mean is then no RSA (rsa.md, DESIGN section 7).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from vagaband.analysis.model import Answers, Claim, Moment, Reading
from vagaband.analysis.saying import said, unsaid

KINDS_OF_ANSWERS = {
    "pacemaker": "pacemaker",
    "irregular": "known_irregular",
    "medicines": "medicines",
}
OF_WEARER = (*KINDS_OF_ANSWERS.values(), "wearer")
# What is read from the rhythm, and the kind that says that it can't be.
OF_RHYTHM = {
    "rsa": "rsa",
    "rsa_change": "rsa_change",
    "rsa_no_difference": "rsa_change",
    "region_share": "region_share",
    "swing": "swing",
    "regularity": "regularity",
    "sample_entropy": "sample_entropy",
    "dfa_alpha1": "dfa_alpha1",
}


def of_wearer(answers: Answers | None) -> Iterator[Claim]:
    """Each answer, and that something is not known."""
    if answers is None:
        yield unsaid("wearer", "", "not_asked")
        return
    given = {kind: getattr(answers, name) for name, kind in KINDS_OF_ANSWERS.items()}
    for kind, answer in given.items():
        if answer is not None:
            yield said(kind, float(answer), "", n=1)
    if None in given.values():
        yield unsaid("wearer", "", "not_said")


def without_rsa(reading: Reading) -> Reading:
    """A reading of which nothing but the heart period is shown."""
    moments = tuple(map(_period_alone, reading.moments))
    blocks = tuple(block for block in reading.blocks if block.kind != "slow_rhythm")
    return replace(reading, moments=moments, blocks=blocks, segments=())


def _period_alone(moment: Moment) -> Moment:
    return replace(
        moment,
        rsa_ln=None,
        rsa_kind="",
        rsa_why="pacemaker",
        d_rsa_ln=None,
        region="",
        region_why="pacemaker",
        regularity=None,
    )


def as_paced(claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims of a heart whose rhythm is not its own: nothing is read from that."""
    for claim in claims:
        kind = OF_RHYTHM.get(claim.kind)
        yield _unsaid(claim, kind) if kind else claim


def _unsaid(claim: Claim, kind: str) -> Claim:
    return replace(claim, kind=kind, value=None, low=None, high=None, valid=False, why="pacemaker")


def without_answers(reading: Reading) -> Reading:
    """A reading that tells nothing of what the wearer said of themselves."""
    claims = tuple(
        replace(claim, why="left_out") if claim.why == "pacemaker" else claim
        for claim in reading.claims
        if claim.kind not in OF_WEARER
    )
    return replace(reading, claims=claims, answers=None)
