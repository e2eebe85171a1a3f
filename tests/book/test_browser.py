"""Every page in a real browser: typeset, without errors, no wider than the screen, readable."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.browser import needs_browser, open_browser

pytestmark = needs_browser
WIDTHS = (390, 1280)
THEMES = ("light", "dark")

# The contrast of text against what is painted behind it, as WCAG 2 defines it.
LOW_CONTRAST = """
const rgba = c => (c.match(/[\\d.]+/g) || []).map(Number);
const light = c => { const [r, g, b] = c.slice(0, 3).map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const behind = e => { for (; e; e = e.parentElement) {
  const c = rgba(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0.9) return c; }
  return [255, 255, 255]; };
const found = [];
for (const e of document.querySelectorAll(
    'article p, article li, article h1, article h2, article h3, article a, article td, ' +
    'article figcaption, article code')) {
  if (!e.textContent.trim() || !e.offsetParent || e.classList.contains('headerlink')) continue;
  const a = light(rgba(getComputedStyle(e).color)), b = light(behind(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const what = e.tagName + ' ' + e.textContent.slice(0, 40);
  if (ratio < 4.5) found.push(ratio.toFixed(2) + ' ' + what);
}
return found;
"""
TYPESET = """
const done = arguments[0];
const ready = window.MathJax && MathJax.startup ? MathJax.startup.promise : Promise.resolve();
ready.then(() => done(null));
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(site):
    """The pages, served from this machine."""
    handler = functools.partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    driver = open_browser()
    yield driver
    driver.quit()


def screen(browser, width):
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


@pytest.mark.parametrize("theme", THEMES)
def test_pages(site, address, browser, theme):
    pages = sorted(page for room in ("book", "exercises") for page in (site / room).rglob("*.html"))
    assert pages
    browser.get(f"{address}/search.html")
    for key in ("mode", "theme"):
        browser.execute_script(f"localStorage.setItem('{key}', '{theme}')")
    wrong = []
    for page in pages:
        name = page.relative_to(site).as_posix()
        browser.get_log("browser")
        screen(browser, WIDTHS[-1])
        browser.get(f"{address}/{name}")
        browser.execute_async_script(TYPESET)
        wrong += [f"{name}: {problem}" for problem in problems(browser, address, theme)]
        for width in WIDTHS if theme == THEMES[0] else ():  # colours make nothing wider
            screen(browser, width)
            needed = browser.execute_script("return document.documentElement.scrollWidth")
            if needed > width:
                wrong.append(f"{name}: is {needed} px wide on a screen of {width} px, {theme}")
    assert not wrong, "\n".join(wrong)


def problems(browser, address, theme):
    """What is wrong with the page that the browser shows."""
    for entry in browser.get_log("browser"):
        if entry["level"] == "SEVERE":
            yield f"console: {entry['message']}"
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map(entry => entry.name)"
    )
    for name in loaded:
        if not name.startswith((address, "data:", "blob:")):
            yield f"loads {name}"
    count = "return document.querySelectorAll(arguments[0]).length"
    formulas = browser.execute_script(count, "article .math")
    typeset = browser.execute_script(count, "article .math mjx-container")
    if typeset < formulas:
        yield f"{formulas} formulas, {typeset} typeset"
    if browser.execute_script(count, "mjx-merror"):
        yield "a formula that MathJax cannot read"
    broken = """return [...document.images]
        .filter(image => image.complete && !image.naturalWidth).map(image => image.src)"""
    yield from (f"picture not shown: {source}" for source in browser.execute_script(broken))
    if browser.execute_script("return document.documentElement.dataset.theme") != theme:
        yield f"is not in the {theme} theme"
    for text in browser.execute_script(LOW_CONTRAST):
        yield f"contrast in the {theme} theme: {text}"
