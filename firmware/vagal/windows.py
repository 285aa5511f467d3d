"""Lengths of the detector's windows, by sample rate.

The wave is low-passed at every sample; blocks are looked for 50 times a second (25 at 25 Hz) in
the windows of Elgendi et al. 2013 (111 and 667 ms, here 100 and 620 ms), after a centred mean of
1 s is taken off.
"""

WINDOWS = {
    # boxcar, in samples (5 Hz low-pass); scale to a gain of 36; samples a step, as a shift;
    # half widths in steps: baseline, short window, long window; shortest block in steps;
    # time constants as shifts: roughness (2.56 s), slow mean (5.12 s); 1/50 of the slow mean
    # as a shift, times the widths of both windows
    100: (6, 1, 1, 25, 2, 15, 4, 7, 8, 6, 28),
    50: (3, 4, 0, 25, 2, 15, 4, 7, 8, 6, 40),
    25: (2, 9, 0, 13, 1, 7, 2, 6, 7, 7, 52),
}
