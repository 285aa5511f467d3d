"""The pictures of a profile in README: of the page as it is now."""

from pathlib import Path

import pytest
from page_readings import LANGUAGES
from PIL import Image
from profile_picture import FOLDER, page_of, reads


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_in_the_readme_is_of_the_page_as_it_is_now(language):
    picture = FOLDER / f"profile.{language}.png"
    with Image.open(picture) as image:
        assert image.info["Description"] == reads(page_of(language), language), (
            "stale: run `python tests/host/profile_picture.py`"
        )
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert f"host/vagaband/report/{picture.name}" in readme
