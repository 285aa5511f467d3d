"""One picture of a session: the pulse with its beats, the intervals, RSA per epoch.

Every kind of mark differs in shape as well as in colour, so that it holds without colour vision.
With an ECG there is a panel on how far the device's RSA is from that by its beats.
"""

import io
import warnings
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from vagaband.agreement_picture import draw_agreement
from vagaband.files import write_private
from vagaband.picture_style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    INTENDED_USE,
    ORANGE,
    PURPLE,
    RED,
    Clock,
    legend,
    style,
    with_breaks,
)
from vagaband.plain import plain
from vagaband.reference.beats import gap_free
from vagaband.rsa_picture import draw_rsa
from vagaband.session import Interval, Session
from vagaband.validate import Verdict

EXCERPT_S = 25.0
STRIP_POINTS = 1200  # columns of the strip that shows the whole session
INCHES, DOTS_PER_INCH = (11.0, 10.5), 110
HEIGHTS = [3, 0.45, 3, 3]  # of the panels; with an ECG one more
AGREEMENT_HEIGHT = 3

FLAGS = {  # flag -> marker, colour, size, what it means
    "ok": (".", GREY, 14, "as measured"),
    "missed": ("^", BLUE, 46, "missed beat put in"),
    "extra": ("v", ORANGE, 46, "extra beat left out"),
    "ectopic": ("D", RED, 34, "premature beat moved"),
    "motion": ("s", PURPLE, 34, "motion"),
    "gap": ("X", BLACK, 46, "gap"),
}
SCALES = ((7200.0, 3600.0, "h"), (600.0, 60.0, "min"), (0.0, 1.0, "s"))  # from, divisor, unit


