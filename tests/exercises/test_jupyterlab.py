"""A learner in JupyterLab: opens an exercise, types an answer, runs it, and reads the feedback."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

from course import editions
from tests.browser import needs_browser, open_browser

pytestmark = needs_browser
PATIENCE = 240  # seconds that a busy machine may take for one step
NOTEBOOK = "const app = window.jupyterapp, panel = app.shell.currentWidget;\n"


@contextmanager
def jupyterlab(folder):
    """JupyterLab with its files in ``folder``, and a browser; yields a ``Learner``."""
    log = open(folder / "jupyterlab.log", "w+")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0",
         "--IdentityProvider.token=learner", "--ServerApp.port_retries=0",
         "--expose-app-in-browser", "--LabApp.extension_manager=readonly", "--LabApp.news_url=",
         f"--notebook-dir={folder}"],
        stdout=log, stderr=subprocess.STDOUT, cwd=folder,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(folder / ".config"),
             "JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings"),
             "JUPYTERLAB_WORKSPACES_DIR": str(folder / ".workspaces")})
    driver = open_browser("--window-size=1280,1000", f"--user-data-dir={folder / '.browser'}")
    try:
        yield Learner(driver, _address(server, folder / "jupyterlab.log"))
    finally:
        driver.quit()
        server.terminate()
        server.wait()
        log.close()


def _address(server, log):
    for _ in range(10 * PATIENCE):
        for word in log.read_text().split():
            if word.startswith("http://127.0.0.1:") and "/lab" in word:
                return word.partition("/lab")[0]
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()}")


class Learner:
    """What a learner does in JupyterLab, and what is to be seen."""

    def __init__(self, driver, address):
        self.driver, self.address = driver, address

    def open(self, path):
        self.driver.get(f"{self.address}/lab/tree/{path}?token=learner&reset")
        self.wait(NOTEBOOK + "return !!panel && !!panel.content && !!panel.content.widgets"
                  " && panel.sessionContext.isReady && !!panel.sessionContext.session?.kernel"
                  " && panel.sessionContext.session.kernel.status === 'idle'")

    def wait(self, script, *arguments):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                found = self.driver.execute_script(script, *arguments)
            except Exception as error:  # the page is still being made
                found, why = None, error
            else:
                why = None
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"nothing after {PATIENCE} s: {script} ({why})")

    def _cell(self, index):
        """Go to a cell, as a click on it would; returns its element."""
        self.driver.execute_script(
            NOTEBOOK + "panel.content.activeCellIndex = arguments[0]; panel.content.deselectAll();"
            "panel.content.scrollToItem(arguments[0]);", index)
        return self.wait(NOTEBOOK + "const c = panel.content.widgets[arguments[0]];"
                         "return c.isAttached && c.node.querySelector('.cm-content') && c.node",
                         index)

    def type(self, index, text):
        """Put ``text`` into a code cell, as pasting does."""
        from selenium.webdriver import ActionChains, Keys

        editor = self._cell(index).find_element("css selector", ".cm-content")
        editor.click()
        ActionChains(self.driver).key_down(Keys.CONTROL).send_keys("a").key_up(
            Keys.CONTROL).send_keys(Keys.DELETE).perform()
        self.driver.execute_cdp_cmd("Input.insertText", {"text": text})
        typed = self.driver.execute_script(
            NOTEBOOK + "return panel.content.widgets[arguments[0]].model.sharedModel.source", index)
        assert typed == text

    def run(self, index):
        """Run a cell with Shift+Enter; returns the text below it when it has finished."""
        from selenium.webdriver import ActionChains, Keys

        cell = self._cell(index)
        self.driver.execute_script(  # of an earlier run
            NOTEBOOK + "panel.content.widgets[arguments[0]].model.executionCount = null", index)
        cell.find_element("css selector", ".cm-content").click()
        ActionChains(self.driver).key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(
            Keys.SHIFT).perform()
        self.wait(NOTEBOOK + "const m = panel.content.widgets[arguments[0]].model;"
                  "return m.executionCount && m.executionState !== 'running'"
                  " && panel.sessionContext.session.kernel.status === 'idle'", index)
        return self.below(index)

    def below(self, index):
        return self.driver.execute_script(
            NOTEBOOK + "const o = panel.content.widgets[arguments[0]].node"
            ".querySelector('.jp-Cell-outputArea'); return o ? o.innerText : ''", index)

    def press(self, index, label):
        """Press the button below a cell."""
        self.wait(NOTEBOOK + "const b = [...panel.content.widgets[arguments[0]].node"
                  ".querySelectorAll('button.jupyter-button')].filter("
                  "b => b.innerText === arguments[1]); if (b.length) b[0].click();"
                  "return b.length", index, label)


def test_a_learner_works_through_a_task(tmp_path):
    source = editions.sources()["upsampling/interpolation"]
    shutil.copy(editions.learner_path(source), tmp_path / "interpolation.ipynb")
    notebook = editions.read(source)
    task = editions.tasks(notebook)[0]
    with jupyterlab(tmp_path) as learner:
        learner.open("interpolation.ipynb")
        learner.run(1)
        assert learner.run(task.check).strip().startswith("Not attempted yet.")
        learner.type(task.answer, "def places(n, m, align_corners=False):\n    return 1 / 0")
        learner.run(task.answer)
        said = learner.run(task.check)
        assert "Not yet: half-pixel centres" in said and "line 2 of the cell: return 1 / 0" in said
        learner.press(task.check, "Next hint")
        learner.wait(NOTEBOOK + "return panel.content.widgets[arguments[0]].node.innerText"
                     ".includes('Hint 1 of 3')", task.check)
        learner.type(task.answer, notebook.cells[task.answer].source)
        learner.run(task.answer)
        assert learner.run(task.check).strip() == "Correct."
