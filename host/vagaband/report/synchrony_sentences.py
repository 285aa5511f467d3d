"""What is said of two recordings, in the reader's language."""

from collections.abc import Iterator

from vagaband.report.words import Words
from vagaband.synchrony.model import Lagged, Synchrony


def sentences_of(found: Synchrony, basis: str, error_s: float | None, words: Words) -> list[str]:
    """The verdict first, then the numbers it stands on; `basis` is that of the common clock."""
    return [_verdict(found, words), *_beside(found, words), _clock(basis, error_s, words)]


def _verdict(found: Synchrony, words: Words) -> str:
    rsa = found.rsa
    if rsa is None:
        usable = words.span(found.usable_s)
        return words("synchrony.refused", why=words(f"synchrony.why.{found.why}", usable=usable))
    p = _p(rsa.p, words)
    if found.verdict == "paced":
        pacing = found.pacing[0]
        rate = words.number(pacing.per_min, 1)
        return words("synchrony.paced", why=words(f"synchrony.paced_by.{pacing.by}", rate=rate))
    if found.verdict == "not_shown":
        return words("synchrony.not_shown", p=p, chance=words.number(rsa.chance_r, 2))
    if found.verdict == "like_strangers":
        strangers = _p(found.strangers.p if found.strangers else 1.0, words)
        return words("synchrony.like_strangers", p=p, strangers=strangers)
    return _together(found, rsa, p, words)


def _together(found: Synchrony, rsa: Lagged, p: str, words: Words) -> str:
    """By how many seconds the one follows who does not lead."""
    bounds = [rsa.best_lag_s, rsa.low_s, rsa.high_s]
    if found.leads == "b":
        bounds = [-rsa.best_lag_s, -rsa.high_s, -rsa.low_s]
    lag, low, high = (words.number(bound, 1) for bound in bounds)
    key = f"synchrony.synchronous.{found.leads or 'concurrent'}"
    return words(key, p=p, lag=lag, low=low, high=high)


def _beside(found: Synchrony, words: Words) -> Iterator[str]:
    rsa, hp = found.rsa, found.hp
    if rsa is None or hp is None:
        return
    yield words("synchrony.kind", most=words.number(rsa.lags_s[-1]))
    usable, span = words.span(found.usable_s), words.span(found.seconds)
    yield words("synchrony.numbers", **_numbers(rsa, words), usable=usable, span=span)
    if step := found.in_step:
        share, low, high = (words.number(100 * v) for v in (step.share, step.low, step.high))
        yield words("synchrony.in_step", share=share, low=low, high=high)
    yield words("synchrony.hp", **_numbers(hp, words), p=_p(hp.p, words))
    yield words("synchrony.circular", p=_p(rsa.p_circular, words))


def _numbers(found: Lagged, words: Words) -> dict[str, str]:
    return {
        "r0": words.number(found.r0, 2),
        "best": words.number(found.best_r, 2),
        "lag": words.number(found.best_lag_s, 1),
    }


def _p(value: float, words: Words) -> str:
    return words.number(value, 3)


def _clock(basis: str, error_s: float | None, words: Words) -> str:
    if error_s is None:
        return words("synchrony.clock.start")
    return words(f"synchrony.clock.{basis}", error=words.number(error_s, 2))