def draw(session: Session, verdict: Verdict, path: Path) -> None:
    """Write the picture as a PNG that only its owner reads; whole, or not at all."""
    heights = [*HEIGHTS, AGREEMENT_HEIGHT] if verdict.ecg else HEIGHTS
    inches = (INCHES[0], INCHES[1] * sum(heights) / sum(HEIGHTS))
    figure = Figure(figsize=inches, dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    canvas = FigureCanvasAgg(figure)
    pulse, strip, intervals, rsa, *last = figure.subplots(
        len(heights), 1, gridspec_kw={"height_ratios": heights}
    )
    clock = _clock(verdict.duration_s)
    _title(figure, verdict)
    start_s = excerpt_start_s(session)
    _draw_pulse(pulse, session, start_s)
    _draw_strip(strip, session, verdict.duration_s, start_s, clock)
    _draw_intervals(intervals, session, verdict, clock)
    draw_rsa(rsa, verdict, clock)
    for axes in (strip, intervals, rsa):
        axes.set_xlim(0, max(verdict.duration_s, 1.0) / clock.divisor)
    if verdict.ecg:
        draw_agreement(last[0], verdict.ecg)
    figure.supxlabel(INTENDED_USE, fontsize=8, color=GREY)
    image = io.BytesIO()
    about = {"Title": INTENDED_USE, "Description": _figures(verdict)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a mark's sign that the font lacks is a box
        canvas.print_png(image, metadata=about)
    write_private(path, image.getvalue())


def _figures(verdict: Verdict) -> str:
    """What the picture shows, in a line: by it one can tell whether a picture is stale."""
    values = " ".join(_figure(e.device_ln_ms2) for e in verdict.epochs)
    beside = " ".join(_figure(e.device_bp_ln_ms2) for e in verdict.epochs)
    return f"{verdict.source}: {verdict.beats} beats; RSA {values}; BP-RSA {beside}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def excerpt_start_s(session: Session) -> float:
    """Where a telling 25 s begin: about the correction with the most sound intervals around it,
    else in the middle of the longest stretch without a gap."""
    if not len(session.t_s):
        return 0.0
    first, last = float(session.t_s[0]), float(session.t_s[-1])
    middle = _middle_of_longest(session)
    odd = np.array([item.t_s for item in session.intervals if item.flag not in ("ok", "gap")])
    sound = np.array([item.t_s for item in session.intervals if item.flag == "ok"])
    odd = odd[(odd >= first) & (odd <= last)]
    if len(odd) and len(sound):
        half = EXCERPT_S / 2
        around = np.searchsorted(sound, odd + half) - np.searchsorted(sound, odd - half)
        middle = float(odd[int(np.argmax(around))])
    return max(first, min(middle - EXCERPT_S / 2, last - EXCERPT_S))


def _middle_of_longest(session: Session) -> float:
    stretches = gap_free(session.t_s)
    if not stretches:
        return float(session.t_s[0])
    longest = max(stretches, key=lambda part: part.stop - part.start)
    return float(session.t_s[(longest.start + longest.stop) // 2])


def _title(figure: Figure, verdict: Verdict) -> None:
    word = "PASS" if verdict.passed else "FAIL"
    failed = [check.name for check in verdict.checks if not check.ok]
    said = f"{len(verdict.checks)} checks hold" if verdict.passed else "not: " + ", ".join(failed)
    if not failed and not verdict.passed:
        said = "nothing could be checked"
    source = f"{plain(verdict.source, 60)}   " if verdict.source else ""
    counts = f"{verdict.beats} beats, valid epochs: {verdict.valid_epochs}"
    figure.suptitle(
        f"{word}: {plain(said, 100)}\n{source}{_length(verdict.duration_s)}, {counts}",
        fontsize=12,
        color=BLACK if verdict.passed else RED,
        fontweight="bold",
        parse_math=False,
    )


def _length(duration_s: float) -> str:
    minutes, seconds = divmod(round(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"


def _draw_pulse(axes: Axes, session: Session, start_s: float) -> None:
    style(axes, "Infrared light (counts,\ninverted: systole is up)", "Time (s)")
    inside = (session.t_s >= start_s) & (session.t_s <= start_s + EXCERPT_S)
    if not inside.any():
        axes.text(0.5, 0.5, "no raw light in this recording", ha="center", color=GREY)
        axes.set_xticks([])
        axes.set_yticks([])
        return
    time, light = with_breaks(session.t_s[inside], session.ir[inside])
    axes.plot(time, light, color=BLACK, linewidth=0.9, label="pulse")
    shown = session.beats_s[(session.beats_s >= time[0]) & (session.beats_s <= time[-1])]
    height = np.interp(shown, session.t_s[inside], session.ir[inside])
    axes.plot(shown, height, "o", color=RED, markersize=5, label="beat (half-way up)")
    _shade_corrections(axes, session, float(time[0]), float(time[-1]))
    axes.set_xlim(start_s, start_s + EXCERPT_S)
    axes.invert_yaxis()
    axes.ticklabel_format(axis="y", useOffset=False, style="plain")
    legend(axes, 2)


def _shade_corrections(axes: Axes, session: Session, first_s: float, last_s: float) -> None:
    """A tint behind each flagged interval, named once where several of a kind follow."""
    named = ""
    for item in session.intervals:
        if not first_s <= item.t_s <= last_s:
            continue
        if item.flag != "ok":
            axes.axvspan(item.t_s, item.t_s + item.ibi_ms / 1000, color=ORANGE, alpha=0.18, lw=0)
        if item.flag not in ("ok", named):
            where = axes.get_xaxis_transform()
            axes.text(item.t_s, 0.02, f" {item.flag}", fontsize=8, transform=where, clip_on=True)
        named = item.flag


def _draw_strip(
    axes: Axes, session: Session, duration_s: float, start_s: float, clock: Clock
) -> None:
    """The whole session's light as a band, with the place of the excerpt above."""
    style(axes, "", "")
    axes.set_yticks([])
    axes.set_ylabel("whole\nsession", rotation=0, ha="right", va="center", fontsize=8)
    axes.tick_params(labelsize=8)
    if len(session.ir):
        edges = np.linspace(0, len(session.ir), min(STRIP_POINTS, len(session.ir)) + 1).astype(int)
        low = np.minimum.reduceat(session.ir, edges[:-1])
        high = np.maximum.reduceat(session.ir, edges[:-1])
        time, low = with_breaks(session.t_s[edges[:-1]], low, duration_s / 200 + 1)
        high = with_breaks(session.t_s[edges[:-1]], high, duration_s / 200 + 1)[1]
        axes.fill_between(clock.of(time), low, high, color=GREY, linewidth=0.4)
        ends = clock.of([start_s, min(start_s + EXCERPT_S, duration_s)])
        axes.axvspan(ends[0], ends[1], color=RED, alpha=0.35, lw=0)
        place = (float(ends.mean()), 1.12)
        axes.plot(*place, "v", color=RED, transform=axes.get_xaxis_transform(), clip_on=False)
        axes.invert_yaxis()


def _draw_intervals(axes: Axes, session: Session, verdict: Verdict, clock: Clock) -> None:
    style(axes, "Interval between beats (ms)", "")
    for flag, (marker, colour, size, meaning) in FLAGS.items():
        chosen = [item for item in session.intervals if item.flag == flag]
        if chosen:
            shown = size if len(session.intervals) < 3000 else size / 4
            _scatter_intervals(axes, chosen, clock, marker, colour, shown, f"{meaning} ({flag})")
    for gap in session.gaps:
        ends = clock.of([gap.t_s, gap.t_s + gap.seconds])
        axes.axvspan(ends[0], ends[1], facecolor="none", edgecolor=GREY, hatch="///", lw=0)
    for mark in session.marks:
        if mark.t_s > verdict.duration_s + 1:
            continue  # where there is no session: text so far away can't be drawn
        axes.axvline(mark.t_s / clock.divisor, color=GREEN, linewidth=1, linestyle=":")
        axes.text(
            mark.t_s / clock.divisor,
            0.97,
            " " + plain(mark.kind, 20),
            transform=axes.get_xaxis_transform(),
            fontsize=8,
            va="top",
            color=GREEN,
            parse_math=False,
        )
    if verdict.rmssd_ms is not None and verdict.mean_hp_ms is not None:
        figures = f"mean {verdict.mean_hp_ms:.0f} ms, RMSSD {verdict.rmssd_ms:.1f} ms"
        axes.set_title(figures + " (unflagged intervals)", fontsize=9, loc="right", color=GREY)
    if session.intervals:
        legend(axes, 3)


def _scatter_intervals(
    axes: Axes,
    chosen: list[Interval],
    clock: Clock,
    marker: str,
    colour: str,
    size: float,
    label: str,
) -> None:
    axes.scatter(
        clock.of([item.t_s for item in chosen]),
        [item.ibi_ms for item in chosen],
        s=size,
        marker=marker,
        color=colour,
        edgecolors="none" if marker == "." else BLACK,
        linewidths=0.5,
        zorder=2 if marker == "." else 3,
        label=f"{label}: {len(chosen)}",
    )


def _clock(duration_s: float) -> Clock:
    return next(Clock(by, unit) for least_s, by, unit in SCALES if duration_s >= least_s)
