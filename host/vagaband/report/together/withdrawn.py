"""What stands in the place of a joint page that was taken back."""

from datetime import datetime

from vagaband.report.foreign import foreign
from vagaband.report.sheet import sheet
from vagaband.report.words import Clock, Words


def withdrawn_page(person: str, moment: datetime, sign: str, language: str) -> str:
    """A page that says who withdrew and when, and nothing else of either; `person` is "" where
    all of theirs was erased, their code too. `sign` is that of the page before."""
    words = Words(language)
    key = "together.gone.withdrew" if person else "together.gone.erased"
    when = words("together.gone.when", day=words.day(moment), at=Clock(moment)(0.0))
    return sheet(
        "together/withdrawn.html.jinja",
        words,
        ["style.css"],
        title=words("together.gone.title"),
        sign=sign,
        said=words(key, person=foreign(person, 60), when=when),
    )
