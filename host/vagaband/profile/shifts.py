"""Moves between the regions of the pattern map, and how long the heart stays in each.

Single epochs flicker over the borders by noise alone. So the regions are those of the likeliest
course: an epoch that lies outside of a region costs the square of how far, in units of its noise,
and every move costs as much as one an hour to any other region would be a surprise for (a path of
least cost, Viterbi 1967). Then a move counts once what speaks for it has outweighed its price,
wherever the level lies; a gap of more than two minutes ends a course, and no move is counted over
it. `tests/host` print how many moves a heart makes whose level stays.
"""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vagaband.analysis.regions import REGIONS, borders, level_of
from vagaband.analysis.uncertainty import MAD_TO_SD, estimator_sd, hp_sd, normal_quantile
from vagaband.profile.baselines import Baselines
from vagaband.profile.clock import local
from vagaband.profile.model import Estimate, History, Shifts
from vagaband.profile.why import FEW_EPOCHS, NO_BASELINE
from vagaband.reference.run_numbers import EPOCH_S
from vagaband.session import Floats

AN_HOUR = 3600 / EPOCH_S  # epochs
PRICE = math.log((len(REGIONS) - 1) * AN_HOUR)
MOST_GAP_S = 120.0
LEAST_NOISE = hp_sd(1), estimator_sd(1)
ALIKE = 0.25  # autocorrelation of the epochs of a stationary heart
SHARED = 0.25  # of the noise: so far beyond a border both regions are as likely
LEAST_HOURS = 1.0
FALSE_PER_HOUR = 0.1  # moves of a heart that stays: tests/host/test_profile_shifts.py
SIDES = np.array([-1.0, 0.0, 1.0])  # below usual, usual, above


@dataclass(frozen=True)
class _OnMap:
    """Epochs with a place on the map, (n,) each: begin, and heart period and RSA against the
    baseline of their hour; `wide` (n, 2) is how far "usual" reaches."""

    at_s: Floats
    apart: Floats  # (n, 2)
    wide: Floats


def shifts_of(history: History) -> Shifts:
    """All moves of a history."""
    placed = _on_map(history)
    hours = len(placed.at_s) / AN_HOUR
    if hours < LEAST_HOURS:
        known = np.isfinite(history.epochs.rsa_ln).sum() >= LEAST_HOURS * AN_HOUR
        why = NO_BASELINE if known else FEW_EPOCHS
        return Shifts(hours, Estimate(None, None, None, len(placed.at_s), why=why), {}, {})
    courses = _courses(placed)
    moves = np.concatenate([course[1:] != course[:-1] for _, course in courses])
    day, _ = local(np.concatenate([at_s[1:] for at_s, _ in courses]), history.zone)
    left = Counter(k for _, course in courses for k in course[:-1][np.diff(course) != 0].tolist())
    spent = Counter(int(k) for _, course in courses for k in course.tolist())
    return Shifts(
        hours=hours,
        per_hour=_rate(moves, day, hours),
        mean_stay_s={REGIONS[k]: EPOCH_S * spent[k] / n for k, n in sorted(left.items())},
        share={REGIONS[k]: n / spent.total() for k, n in sorted(spent.items())},
    )


def _on_map(history: History) -> _OnMap:
    """The epochs of which heart period, RSA and a baseline are known."""
    epochs, baselines = history.epochs, Baselines(history)
    rows = [np.zeros((0, 5))]
    known = (epochs.valid > 0) & np.isfinite(epochs.hp_ms) & np.isfinite(epochs.rsa_ln)
    for begin_s, end_s in history.spans:
        inside = known & (epochs.at_s >= begin_s) & (epochs.at_s < end_s)
        slot = np.floor(epochs.at_s[inside] / 3600)
        for hour in np.unique(slot).tolist():
            index = np.flatnonzero(inside)[slot == hour]
            base = baselines.at((begin_s, end_s), float(epochs.at_s[index[0]]))
            wide, (rsa_ln, _) = borders(base, "bp"), level_of(base, "bp")
            if wide and base.hp_ms is not None and rsa_ln is not None:
                apart = epochs.hp_ms[index] - base.hp_ms, epochs.rsa_ln[index] - rsa_ln
                edges = (np.full(len(index), edge) for edge in wide)
                rows.append(np.column_stack([epochs.at_s[index], *apart, *edges]))
    table = np.concatenate(rows)
    return _OnMap(table[:, 0], table[:, 1:3], table[:, 3:])


