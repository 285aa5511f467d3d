"""From a board into the data folder: what is pulled is a person's session at once."""

import json

from vagaband.device import Device


def test_what_is_pulled_is_in_the_index_with_its_person(wear_device, run_cli):
    worn = wear_device(2, script="40 type mark glimmer sun\n60 stop\n70 type start\n")
    url = worn.board.url

    def run(*words: str) -> dict:
        code, out, err = run_cli(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    def pieces() -> list[tuple[str, int]]:
        return [
            (day["person"], len(piece["marks"]))
            for day in run("sessions")["sessions"]
            for piece in day["pieces"]
        ]

    assert len(run("pull", "--port", url)["sessions"]) == 2
    own = pieces()
    assert [marks for _, marks in own] == [1, 0]
    assert len({person for person, _ in own}) == 1, "by the board's own number"
    code, _, err = run_cli("pull", "--port", url, "--person", "Jan de Vries")
    assert (code, "looks like a name" in err) == (2, True)
    run("pull", "--port", url, "--person", "P07")
    assert pieces() == [("p07", 1), ("p07", 0)]
    with Device(url) as device:
        assert device.ask("start") == {"started": 3}
    run("pull", "--port", url)
    assert pieces() == [("p07", 1), ("p07", 0), ("p07", 0)]
    told = run("report", "--port", url)["sessions"]
    assert [reading["person"] for reading in told] == ["p07"], "the newest, as nothing is new"
    assert run_cli("sessions", "forget", "p07", "--yes")[0] == 0
    assert run("sessions") == {"folder": "vagaband-sessions", "people": [], "sessions": []}
    assert len(run("report", "--port", url, "--person", "p08")["sessions"]) == 1
    assert {person for person, _ in pieces()} == {"p08"}, "the board has them still"
