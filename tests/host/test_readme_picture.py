"""The pictures of a profile and of the page for two in README: of the pages as they are now."""

from pathlib import Path

import profile_picture
import pytest
import together_picture
from page_readings import LANGUAGES
from PIL import Image
from readme_picture import FOLDER, reads

PICTURES = {"profile": profile_picture, "together": together_picture}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_in_the_readme_is_of_the_page_as_it_is_now(name, language):
    made, picture = PICTURES[name], FOLDER / f"{name}.{language}.png"
    with Image.open(picture) as image:
        now = reads(made.page_of(language), made.SHOWN[language][1])
        stale = f"stale: run `python tests/host/{name}_picture.py`"
        assert image.info["Description"] == now, stale
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert f"host/vagaband/report/{picture.name}" in readme
