"""The pictures of the page for two in README: a simulated pair's, in a browser, as PNG.

Run this file to make host/vagaband/report/together.*.png anew; it needs a Chromium. Each picture
says in its PNG text what one reads in it, so that a test can tell a stale one.
"""

import numpy as np
from hearts_read import session_of
from readme_picture import write_pictures
from simulated_pairs import Coupling, pairs
from simulated_pairs import session_of as bare
from two_people import TOGETHER
from vagaband.analysis.model import Note
from vagaband.report.together.page import Person, page_for_two
from vagaband.synchrony.align import together
from vagaband.synchrony.synchrony import synchrony_of

SHOWN = {"en": ("header", "glance"), "nl": ("#lines", "lines")}  # its top, and its section
SEED, MINUTES, STRENGTH, LAG_S = 5, 20.0, 0.95, 4.0
BLOCKS = {
    "en": ("at rest", "hand held", "alone", "hand held"),
    "nl": ("rust", "hand vast", "alleen", "hand vast"),
}


def page_of(language: str) -> str:
    """Two people, of whom the second's RSA follows the first's, led through four blocks."""
    rng = np.random.default_rng(SEED)
    runs = pairs(rng, 1, MINUTES, coupling=Coupling(STRENGTH, np.array([LAG_S])))[0]
    one, other = (session_of(bare(run).intervals) for run in runs)
    axis = together(one, other)
    notes = [
        Note(20.0 + 295 * k, "block", text, until_s=300.0 + 295 * k)
        for k, text in enumerate(BLOCKS[language])
    ]
    said = synchrony_of(axis, notes=[notes, notes])
    people = [Person(code, TOGETHER, notes) for code in ("P07", "P08")]
    return page_for_two(said, axis, people, "ab" * 16, language)


if __name__ == "__main__":
    write_pictures("together", page_of, SHOWN)
