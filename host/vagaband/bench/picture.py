"""One picture of the comparison: each detector on each set, with its bootstrap interval."""

import io
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from vagaband.bench import ours
from vagaband.bench.compare import Comparison
from vagaband.bench.figures import Figure
from vagaband.files import write_private
from vagaband.picture_style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    INTENDED_USE,
    ORANGE,
    PALE,
    PURPLE,
    RED,
    style,
)

ROWS = (  # attribute of the figures, label, whether more is better
    ("f1_pct", "F1 (%)", True),
    ("interval_error_ms", "Interval error (ms)", False),
    ("rsa_error_ln", "RSA error (|ln|,\nmedian of epochs)", False),
)
MARKS = (  # the palette of Okabe and Ito, and a shape each
    ("o", RED),
    ("v", BLUE),
    ("^", BLUE),
    ("s", GREEN),
    ("D", GREEN),
    ("P", PURPLE),
    ("X", ORANGE),
)
WIDTH_OF_SET = 0.76  # of the room between two sets
INCHES, DOTS_PER_INCH = (11.0, 9.0), 110


def draw(found: Comparison, path: Path) -> None:
    """Write the picture as a PNG that only its owner reads; whole, or not at all."""
    canvas = Canvas(figsize=INCHES, dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    painter = FigureCanvasAgg(canvas)
    for axes, (attribute, label, more) in zip(
        canvas.subplots(len(ROWS), 1, sharex=True), ROWS, strict=True
    ):
        style(axes, f"{label}\n{'more' if more else 'less'} is better", "")
        _draw_row(axes, found, attribute)
        if attribute == ROWS[0][0]:
            axes.legend(
                loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, fontsize=8, frameon=False
            )
    word = "PASS" if found.passed else "FAIL"
    canvas.suptitle(
        f"{word}: the firmware beside public detectors, {len(found.items)} recordings at "
        f"{found.rate_hz} Hz (bars: bootstrap 95 % intervals)",
        fontsize=12,
        fontweight="bold",
        color=BLACK if found.passed else RED,
    )
    canvas.supxlabel(INTENDED_USE, fontsize=8, color=GREY)
    image = io.BytesIO()
    painter.print_png(image, metadata={"Title": INTENDED_USE})
    write_private(path, image.getvalue())


def _draw_row(axes: Axes, found: Comparison, attribute: str) -> None:
    none = {"ha": "center", "fontsize": 8, "color": GREY}
    detectors = list(found.measured)
    step = WIDTH_OF_SET / len(detectors)
    sets = list(found.sets)
    for place, name in enumerate(detectors):
        figures: list[Figure] = [getattr(found.sets[each][name], attribute) for each in sets]
        values = np.array([each.value for each in figures], dtype=np.float64)
        low = np.array([each.low for each in figures], dtype=np.float64)
        high = np.array([each.high for each in figures], dtype=np.float64)
        marker, colour = MARKS[place % len(MARKS)]
        axes.errorbar(
            np.arange(len(sets)) - WIDTH_OF_SET / 2 + (place + 0.5) * step,
            values,
            yerr=np.clip([values - low, high - values], 0, None),
            fmt=marker,
            color=colour,
            markersize=8 if name == ours.NAME else 6,
            markeredgecolor=BLACK if name == ours.NAME else colour,
            elinewidth=1,
            label=name,
        )
    for place, each in enumerate(sets):
        if all(getattr(found.sets[each][name], attribute).value is None for name in detectors):
            axes.text(place, 0.5, "none", transform=axes.get_xaxis_transform(), **none)
    axes.set_xticks(range(len(sets)), [each[:24] for each in sets])
    for edge in np.arange(len(sets) - 1) + 0.5:
        axes.axvline(edge, color=PALE, linewidth=0.8)
    axes.grid(visible=False, axis="x")
