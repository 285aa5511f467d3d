"""The panel of RSA per epoch, of the device and of the reference.

PB2 hardly sees a slow breath. Where breathing is slower than 9 a minute, or its rate not known for
sure, BP-RSA stands beside it with a sign of its own, or PB2 is not drawn.
"""

import numpy as np
from matplotlib.axes import Axes

from vagaband.picture_style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    RED,
    Clock,
    legend,
    style,
    with_breaks,
)
from vagaband.plain import plain
from vagaband.reference.epoch_pairs import EpochPair
from vagaband.reference.rsa import EPOCH_SAMPLES, GRID_HZ
from vagaband.session import Floats
from vagaband.validate import Verdict

EPOCH_S = EPOCH_SAMPLES / GRID_HZ
LEAST_RANGE_LN = 1.0
FEW_EPOCHS = 60  # so many have room for large signs and for the reasons of refusal


def draw_rsa(axes: Axes, verdict: Verdict, clock: Clock) -> None:
    """All epochs, device and reference; PB2 nowhere alone where slow breathing may hide it."""
    style(axes, "RSA per epoch of 30 s (ln ms²)", f"Time ({clock.unit})")
    if not verdict.epochs:
        axes.text(0.5, 0.5, "no whole epoch", ha="center", color=GREY, transform=axes.transAxes)
        axes.set_yticks([])
        return
    few = len(verdict.epochs) <= FEW_EPOCHS
    centre = clock.of([pair.t_s + EPOCH_S / 2 for pair in verdict.epochs])
    beside = _shown_beside(verdict)
    hidden = np.array([pair.t_s in beside and beside[pair.t_s] is None for pair in verdict.epochs])
    device = np.where(hidden, np.nan, _values(verdict.epochs, "device_ln_ms2"))
    apart = 1.5 * EPOCH_S / clock.divisor  # a line joins epochs that follow, and bridges nothing
    _draw_lines(axes, verdict.epochs, centre, device, apart)
    _draw_beside(axes, beside, clock, few)
    valid = np.array([pair.valid for pair in verdict.epochs])
    for chosen, fill, label in ((valid, BLUE, "valid"), (~valid, "white", "refused")):
        known = chosen & np.isfinite(device)
        if known.any():
            axes.plot(
                centre[known],
                device[known],
                "o",
                markersize=9 if few else 3.5,
                markerfacecolor=fill,
                markeredgecolor=BLUE,
                label=f"device, {label}: {int(known.sum())}",
            )
    reference = np.where(hidden, np.nan, _values(verdict.epochs, "reference_ln_ms2"))
    from_light = np.where(hidden, np.nan, _values(verdict.epochs, "chain_ln_ms2"))
    for values, colour, marker, size, label in (
        (reference, RED, "+", 14.0, "reference on the device's intervals"),
        (from_light, BLACK, "_", 16.0, "reference from the light"),
    ):
        if np.isfinite(values).any():
            (signs,) = axes.plot(centre, values, marker, color=colour, label=label)
            signs.set_markersize(size if few else size / 3)
            signs.set_markeredgewidth(1.4 if few else 0.7)
    if few:
        _name_reasons(axes, verdict.epochs, centre, device)
    axes.margins(y=0.18)
    low, high = axes.get_ylim()
    spare = max(0.0, (LEAST_RANGE_LN - (high - low)) / 2)  # rounding is not to look like a swing
    axes.set_ylim(low - spare, high + spare)
    legend(axes, 3)


def _shown_beside(verdict: Verdict) -> dict[float, float | None]:
    """By start of the epoch, what stands beside PB2 where it may not stand alone: BP-RSA, the
    device's or else the reference's. None where there is neither: PB2 is not shown there."""
    alone = {item.device.t_s for item in verdict.numbers if item.pb2_alone}
    beside: dict[float, float | None] = {}
    for pair in verdict.epochs:
        if pair.t_s not in alone:
            ours = pair.device_bp_ln_ms2
            beside[pair.t_s] = pair.reference_bp_ln_ms2 if ours is None else ours
    return beside


def _draw_beside(axes: Axes, beside: dict[float, float | None], clock: Clock, few: bool) -> None:
    """A sign of its own for each BP-RSA that has to stand beside PB2."""
    shown = {t_s: value for t_s, value in beside.items() if value is not None}
    if shown:
        (signs,) = axes.plot(
            clock.of(np.array([*shown]) + EPOCH_S / 2),
            list(shown.values()),
            "D",
            markerfacecolor="none",
            markeredgecolor=GREEN,
            label=f"BP-RSA where slow or unknown breathing may hide RSA: {len(shown)}",
        )
        signs.set_markersize(6 if few else 2.5)


def _draw_lines(
    axes: Axes, epochs: list[EpochPair], centre: Floats, device: Floats, apart: float
) -> None:
    """BP-RSA as a thin line, and a pale one through the device's valid epochs."""
    band_only = _values(epochs, "device_bp_ln_ms2")
    time, values = with_breaks(centre, band_only, apart)
    label = "BP-RSA, device (no polynomial)"
    axes.plot(time, values, color=GREEN, linewidth=0.9, alpha=0.8, label=label)
    valid = np.array([pair.valid for pair in epochs])
    time, values = with_breaks(centre, np.where(valid, device, np.nan), apart)
    axes.plot(time, values, color=BLUE, linewidth=1, alpha=0.5)


def _name_reasons(axes: Axes, epochs: list[EpochPair], centre: Floats, device: Floats) -> None:
    """Why each refused epoch is refused, in small print beside it."""
    for pair, time, value in zip(epochs, centre, device, strict=True):
        if not pair.valid and pair.reason and np.isfinite(value):
            axes.annotate(
                plain(pair.reason, 24),
                (float(time), float(value)),
                xytext=(0, -12),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=7,
                color=GREY,
                parse_math=False,
            )


def _values(epochs: list[EpochPair], name: str) -> Floats:
    return np.array([getattr(pair, name) for pair in epochs], dtype=np.float64)
