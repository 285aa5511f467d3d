"""The page of a profile: what weeks of recordings say of one person, and what they don't."""

from vagaband.profile.model import Profile
from vagaband.report.foreign import foreign
from vagaband.report.profile import days, glance, glimmers, moving, tags, treatments
from vagaband.report.profile.amounts import Calendar
from vagaband.report.profile.forest import legend
from vagaband.report.profile.hidden import without_words
from vagaband.report.profile.power import power_rows
from vagaband.report.sheet import sheet
from vagaband.report.words import Words

SECTIONS = ("glance", "weeks", "moving", "tags", "glimmers", "treatments", "power", "honesty")
TOPICS = (
    "use",
    "cause",
    "chance",
    "rsa",
    "breathing",
    "efficiency",
    "rhythm",
    "pulse",
    "theory",
    "refused",
)


def profile_page(profile: Profile, language: str, hide_notes: bool = False) -> str:
    """The whole page of a profile; `hide_notes` leaves every word of the wearer out of it, and
    what they said of themselves."""
    words = Words(language)
    if hide_notes:
        profile = without_words(profile, words)
    calendar = Calendar(profile.zone, words)
    forests = {
        "challenges": moving.challenges(profile, words, calendar),
        "tags": tags.tags_forest(profile, words),
        "glimmers": glimmers.glimmers_forest(profile, words, calendar),
        "together": treatments.together_forest(profile, words),
    }
    return sheet(
        "profile/page.html.jinja",
        words,
        ["style.css", "profile/style.css"],
        title=_title(profile, words),
        subtitle=_subtitle(profile, words, calendar),
        hidden=hide_notes,
        sections=SECTIONS,
        honesty=TOPICS,
        wearer=[] if hide_notes else glance.wearer_sentences(profile, words),
        tiles=glance.tiles_of(profile, words),
        said=glance.said_of(profile, words),
        unsaid=glance.unsaid_of(profile, words),
        days=days.charts_of(profile.trend, words, calendar),
        day_ticks=days.ticks_of(profile.trend, calendar),
        day_rows=days.rows_of(profile.trend, words, calendar),
        trends=glance.trend_sentences(profile, words),
        forests=forests,
        legends={name: legend(one, words) for name, one in forests.items() if one},
        challenges=moving.challenge_sentences(profile, words),
        shifts=moving.shift_sentences(profile, words),
        stays=moving.stays(profile, words),
        efficiencies=moving.efficiencies(profile, words, calendar),
        tags=tags.tag_sentences(profile, words),
        glimmers=glimmers.glimmer_sentences(profile, words),
        questions=glimmers.questions(profile, words, calendar),
        false_rate=glimmers.false_rate(profile.glimmers, words),
        together=treatments.together_sentences(profile, words),
        times=treatments.each_time(profile, words, calendar),
        open_times=treatments.OPEN,
        power=power_rows(profile, words),
    )


def _title(profile: Profile, words: Words) -> str:
    if not profile.person:
        return words("profile.title")
    return words("profile.title_person", person=foreign(profile.person, 60))


def _subtitle(profile: Profile, words: Words, calendar: Calendar) -> str:
    if profile.begin_s is None or profile.end_s is None:
        return words("profile.subtitle_none")
    begin, end = calendar.on(profile.begin_s), calendar.on(profile.end_s)
    return words("profile.subtitle", begin=begin, end=end)
