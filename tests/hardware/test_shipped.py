"""What a package ships of hardware/: the table that vagaband power reads."""

import tomllib
from pathlib import Path

from vagaband import paths

ROOT = Path(__file__).parents[2]


def test_the_wheel_ships_the_currents_where_the_package_looks(tmp_path, monkeypatch):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = project["tool"]["hatch"]["build"]["targets"]
    packaged = tmp_path / build["wheel"]["force-include"]["hardware/power.csv"]
    packaged.parent.mkdir(parents=True)
    packaged.touch()
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "vagaband" / "paths.py"))
    assert paths.hardware_dir() / "power.csv" == packaged
    assert "/hardware" in build["sdist"]["include"]


def test_a_checkout_reads_its_own():
    assert paths.hardware_dir() == ROOT / "hardware"
