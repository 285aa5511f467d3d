"""The pattern map: epochs in the plane of heart period and RSA, against the own baseline.

Regions are named for what was measured. "Usual" reaches as far as the own epochs spread (SD), and
at least as far as chance carries a single epoch: 1.96 x 0.33 ln for RSA (rsa.md §5: the smallest
change that one epoch can show), 1.96 x 10 ms for the heart period (slow waves move a 30 s mean).
"""

from dataclasses import replace

from vagaband.analysis.model import Baseline, Moment
from vagaband.analysis.uncertainty import estimator_sd, hp_sd, normal_quantile

LEAST_RSA_LN = normal_quantile() * estimator_sd(1)
LEAST_HP_MS = normal_quantile() * hp_sd(1)
HEARTS = ("faster", "usual", "slower")
RSAS = ("less", "usual", "more")
REGIONS = tuple(f"{heart}_{rsa}" for heart in HEARTS for rsa in RSAS)
# The polyvagal theory's reading of a region, for a page to put beside it; "" where it has none.
THEORY = dict.fromkeys(REGIONS, "") | {
    "usual_more": "ventral_vagal",
    "slower_more": "ventral_vagal",
    "faster_less": "sympathetic",
    "slower_less": "dorsal_vagal",
}
HP_KNOWN = ("", "flat", "noise")  # reasons for which RSA is refused and the heart period is not


def borders(baseline: Baseline, kind: str) -> tuple[float, float] | None:
    """Half widths of "usual": heart period (ms) and RSA (ln) of a kind; None without both."""
    rsa_ln, spread = level_of(baseline, kind)
    if baseline.hp_ms is None or rsa_ln is None:
        return None
    hp_spread = baseline.hp_spread or 0.0
    return max(hp_spread, LEAST_HP_MS), max(spread or 0.0, LEAST_RSA_LN)


def level_of(baseline: Baseline, kind: str) -> tuple[float | None, float | None]:
    """Level and spread of the baseline's RSA of the moment's kind."""
    if kind == "pb2":
        return baseline.rsa_ln, baseline.rsa_spread
    return (baseline.bp_ln, baseline.bp_spread) if kind == "bp" else (None, None)


def on_map(moment: Moment, baseline: Baseline) -> Moment:
    """The moment with its differences and region, or with the reason why it has none."""
    placed = moment
    if moment.mean_hp_ms and baseline.hp_ms and moment.reason in HP_KNOWN:
        placed = replace(moment, d_hp_ms=moment.mean_hp_ms - baseline.hp_ms)
    why = _why_not(moment, baseline)
    wide = None if why else borders(baseline, moment.rsa_kind)
    level = level_of(baseline, moment.rsa_kind)[0]
    if wide is None or level is None or moment.rsa_ln is None or placed.d_hp_ms is None:
        return replace(placed, region_why=why or "no_baseline")
    d_rsa_ln = moment.rsa_ln - level
    region = f"{_third(HEARTS, placed.d_hp_ms, wide[0])}_{_third(RSAS, d_rsa_ln, wide[1])}"
    return replace(placed, d_rsa_ln=d_rsa_ln, region=region)


def _why_not(moment: Moment, baseline: Baseline) -> str:
    if moment.rsa_kind == "lock_in":
        return "paced"
    if moment.slow and moment.reason in HP_KNOWN:  # PB2 is small there, whatever RSA is
        return "paced" if moment.rsa_why == "paced" else "slow_breathing"
    if not moment.valid:
        return moment.reason or "refused"
    return "no_baseline" if baseline.kind == "none" else ""


def _third(names: tuple[str, ...], value: float, border: float) -> str:
    return names[0] if value < -border else names[2] if value > border else names[1]
