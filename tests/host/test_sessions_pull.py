"""From a board into the data folder: what is pulled is a person's session at once."""

import json
from pathlib import Path

from flashing import vagaband
from vagaband.device import Device


def test_what_is_pulled_is_in_the_index_with_its_person(wear_device, tmp_path: Path):
    worn = wear_device(2, script="40 type mark glimmer sun\n60 stop\n70 type start\n")
    url = worn.board.url

    def run(*words: str) -> dict:
        done = vagaband(*words, "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

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
    done = vagaband("pull", "--port", url, "--person", "Jan de Vries", cwd=tmp_path)
    assert (done.returncode, "looks like a name" in done.stderr) == (2, True)
    run("pull", "--port", url, "--person", "P07")
    assert pieces() == [("p07", 1), ("p07", 0)]
    with Device(url) as device:
        assert device.ask("start") == {"started": 3}
    run("pull", "--port", url)
    assert pieces() == [("p07", 1), ("p07", 0), ("p07", 0)]
    assert vagaband("sessions", "forget", "p07", "--yes", cwd=tmp_path).returncode == 0
    assert run("sessions") == {"folder": "vagaband-sessions", "people": [], "sessions": []}
