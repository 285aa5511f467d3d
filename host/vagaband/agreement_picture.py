"""RSA by the device and by an ECG, as Bland and Altman draw it: difference over mean."""

import numpy as np
from matplotlib.axes import Axes

from vagaband.against_ecg import AgainstEcg
from vagaband.picture_style import BLACK, BLUE, GREY, ORANGE, RED, legend, style
from vagaband.reference.bland_altman import MARGIN_LN

LEAST_REACH_LN = 0.4  # either side of zero: small differences are not to look large


def draw_agreement(axes: Axes, ecg: AgainstEcg) -> None:
    """The device's valid epochs that the ECG has too, with bias and limits of agreement."""
    style(axes, "RSA, device less ECG (ln)", "Mean RSA of device and ECG (ln ms²)")
    if not ecg.epochs:
        where = {"ha": "center", "color": GREY, "transform": axes.transAxes}
        axes.text(0.5, 0.5, "no valid epoch that the ECG has too", **where)
        axes.set_yticks([])
        return
    ours = np.array([epoch.device_ln_ms2 for epoch in ecg.epochs])
    theirs = np.array([epoch.ecg_ln_ms2 for epoch in ecg.epochs])
    difference = ours - theirs
    axes.axhspan(-MARGIN_LN, MARGIN_LN, color=GREY, alpha=0.12, lw=0, label="within 0.2 ln")
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.plot((ours + theirs) / 2, difference, "o", color=BLUE, label=f"epochs: {len(difference)}")
    if ecg.rsa:
        low, high = ecg.rsa.limits
        axes.axhline(ecg.rsa.bias, color=BLACK, label=f"bias {ecg.rsa.bias:+.2f}")
        axes.axhline(low, color=RED, linestyle="--", label=f"limits {low:+.2f} to {high:+.2f}")
        axes.axhline(high, color=RED, linestyle="--")
        for ends in (ecg.rsa.bias_ci, ecg.rsa.lower_ci, ecg.rsa.upper_ci):
            if ends:
                axes.axhspan(*ends, color=ORANGE, alpha=0.12, lw=0)
    reach = max(LEAST_REACH_LN, *(abs(end) for end in axes.get_ylim()))
    axes.set_ylim(-reach, reach)
    axes.margins(x=0.1)
    legend(axes, 4)
