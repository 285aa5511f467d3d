"""What is said around an exercise, in English and Dutch: when to start, and when to stop."""

from rich.text import Text

from vagaband.breathe import Moment

BAR = 40  # signs
WORDS = {
    "en": {
        "before": (
            "Sit or lie at ease, and keep the finger with the sensor still. Breathe gently, not "
            "deeply, and not more than is pleasant: in while the bar fills, out while it "
            "empties. Don't hold your breath."
        ),
        "stop_when": (
            "Stop at once when you get dizzy, or feel tingling, palpitations or panic, and "
            "breathe as you like until it has passed. Don't do this while driving or in water."
        ),
        "how_to_stop": "Any key stops, Ctrl-C too, and so does a press of the button.",
        "no_finger": (
            "No finger lies on the sensor: it paces, but nothing is measured. Put it on, or go on "
            "without."
        ),
        "start": "Press Enter to start.",
        "in": "breathe in",
        "out": "breathe out",
        "free": "breathe as you like",
        "stopped": "Stopped. Breathe as you like; sit for a moment before you get up.",
        "ended": "Done. Breathe as you like; sit for a moment before you get up.",
        "left": "{minutes}:{seconds:02d} left",
        "pace": "{per_min:.1f} a minute",
        "part": "part {part} of {parts}",
        "lock_in": ("lock-in RSA of the device: {ln:.2f} ln ms², swing {swing} ms"),
        "no_lock_in": (
            "no lock-in RSA: less than a minute without disturbance, or the heart did not "
            "follow this pace ({share} % of its variation did)"
        ),
        "reference": (
            "the reference on the PC: {device:.2f} over the same time; {ln:.2f} ± {se:.2f} ln ms² "
            "over the whole exercise after its first half minute, swing {swing:.0f} ms"
        ),
        "no_reference": "the reference on the PC finds no lock-in RSA in what was pulled",
        "optimum": (
            "optimum: {best:.1f} breaths a minute, {lead:.2f} ± {se:.2f} ln above the next. "
            "Assess again another day before you rely on it."
        ),
        "edge": "It is the {edge} that was tried: the true optimum may lie beyond.",
        "fastest": "fastest",
        "slowest": "slowest",
        "no_optimum": (
            "no clear optimum: the best, {best:.1f} a minute, is {lead:.2f} ± {se:.2f} ln above "
            "the next; two standard errors would be needed. Choose the pace that is pleasant."
        ),
        "left_out": "not measured, and therefore no optimum is named: {rates} a minute",
        "columns": "breaths/min,RSA at the pace (ln ms²),± (SE),swing (ms)",
    },
    "nl": {
        "before": (
            "Zit of lig gemakkelijk en houd de vinger met de sensor stil. Adem rustig, niet diep, "
            "en niet meer dan prettig is: in terwijl de balk vult, uit terwijl hij leegloopt. "
            "Houd je adem niet vast."
        ),
        "stop_when": (
            "Stop meteen als je duizelig wordt, of tintelingen, hartkloppingen of paniek voelt, "
            "en adem zoals je wilt tot het over is. Doe dit niet in het verkeer of in het water."
        ),
        "how_to_stop": "Elke toets stopt, ook Ctrl-C, en een druk op de knop ook.",
        "no_finger": (
            "Er ligt geen vinger op de sensor: hij geeft het tempo aan, maar meet niets. Doe hem "
            "om, of ga zo verder."
        ),
        "start": "Druk op Enter om te beginnen.",
        "in": "adem in",
        "out": "adem uit",
        "free": "adem zoals je wilt",
        "stopped": "Gestopt. Adem zoals je wilt; blijf nog even zitten voor je opstaat.",
        "ended": "Klaar. Adem zoals je wilt; blijf nog even zitten voor je opstaat.",
        "left": "nog {minutes}:{seconds:02d}",
        "pace": "{per_min:.1f} per minuut",
        "part": "deel {part} van {parts}",
        "lock_in": ("lock-in-RSA van het apparaat: {ln:.2f} ln ms², uitslag {swing} ms"),
        "no_lock_in": (
            "geen lock-in-RSA: minder dan een minuut zonder storing, of het hart volgde dit "
            "tempo niet ({share} % van zijn variatie wel)"
        ),
        "reference": (
            "de referentie op de PC: {device:.2f} over dezelfde tijd; {ln:.2f} ± {se:.2f} ln ms² "
            "over de hele oefening na de eerste halve minuut, uitslag {swing:.0f} ms"
        ),
        "no_reference": "de referentie op de PC vindt geen lock-in-RSA in wat is opgehaald",
        "optimum": (
            "optimum: {best:.1f} ademhalingen per minuut, {lead:.2f} ± {se:.2f} ln boven het "
            "volgende. Meet het een andere dag nog eens voor je erop vertrouwt."
        ),
        "edge": "Het is het {edge} dat is geprobeerd: het ware optimum kan erbuiten liggen.",
        "fastest": "snelste",
        "slowest": "traagste",
        "no_optimum": (
            "geen duidelijk optimum: het beste, {best:.1f} per minuut, ligt {lead:.2f} ± {se:.2f} "
            "ln boven het volgende; twee standaardfouten zijn nodig. Kies wat prettig is."
        ),
        "left_out": "niet gemeten, en daarom wordt geen optimum genoemd: {rates} per minuut",
        "columns": "ademh./min,RSA op het tempo (ln ms²),± (SE),uitslag (ms)",
    },
}


def breath_bar(moment: Moment, words: dict[str, str]) -> Text:
    """What to do now, and a bar that fills for in and empties for out."""
    full = round(BAR * moment.share)
    line = Text(f"{words['in' if moment.breathing_in else 'out']:<20} ")
    colour = "blue" if moment.breathing_in else "yellow"
    return line.append("█" * full + "░" * (BAR - full), style=colour)
