"""Protocols as files: those that come with vagaband, one's own, and wrong ones."""

import io
import itertools
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from vagaband.breathe import Moment
from vagaband.profile.challenges import OF_WORD
from vagaband.protocol import state, words
from vagaband.protocol.clocks import WRAP, PcClock, Ticks
from vagaband.protocol.fields import FIELDS
from vagaband.protocol.kept import compare
from vagaband.protocol.model import LANGUAGES, RESONANCE, Protocol
from vagaband.protocol.plan import plan
from vagaband.protocol.read import read
from vagaband.protocol.run import View
from vagaband.protocol.screen import drawn
from vagaband.protocol.shipped import protocol_of, shipped
from vagaband.protocol.wearer import Wearer
from vagaband.session import Mark, Session
from written_protocols import TWO_BLOCKS, block, written

NEEDED = (
    *("rest", "posture", "resonance", "hand-held", "hand-held-stranger", "photo", "compassion"),
    *("body-scan", "consult", "naming", "therapy-hour"),
)


def test_all_that_are_promised_are_there_and_sound():
    assert {path.stem for path in shipped()} == set(NEEDED)
    for path in shipped():
        one = read(path)
        assert one.name == path.stem
        assert one.sources
        for text in texts_of(one):
            assert text["en"] != text["nl"]
            assert all(len(text[language]) > 3 for language in LANGUAGES)


def texts_of(one: Protocol):
    yield from (one.title, one.about, one.safety)
    for its_block in one.blocks.values():
        yield its_block.instruction
        yield from its_block.roles.values()


@pytest.mark.parametrize("name", NEEDED)
def test_challenges_and_pacing_are_where_they_belong(name: str):
    """A change of posture and what arouses are challenges; only resonance paces."""
    one = protocol_of(name)
    challenges = {b.name for b in one.blocks.values() if b.challenge}
    assert challenges == {
        "posture": {"posture-stand"},
        "naming": {"challenge-named", "challenge-described"},
    }.get(name, set())
    assert all(challenge.split("-")[0] in OF_WORD for challenge in challenges)
    paced = [b.pace for b in one.blocks.values() if b.pace]
    assert paced == ([RESONANCE] if name == "resonance" else [])


def test_every_field_is_in_the_format_s_page():
    page = Path(words.__file__).with_name("format.md").read_text()
    for name in " ".join(FIELDS.values()).split():
        assert re.search(rf"\b{name}\b", page), name


def test_only_who_begins_is_drawn():
    """ABAB or BABA by the seed, the same for the same seed; both come about equally often."""
    one, other = protocol_of("hand-held"), protocol_of("hand-held-stranger")
    orders = [tuple(b.name for b in plan(one, seed)) for seed in range(200)]
    rest = ("alone", "held")
    assert set(orders) == {("settle", *rest * 2), ("settle", *rest[::-1] * 2)}
    assert 70 < sum(order[1] == "alone" for order in orders) < 130
    assert orders == [tuple(b.name for b in plan(one, seed)) for seed in range(200)]
    stranger = [plan(other, seed) for seed in range(20)]
    assert {tuple(b.name for b in order)[1::2] for order in stranger} == {("alone",) * 4}


def test_a_sequence_is_repeated(tmp_path: Path):
    one = read(written(tmp_path, TWO_BLOCKS.replace("format = 1", "format = 1\nrepeat = 3")))
    assert [b.name for b in plan(one, 0)] == ["first", "second"] * 3
    assert one.seconds == 3 * (20 + 20 + 5)


def test_list_and_show_in_both_languages(run_cli):
    for language, word in (("en", "someone you love"), ("nl", "van wie je houdt")):
        code, out, _ = run_cli("protocol", "list", "--lang", language)
        assert code == 0
        assert all(name in out for name in NEEDED)
        code, out, _ = run_cli("protocol", "show", "photo", "--lang", language)
        assert code == 0
        assert word in " ".join(out.split())
        assert "Master" in out
    code, out, _ = run_cli("protocol", "show", "therapy-hour", "--json")
    assert (code, json.loads(out)["devices"]) == (0, 2)


