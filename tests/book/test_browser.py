"""Every page in a real browser: typeset, without errors, no wider than the screen, readable."""

import functools
import importlib.resources
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser import needs_browser, open_browser

pytestmark = needs_browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
# A theme, a width in px, and what axe is asked: the dark theme has other colours than the light
# one and the same structure, a narrow screen the other way round.
VIEWS = (
    ("light", 1280, RULES),
    ("dark", 1280, {"runOnly": ["color-contrast"]}),
    ("light", 390, RULES | {"rules": {"color-contrast": {"enabled": False}}}),
)

AXE = (importlib.resources.files("axe_core_python") / "axe.min.js").read_text("utf-8")

# axe takes as long as a page has elements, and most of ours are alike: tokens of code, of which one
# of each class stays, and the inside of formulas: glyphs, which MathJax hides from readers' aids,
# and MathML, for which axe has no rule.
FOLD = """
for (const pre of document.querySelectorAll('pre')) {
  const seen = new Set();
  for (const token of pre.querySelectorAll(':scope > span:not(:has(*))')) {
    if (seen.has(token.className)) token.replaceWith(token.textContent);
    seen.add(token.className);
  }
}
const formulas = [...document.querySelectorAll('mjx-math[aria-hidden="true"]')];
const widths = formulas.map(formula => formula.getBoundingClientRect().width);
formulas.forEach((formula, i) => {
  formula.style.cssText = `display: inline-block; height: 1em; width: ${widths[i]}px`;
  formula.replaceChildren();
});
document.querySelectorAll('mjx-assistive-mml > math').forEach(math => math.replaceChildren());
"""
# What axe finds. Where it cannot tell what is painted behind a text of the article (something lies
# over it), the nearest background of its own ancestors counts.
AUDIT = """
const [options, done] = arguments;
const { Color, getContrast } = axe.commons.color;
const color = css => { const c = new Color(); c.parseString(css); return c; };
const behind = e => { for (; e; e = e.parentElement) {
  const c = color(getComputedStyle(e).backgroundColor); if (c.alpha > 0.9) return c; }
  return color('rgb(255, 255, 255)'); };
const pale = ({ target: [place] }) => {
  const e = document.querySelector(place);
  return e.closest('article') && getContrast(behind(e), color(getComputedStyle(e).color)) < 4.5; };
axe.run({ ...options, resultTypes: ['violations', 'incomplete'] }).then(found => {
  const unsure = found.incomplete.filter(rule => rule.id === 'color-contrast');
  unsure.forEach(rule => { rule.nodes = rule.nodes.filter(pale); });
  done([...found.violations, ...unsure].flatMap(rule => rule.nodes
    .map(node => `${rule.id}: ${node.html.slice(0, 120)} ${node.failureSummary}`)));
}, error => done([String(error)]));
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


@pytest.mark.parametrize("theme, width, rules", VIEWS, ids=["light", "dark", "narrow"])
def test_pages(site, address, browser, theme, width, rules):
    pages = sorted(page for room in ("book", "exercises") for page in (site / room).rglob("*.html"))
    assert pages
    browser.get(f"{address}/search.html")
    for key in ("mode", "theme"):
        browser.execute_script(f"localStorage.setItem('{key}', '{theme}')")
    screen(browser, width)
    wrong = []
    for page in pages:
        name = page.relative_to(site).as_posix()
        browser.get_log("browser")
        browser.get(f"{address}/{name}")
        browser.execute_async_script(TYPESET)
        wrong += [
            f"{name}: {problem}" for problem in problems(browser, address, theme, width, rules)
        ]
    assert not wrong, "\n".join(wrong)


def problems(browser, address, theme, width, rules):
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
    needed = browser.execute_script("return document.documentElement.scrollWidth")
    if needed > width:
        yield f"is {needed} px wide on a screen of {width} px"
    browser.execute_script(AXE)
    browser.execute_script(FOLD)
    yield from browser.execute_async_script(AUDIT, rules)
