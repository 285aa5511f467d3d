"""What is said around a protocol, in English and Dutch."""

WORDS = {
    "en": {
        "recorded": (
            "What is recorded of {person} ({role}), with the board at {port}: the light of the "
            "sensor, each heartbeat with its time, heart period and RSA, and when each block "
            "begins and ends. No sound and no picture."
        ),
        "where": (
            "It stands on the board, and afterwards in {folder} on this computer, in files that "
            "only this account can read. Nothing is sent anywhere."
        ),
        "shown": (
            "The light of the device shows that it records: nobody is measured unseen. You can "
            "stop at any moment, without a reason: Ctrl-C, or take the sensor off."
        ),
        "two": (
            "{first} and {second} each keep their own recording, in a folder of their own. To "
            "join them both must agree, and either can withdraw afterwards."
        ),
        "withdraw": "To have it erased: vagaband sessions forget {person} --folder {folder}",
        "agree": "{person}, do you agree? Type y or n",
        "agreed_before": "--yes: {people} agreed to this before.",
        "disagreed": "{person} does not agree.",
        "person": "Code of who wears the board at {port} as {role} (a code, no name)",
        "no_tty": "Nobody is here to agree",
        "safety": "To mind",
        "order": "Blocks, in the order drawn with the seed {seed}",
        "minutes": "about {minutes} minutes",
        "block_of": "block {n} of {of}",
        "begins_in": "begins in {time}",
        "press_enter": "Enter: begin",
        "left": "{time} left",
        "next": "next: {title}",
        "last": "the last block",
        "keys": "Ctrl-C: stop; what is measured is kept",
        "begun": "{at}, {title}: {seconds} s",
        "broken": "{title}: broken off, it begins again",
        "lost": "The board of {person} is away: {why} What it has recorded is on it.",
        "back": "The board of {person} is back.",
        "back_fresh": (
            "The board of {person} is back, and began a new session: what came before stands in "
            "the one before; {dropped} marks could not be set."
        ),
        "ask_lost": "g: go on without {people}    w: wait, and begin this block again",
        "waiting": "Waiting for the board of {people}; the block begins again then.",
        "waiting_or": "Waiting for the board of {people}.    g: go on without",
        "without": "It goes on without {people}.",
        "finger": "{person}: no finger on the sensor",
        "weak": "{person}: the pulse can't be read; hold still, warm the hand",
        "saturated": "{person}: too much light on the sensor",
        "met": "Both boards are on one clock, to {ms:.0f} ms.",
        "unmet": "The boards could not be put on one clock: {why} Blocks are marked all the same.",
        "meeting": "putting both boards on one clock",
        "done": "Done. Thank you; sit for a moment.",
        "stopped": "Stopped at {title}. Nothing is lost: what was measured is on the board.",
        "resume": "To go on there, run the same with --resume, on the same ports.",
        "kept": "In the recording of {person}: {found} of {of} blocks, each within {tolerance} s.",
        "differs": "In the recording of {person} block {n}, {name}, {how}.",
        "unfetched": "What the board of {person} has could not be fetched: {why} Later:",
        "missing": "is missing",
        "length": "took {seconds:.1f} s, not {planned} s",
        "columns": "block,s,starts at,what to do",
        "people.one": "for one person",
        "people.many": "for {n} people",
        "devices.one": "one device",
        "devices.many": "two devices",
        "optional": "may wear a device",
        "yes": "wears a device",
        "no": "wears none",
        "sources": "Sources",
        "paced": "the device paces",
        "challenge": "challenge",
        "drawn": "drawn by the seed: {names} change places",
    },
    "nl": {
        "recorded": (
            "Wat er van {person} ({role}) wordt opgenomen, met het apparaat op {port}: het licht "
            "van de sensor, elke hartslag met zijn tijd, hartperiode en RSA, en wanneer elk blok "
            "begint en eindigt. Geen geluid en geen beeld."
        ),
        "where": (
            "Het staat op het apparaat, en daarna in {folder} op deze computer, in bestanden die "
            "alleen dit account kan lezen. Er wordt niets verstuurd."
        ),
        "shown": (
            "Het lampje van het apparaat laat zien dat het opneemt: niemand wordt ongezien "
            "gemeten. Je kunt op elk moment stoppen, zonder reden: Ctrl-C, of doe de sensor af."
        ),
        "two": (
            "{first} en {second} houden elk hun eigen opname, in een eigen map. Om ze samen te "
            "bekijken moeten beiden instemmen, en ieder kan zich daarna terugtrekken."
        ),
        "withdraw": "Om het te laten wissen: vagaband sessions forget {person} --folder {folder}",
        "agree": "{person}, ga je akkoord? Typ j of n",
        "agreed_before": "--yes: {people} gingen hier eerder mee akkoord.",
        "disagreed": "{person} gaat niet akkoord.",
        "person": "Code van wie het apparaat op {port} draagt als {role} (een code, geen naam)",
        "no_tty": "Er is hier niemand om akkoord te gaan",
        "safety": "Let op",
        "order": "Blokken, in de volgorde die met startgetal {seed} is geloot",
        "minutes": "ongeveer {minutes} minuten",
        "block_of": "blok {n} van {of}",
        "begins_in": "begint over {time}",
        "press_enter": "Enter: begin",
        "left": "nog {time}",
        "next": "hierna: {title}",
        "last": "het laatste blok",
        "keys": "Ctrl-C: stoppen; wat gemeten is blijft bewaard",
        "begun": "{at}, {title}: {seconds} s",
        "broken": "{title}: afgebroken, het begint opnieuw",
        "lost": ("Het apparaat van {person} is weg: {why} Wat het heeft opgenomen staat erop."),
        "back": "Het apparaat van {person} is terug.",
        "back_fresh": (
            "Het apparaat van {person} is terug, met een nieuwe opname: wat ervoor kwam staat in "
            "de vorige; {dropped} markeringen konden niet worden gezet."
        ),
        "ask_lost": "g: ga door zonder {people}    w: wacht, en begin dit blok opnieuw",
        "waiting": "Wacht op het apparaat van {people}; daarna begint het blok opnieuw.",
        "waiting_or": "Wacht op het apparaat van {people}.    g: ga door zonder",
        "without": "Het gaat door zonder {people}.",
        "finger": "{person}: geen vinger op de sensor",
        "weak": "{person}: de hartslag is niet te lezen; houd stil, warm de hand",
        "saturated": "{person}: te veel licht op de sensor",
        "met": "Beide apparaten staan op één klok, op {ms:.0f} ms na.",
        "unmet": (
            "De apparaten konden niet op één klok worden gezet: {why} De blokken worden evengoed "
            "gemarkeerd."
        ),
        "meeting": "beide apparaten op één klok zetten",
        "done": "Klaar. Dank je wel; blijf nog even zitten.",
        "stopped": "Gestopt bij {title}. Er is niets kwijt: wat gemeten is staat op het apparaat.",
        "resume": "Om daar verder te gaan: dezelfde opdracht met --resume, op dezelfde poorten.",
        "kept": "In de opname van {person}: {found} van {of} blokken, elk op {tolerance} s na.",
        "differs": "In de opname van {person}: blok {n}, {name}, {how}.",
        "unfetched": (
            "Wat het apparaat van {person} heeft kon niet worden opgehaald: {why} Later:"
        ),
        "missing": "ontbreekt",
        "length": "duurde {seconds:.1f} s in plaats van {planned} s",
        "columns": "blok,s,begint op,wat te doen",
        "people.one": "voor één persoon",
        "people.many": "voor {n} mensen",
        "devices.one": "één apparaat",
        "devices.many": "twee apparaten",
        "optional": "mag een apparaat dragen",
        "yes": "draagt een apparaat",
        "no": "draagt er geen",
        "sources": "Bronnen",
        "paced": "het apparaat geeft het tempo aan",
        "challenge": "uitdaging",
        "drawn": "geloot met het startgetal: {names} wisselen van plaats",
    },
}