def _courses(placed: _OnMap) -> list[tuple[Floats, NDArray[np.intp]]]:
    """Begins of the epochs and likeliest regions (index of REGIONS) of each unbroken stretch."""
    cost = _costs(placed)
    breaks = np.flatnonzero(np.diff(placed.at_s) > MOST_GAP_S + EPOCH_S) + 1
    return [
        (placed.at_s[part], _likeliest(cost[part]))
        for part in np.split(np.arange(len(placed.at_s)), breaks)
    ]


def _costs(placed: _OnMap) -> Floats:
    """What each epoch costs in each region, (n, 9): half the squared distance, in noise."""
    noise = np.array([_noise(placed.apart[:, axis], sd) for axis, sd in enumerate(LEAST_NOISE)])
    apart, wide, shared = placed.apart[..., None], placed.wide[..., None], SHARED * noise[:, None]
    outside = np.where(SIDES == 0, np.abs(apart) - wide, wide - SIDES * apart) - shared
    cost = np.maximum(outside, 0.0) ** 2 / (2 * noise[:, None] ** 2)
    return (cost[:, 0, :, None] + cost[:, 1, None, :]).reshape(len(apart), -1)


def _noise(values: Floats, least: float) -> float:
    """SD of an epoch by how neighbours differ (what lasts is no noise, and a few moves do not
    count), and what they have alike as though it were more noise."""
    steps = np.abs(np.diff(values))
    sd = MAD_TO_SD * float(np.median(steps)) / math.sqrt(2 * (1 - ALIKE)) if len(steps) else 0.0
    return max(sd, least) * math.sqrt((1 + ALIKE) / (1 - ALIKE))


def _likeliest(cost: Floats) -> NDArray[np.intp]:
    """The course of least cost (n,) through regions of which each epoch has a price (n, k)."""
    n, k = cost.shape
    best = cost[0].copy()
    came = np.empty((n, k), np.intp)
    stay = np.arange(k)
    for row in range(1, n):
        cheapest = int(best.argmin())
        moved = best[cheapest] + PRICE
        came[row] = np.where(best <= moved, stay, cheapest)
        best = np.minimum(best, moved) + cost[row]
    course = np.empty(n, np.intp)
    course[-1] = int(best.argmin())
    for row in range(n - 1, 0, -1):
        course[row - 1] = came[row, course[row]]
    return course


def _rate(moves: NDArray[np.bool_], day: NDArray[np.int64], hours: float) -> Estimate:
    """Moves an hour: a Poisson interval (Wilson & Hilferty), wider where days differ by more."""
    _, which = np.unique(day, return_inverse=True)
    count, length = np.bincount(which, moves), np.bincount(which)
    n = float(count.sum())
    left = count - n * length / length.sum()
    spread = float(left @ left) * len(left) / max(len(left) - 1, 1)
    wider = max(1.0, spread / max(n, 1.0))
    low, high = (wider * edge / hours for edge in _poisson(n / wider))
    return Estimate(n / hours, low, high, len(moves), smallest=FALSE_PER_HOUR)


def _poisson(n: float) -> tuple[float, float]:
    z = normal_quantile()
    low = n * (1 - 1 / (9 * n) - z / (3 * math.sqrt(n))) ** 3 if n else 0.0
    return max(low, 0.0), (n + 1) * (1 - 1 / (9 * n + 9) + z / (3 * math.sqrt(n + 1))) ** 3
