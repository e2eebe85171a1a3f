"""The way from a chapter to its exercises, the Instructor's guide, and no solution anywhere."""

import html

import pytest
import yaml
from bs4 import BeautifulSoup
from sphinx_external_toc.parsing import parse_toc_yaml

from course import editions
from course.dependencies import ROOT
from course.site import leaks
from course.sphinx import chapters

SITE_MAP = parse_toc_yaml(ROOT / "_toc.yml")
NUMBERS = chapters.numbers(SITE_MAP)
NAMES = sorted(editions.sources())


def soup(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("name", NAMES)
def test_exercises_stand_below_their_chapter(name):
    children = [
        chapters.without_suffix(str(page)) for page in SITE_MAP[f"book/{name}"].child_files()
    ]
    assert f"exercises/{name}" in children, "name it in _toc.yml, in sections: below its chapter"


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_leads_to_its_exercises(site, name):
    page = site / f"book/{name}.html"
    (box,) = soup(page).select("article div.practice")
    heading = box.find_previous(["h1", "h2"])
    assert "Exercises" in heading.get_text()
    targets = [
        (page.parent / link["href"]).resolve()
        for link in box.select("a[href]")
        if "://" not in link["href"]
    ]
    assert targets == [site / f"exercises/{name}.html", site / f"_sources/exercises/{name}.ipynb"]
    assert all(target.is_file() for target in targets)
    assert f"exercises/{name}.ipynb" in box.get_text()


def test_chapters_are_numbered_through_and_exercises_are_not(site):
    for page, number in NUMBERS.items():
        assert soup(site / f"{page}.html").article.h1.get_text().startswith(f"{number}. "), page
    for name in NAMES:
        title = soup(site / f"exercises/{name}.html").article.h1.get_text()
        assert title.startswith("Exercises"), name


def test_every_chapter_says_what_the_guide_needs():
    for page in NUMBERS:
        about = chapters.chapter(page, ROOT)
        assert about and about.needs and len(about.teaches) >= 3, page
        assert about.misconceptions and about.exercise_minutes, page
        assert 5 <= about.reading_minutes <= 60, page


def test_the_guide_lists_every_chapter(site):
    text = soup(site / "book/instructor/chapters.html").article.get_text()
    for page, number in NUMBERS.items():
        about = chapters.chapter(page, ROOT)
        plain = about.title.replace("`", "")
        assert f"{number}. {plain}" in text and f"{number} · {plain}" in text


def test_no_file_of_the_site_has_a_solution(site):
    assert leaks(site) == []


def test_a_solution_would_be_found(site, tmp_path):
    for path in editions.sources().values():
        (tmp_path / f"{path.stem}.ipynb").write_bytes(path.read_bytes())
        cells = [html.escape(cell.source) for cell in editions.read(path).cells]
        coloured = "".join(cells).replace("return ", "<span>return</span> ")
        without_markers = coloured.replace(editions.BEGIN, "").replace(editions.END, "")
        (tmp_path / f"{path.stem}.html").write_text(f"<pre>{without_markers}</pre>")
    found = {file.name for file in leaks(tmp_path)}
    assert {f"{path.stem}.ipynb" for path in editions.sources().values()} <= found
    pages = [name for name in found if name.endswith(".html")]
    assert len(pages) >= 0.8 * len(NAMES)  # the others have short answers only


def test_no_solution_is_among_the_pages():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert "instructor" in config["exclude_patterns"]
    assert not [page for page in SITE_MAP if "instructor/source" in page]