def test_its_own_words_are_in_both_languages_with_the_same_places_to_fill():
    english, dutch = (words.WORDS[language] for language in LANGUAGES)
    assert english.keys() == dutch.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{\w+", text)) == set(re.findall(r"\{\w+", dutch[key])), key
    package = Path(words.__file__).parent
    sources = [*package.glob("*.py"), *package.parent.glob("cli/protocol*.py")]
    said = "".join(path.read_text() for path in sources if path.name != "words.py")
    for key in english:
        assert f'"{key}"' in said or f"'{key}'" in said, key


def session_of(marks: list[tuple[float, str, str]]) -> Session:
    nothing = np.zeros(0)
    return Session("", 100, nothing, nothing, nothing, [], [], marks=[Mark(*m) for m in marks])


RUN = "0a1b2c3d"


def begun(t_s: float, how: str = "begun") -> tuple[float, str, str]:
    return (t_s, "protocol", f"{how} {RUN}: two, seed 1, agreed before")


def test_the_blocks_in_a_recording_are_told_from_what_was_broken():
    """Broken and begun again over two sessions; another run, and one's own marks, beside it."""
    blocks = [block("first", 20), block("second", 20), block("first", 20)]
    one = session_of(
        [
            (0, "protocol", "begun ffffffff: other, seed 2, agreed here"),
            *((1, "first", "start"), (21, "first", "end"), begun(30)),
            *((31, "first", "start"), (51.3, "first", "end"), (55, "glimmer", "start")),
            *((60, "second", "start"), (65, "second", "broken")),
        ]
    )
    two = session_of(
        [begun(0, "resumed"), (1, "second", "start"), (23, "second", "end"), (30, "event", "end")]
    )
    found = compare(blocks, [one, two], RUN)
    assert [one.seconds for one in found] == [pytest.approx(20.3), 22, None]
    assert [one.is_right for one in found] == [True, False, False]


def test_a_missing_block_moves_none_after_it():
    blocks = [block("a", 10), block("b", 10), block("a", 10), block("b", 10)]
    marks = [begun(0)]
    for n, name in enumerate(("b", "a", "b")):
        marks += [(20 * n + 1, name, "start"), (20 * n + 11, name, "end")]
    found = compare(blocks, [session_of(marks)], RUN)
    assert [one.is_right for one in found] == [False, True, True, True]


def test_a_block_that_is_there_twice_moves_none_after_it():
    """Stopped as it ended on one board, it is whole there, and was done again with the other."""
    blocks = [block(name, 10) for name in ("a", "b", "a", "b")]
    marks = [begun(0)]
    for n, name in enumerate(("a", "a", "b", "a", "b")):
        marks += [(20 * n + 1, name, "start"), (20 * n + 11, name, "end")]
    assert all(one.is_right for one in compare(blocks, [session_of(marks)], RUN))


def test_a_board_s_clock_wraps_and_a_slow_answer_says_less():
    ticks = Ticks(100.0, WRAP - 499)
    assert ticks.ms_at(101.0) == 500
    assert ticks.s_at(500) == pytest.approx(101.0)
    assert ticks.s_at(WRAP - 999) == pytest.approx(99.5)
    clock = PcClock()
    good = clock.ticks(None, 10.0, 10.01, 5000)
    assert clock.ticks(good, 12.0, 12.5, 7900) is good
    assert clock.ticks(good, 140.0, 140.5, 135_900) is not good  # too old


def test_a_damaged_state_is_not_gone_on_from(tmp_path: Path):
    kept = state.State(
        state.new_run(), "two", "0" * 64, 1, "participant", "p07", done=1, begun=True
    )
    state.write(tmp_path, kept)
    path = state.file_of(tmp_path, "p07")
    assert path.stat().st_mode & 0o777 == 0o600
    assert state.load(tmp_path, "p07") == kept
    assert state.load(tmp_path, "p08") is None
    good = path.read_text()
    for bad in ("", "[]", good.replace('"done": 1', '"done": "1"'), good[:-9], "null"):
        path.write_text(bad)
        with pytest.raises(Exception, match="--afresh"):
            state.load(tmp_path, "p07")


def test_ctrl_c_as_a_state_gets_its_name_is_no_other_failure(tmp_path: Path, monkeypatch):
    """It is whole then, and what was to be told is that someone stopped."""
    kept = state.State(state.new_run(), "two", "0" * 64, 1, "participant", "p07")
    put = os.replace

    def stopped(*names: str) -> None:
        put(*names)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        state.write(tmp_path, kept)
    assert state.load(tmp_path, "p07") == kept
    assert len(list(tmp_path.iterdir())) == 1


def test_the_screen_says_what_to_do_now_and_next():
    """Role by role, with the breath, and with what is not well with a board."""
    consult = protocol_of("consult")
    blocks = plan(consult, 0)
    at = next(n for n, one in enumerate(blocks) if one.name == "empathic")
    wearers = [
        Wearer("x", code, role, Path(), contact=contact)
        for code, role, contact in zip(("p07", "t1"), consult.wearers, ("off", "on"), strict=True)
    ]
    moment = Moment(4, 6, 2.0, 100, 1, 1)
    for language, sentences in (
        (
            "en",
            (
                "Who tells (p07): Tell of your",
                "Who listens: 1. Recog",
                "breathe in",
                "no finger",
                "next: ",
                "left",
            ),
        ),
        (
            "nl",
            (
                "Wie vertelt (p07): Vertel over",
                "Wie luistert: 1. Herken",
                "adem in",
                "geen vinger",
                "hierna: ",
                "nog 4:",
            ),
        ),
    ):
        view = View(blocks[at], at + 1, len(blocks), blocks[at + 1], False, 245.2, moment=moment)
        shown = text_of(drawn(view, wearers[:1], consult.roles, language, 80))
        assert all(sentence in shown for sentence in sentences), shown
        away = View(blocks[at], 1, 5, None, True, 9, question=("t1",))
        shown = text_of(drawn(away, wearers, consult.roles, language, 80))
        assert "t1" in shown
        assert words.WORDS[language]["last"] in shown


def text_of(picture: object) -> str:
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(picture)
    return " ".join(console.export_text().split())


def test_no_two_blocks_of_a_file_are_alike_to_the_journal():
    """A block's name is the kind of its marks: short, one word, none of the device's own."""
    for path in shipped():
        names = list(read(path).blocks)
        assert len(set(names)) == len(names)
        assert not set(names) & {"event", "glimmer", "note"}
        assert all(a != b for a, b in itertools.pairwise([b.name for b in plan(read(path), 1)]))
