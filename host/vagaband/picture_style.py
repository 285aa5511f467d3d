"""What the pictures share: the palette of Okabe and Ito, axes, legends, bounded text,
times and lines that bridge no gap."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from vagaband.session import Floats

INTENDED_USE = (
    "For personal insight and research; not a medical device, not for treatment decisions."
)
BLACK, GREY, PALE = "#111111", "#777777", "#c8c8c8"
BLUE, ORANGE, GREEN, RED, PURPLE = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7"


@dataclass(frozen=True)
class Clock:
    """The unit in which the time of a whole session reads well."""

    divisor: float
    unit: str

    def of(self, seconds: Floats | list[float]) -> Floats:
        return np.asarray(seconds, dtype=np.float64) / self.divisor


def legend(axes: Axes, columns: int) -> None:
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=columns,
        fontsize=8,
        frameon=False,
        borderaxespad=0.1,
        handletextpad=0.4,
        columnspacing=1.4,
    )


def style(axes: Axes, y_label: str, x_label: str) -> None:
    axes.set_ylabel(y_label, fontsize=9)
    axes.set_xlabel(x_label, fontsize=9)
    axes.tick_params(labelsize=8)
    axes.grid(color=PALE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def with_breaks(
    time: Floats, values: Floats, longest_s: float | None = None
) -> tuple[Floats, Floats]:
    """The same points with a NaN in every gap, so that no line bridges it."""
    if len(time) < 2:
        return time, values
    steps = np.diff(time)
    cuts = np.flatnonzero(steps > (longest_s or 1.5 * float(np.median(steps)))) + 1
    return np.insert(time, cuts, time[cuts - 1]), np.insert(values, cuts, np.nan)
