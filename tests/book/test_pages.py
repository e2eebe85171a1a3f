"""The built pages: whole, self-contained, described, and not heavy."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

MAX_PAGE_BYTES = 3_000_000  # everything that one page asks for, but for pictures
LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src"}


@pytest.fixture(scope="module")
def pages(site):
    found = sorted(
        page for page in site.rglob("*.html") if "_static" not in page.relative_to(site).parts
    )
    assert len(found) > 3
    return found


@cache
def soup(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(page):
    return {tag.get("id") or tag.get("name") for tag in soup(page).find_all(id=True)} | {
        tag["name"] for tag in soup(page).find_all("a", attrs={"name": True})
    }


def references(page):
    """(what, address) for everything that a page loads or links to."""
    for tag, attribute in LOADS.items():
        for element in soup(page).find_all(tag, attrs={attribute: True}):
            yield "loads", element[attribute]
    for element in soup(page).find_all("link", href=True):
        if set(element.get("rel", [])) & {"stylesheet", "icon", "preload", "modulepreload"}:
            yield "loads", element["href"]
    for element in soup(page).find_all("a", href=True):
        yield "links to", element["href"]


def local(page, address, site):
    """The file that a local address means."""
    path = unquote(urlsplit(address).path)
    return (site / path.lstrip("/") if path.startswith("/") else page.parent / path).resolve()


def test_nothing_comes_from_another_server(pages, site):
    wrong = [
        f"{page.relative_to(site)} loads {address}"
        for page in pages
        for what, address in references(page)
        if what == "loads" and re.match(r"(https?:)?//", address)
    ]
    assert not wrong, "\n".join(wrong)
    # An instructor may name one in a configuration, which is shown as text.
    text = {
        page: re.sub("<pre>.*?</pre>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for page in pages
    }
    servers = ("unpkg.com", "cdn.jsdelivr", "cdnjs.", "googleapis.com", "mybinder.org")
    assert [(str(p), s) for p in pages for s in servers if s in text[p]] == []
    for css in (site / "_static").rglob("*.css"):
        style = css.read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"url\([\"']?https?:|@import[^;]*https?:", style), css


def test_local_links_and_files_exist(pages, site):
    wrong = []
    for page in pages:
        for what, address in references(page):
            if urlsplit(address).scheme or address.startswith("//"):
                continue
            target = local(page, address, site) if urlsplit(address).path else page
            fragment = unquote(urlsplit(address).fragment)
            if target.is_dir() or not target.exists():
                wrong.append(f"{page.relative_to(site)} {what} {address}: no such file")
            elif fragment and target.suffix == ".html" and fragment not in anchors(target):
                wrong.append(f"{page.relative_to(site)} {what} {address}: no such place in it")
    assert not wrong, "\n".join(wrong)


def test_pages_say_their_language_and_title(pages):
    for page in pages:
        if page.name == "index.html" and soup(page).find("meta", attrs={"http-equiv": True}):
            continue  # leads to the first page at once
        assert soup(page).html.get("lang") == "en", page
        assert soup(page).title.get_text(strip=True), page


def test_every_picture_is_described(pages):
    for page in pages:
        for picture in soup(page).select("article img"):
            assert picture.get("alt", "").strip(), f"{page}: {picture}"
            assert not re.fullmatch(r"\S+\.(png|svg|jpe?g)", picture["alt"]), f"{page}: {picture}"


def test_code_cells_have_run(pages):
    for page in pages:
        assert not soup(page).select(".output.traceback:not(.tag_raises-exception *)"), page


def test_pages_are_not_heavy(pages, site):
    """What each page loads in bytes, less pictures; the heaviest is printed."""
    weights = {}
    for page in pages:
        files = {
            local(page, address, site)
            for what, address in references(page)
            if what == "loads" and not urlsplit(address).scheme
        }
        assets = [file for file in files if file.suffix in (".js", ".css", ".woff2", ".woff")]
        weights[page] = page.stat().st_size + sum(file.stat().st_size for file in assets)
    heaviest = max(weights, key=weights.get)
    whole = sum(file.stat().st_size for file in Path(site).rglob("*") if file.is_file())
    print(f"{len(pages)} pages, {whole / 1e6:.1f} MB in all")
    print(f"the heaviest loads {weights[heaviest] / 1e6:.2f} MB: {heaviest.name}")
    assert weights[heaviest] <= MAX_PAGE_BYTES
    assert not list((site / "_static").rglob("fontawesome*/**/all.min.js"))


def test_punctuation_stays_with_its_formula_and_is_there_once(pages):
    seen = 0
    for page in pages:
        for span in soup(page).select("span.together"):
            mark = span.get_text()[-1]
            following = span.next_sibling
            assert not (isinstance(following, str) and following.startswith(mark)), (
                f"{page.name}: {span.get_text()}{following}"
            )
            seen += 1
    assert seen
