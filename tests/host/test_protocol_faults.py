"""Wrong protocol files: each fault is told with its line, its field and the next step."""

import json
from pathlib import Path

import pytest
from vagaband.protocol.fields import ProtocolError
from vagaband.protocol.read import read
from written_protocols import TWO_BLOCKS, written

WRONG = {
    "no TOML": (TWO_BLOCKS.replace('name = "two"', 'name = "two'), 2, "", "no TOML"),
    "another format": (TWO_BLOCKS.replace("format = 1", "format = 2"), 1, "format", "can't be"),
    "a text is missing": (
        TWO_BLOCKS.replace('nl = "Twee blokken"', ""),
        5,
        "title.nl",
        "missing or empty",
    ),
    "one language": (
        TWO_BLOCKS.replace('title = { en = "First", nl = "Eerste" }', 'title = "First"'),
        21,
        "block[1].title",
        "one language",
    ),
    "too short": (
        TWO_BLOCKS.replace("seconds = 20", "seconds = 3", 1),
        19,
        "block[1].seconds",
        "",
    ),
    "seconds as a text": (
        TWO_BLOCKS.replace("seconds = 20", 'seconds = "20"', 1),
        19,
        "block[1].seconds",
        "whole",
    ),
    "a misspelt field": (
        TWO_BLOCKS.replace("lead_s = 5", "leads = 5"),
        20,
        "block[1].leads",
        "mean lead_s?",
    ),
    "a name twice": (
        TWO_BLOCKS.replace('name = "second"', 'name = "first"'),
        25,
        "block[2].name",
        "twice",
    ),
    "a name with a blank": (
        TWO_BLOCKS.replace('name = "first"', 'name = "first one"'),
        18,
        "block[1].name",
        "digits",
    ),
    "a breath too fast": (
        TWO_BLOCKS + "pace = { in_s = 2, out_s = 3 }\n",
        30,
        "block[2].pace",
        "too fast",
    ),
    "a pace in words": (TWO_BLOCKS + 'pace = "slow"\n', 30, "block[2].pace", "no pace"),
    "resonance in two minutes": (
        TWO_BLOCKS + 'pace = "resonance"\n',
        26,
        "block[2].seconds",
        "1140",
    ),
    "an unknown block": (
        TWO_BLOCKS.replace("format = 1", 'format = 1\nsequence = ["first", "third", "second"]'),
        2,
        "sequence",
        "no block 'third'",
    ),
    "a block that never comes": (
        TWO_BLOCKS.replace("format = 1", 'format = 1\nsequence = ["first"]'),
        2,
        "sequence",
        "second never comes",
    ),
    "a draw of one": (
        TWO_BLOCKS.replace("format = 1", 'format = 1\npermute = [["first"]]'),
        2,
        "permute",
        "two names",
    ),
    "a challenge by another name": (
        TWO_BLOCKS + "challenge = true\n",
        25,
        "block[2].name",
        "challenge",
    ),
    "a block that follows itself": (
        TWO_BLOCKS.replace("format = 1", 'format = 1\nsequence = ["first", "second", "second"]'),
        2,
        "sequence",
        "follows itself",
    ),
    "a block that may follow itself as it is drawn": (
        TWO_BLOCKS.replace(
            "format = 1",
            "format = 1\nsequence = ['first', 'first', 'second']\npermute = [['first', 'second']]",
        ),
        2,
        "sequence",
        "follows itself",
    ),
    "an unknown role": (
        TWO_BLOCKS + '[block.roles.nobody]\nen = "a"\nnl = "b"\n',
        30,
        "block[2].roles.nobody",
        "no such role",
    ),
    "nobody wears a device": (
        TWO_BLOCKS.replace("[[block]]", 'device = "no"\n[[block]]', 1),
        14,
        "role",
        "one or two",
    ),
    "signs that turn the reading": (
        TWO_BLOCKS.replace("Sit.", "Sit\\u202e."),
        22,
        "block[1].instruction.en",
        "control",
    ),
}  # situation: (file, line, field, words)


@pytest.mark.parametrize("situation", WRONG)
def test_a_wrong_file_is_told_line_field_and_next_step(run_cli, tmp_path: Path, situation: str):
    text, line, field, said = WRONG[situation]
    path = written(tmp_path, text)
    code, out, err = run_cli("protocol", "check", str(path))
    assert code == 2
    (told,) = [row for row in out.splitlines() if row.startswith(f"{path}, line {line}, {field}")]
    assert said in told
    assert told.rstrip().endswith((".", '"', "?", "1140", "]", "1", "}"))
    assert "mend" in err
    code, out, _ = run_cli("protocol", "check", str(path), "--json")
    faults = json.loads(out)["faults"]
    assert (code, (line, field) in [(f["line"], f["field"]) for f in faults]) == (2, True)
    code, out, err = run_cli("protocol", "run", str(path), "--port", "/dev/none")
    assert (code, out) == (2, "")
    assert err.startswith("vagaband: ")


def test_every_fault_is_named_at_once(tmp_path: Path):
    text = TWO_BLOCKS.replace("seconds = 20", "seconds = 0").replace('nl = "Twee blokken"', "")
    with pytest.raises(ProtocolError) as raised:
        read(written(tmp_path, text))
    assert len(raised.value.faults) == 3
    assert "(and 2 more)" in str(raised.value)


@pytest.mark.parametrize("name", ["nothing.toml", "nothing", ".", "binary.toml"])
def test_what_is_no_file_of_text_is_told_so(run_cli, tmp_path: Path, name: str):
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    code, out, err = run_cli("protocol", "check", name)
    assert (code, out) == (2, "")
    assert err.count(". ") >= 1
