"""What is handed out: the learners' notebooks and a list of them, without any solution."""

import hashlib
import json
import re
import shutil

import pytest

from course import editions, release
from tests.grading.handed_in import NAME, notebook, put

NAMES = list(editions.sources())


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    out = tmp_path_factory.mktemp("handed out") / "new"
    assert release.main([str(out)]) == 0
    return out


def test_all_exercises_are_written(released):
    assert sorted(path.relative_to(released).as_posix() for path in released.rglob("*.*")) == [
        *sorted(["manifest.json", *(f"{name}.ipynb" for name in NAMES)])
    ]


def test_the_notebooks_are_the_learners_with_what_their_checks_say(released):
    for name in NAMES:
        text = (released / f"{name}.ipynb").read_text("utf-8")
        own = (editions.ROOT / "exercises" / f"{name}.ipynb").read_text("utf-8")
        (link,) = re.findall(r"\[([^][\n]+)\]\(\.\./\.\./book/", own)
        assert text == own.replace(f"[{link}](../../book/{name}.ipynb)", link) != own
        assert "Not attempted yet." in text and json.loads(text)


def test_links_to_chapters_lead_to_the_site_that_is_named(tmp_path):
    assert release.main([str(tmp_path), NAME, "--site", "https://me.example/course/"]) == 0
    text = (tmp_path / f"{NAME}.ipynb").read_text("utf-8")
    assert f"](https://me.example/course/book/{NAME}.html)" in text and "../book" not in text


def test_a_second_release_adds_to_the_first_and_replaces_its_own(tmp_path):
    other = next(name for name in NAMES if name != NAME)
    for chapters in ([NAME], [other, NAME]):
        assert release.main([str(tmp_path), *chapters]) == 0
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert {one["chapter"] for one in manifest["notebooks"]} == {NAME, other}
    assert release.main([str(tmp_path), NAME, "--site", "https://me.example"]) == 0
    (tmp_path / f"{other}.ipynb").unlink()
    assert [one["chapter"] for one in release.release(tmp_path, [NAME])["notebooks"]] == [NAME]


def test_what_others_wrote_is_not_replaced(tmp_path, capsys):
    answered = put(tmp_path, f"{NAME}.ipynb", notebook())
    before = answered.read_bytes()
    assert release.main([str(tmp_path)]) == 2
    assert "is not as this command wrote it" in capsys.readouterr().err
    assert answered.read_bytes() == before and len(list(tmp_path.rglob("*.*"))) == 1
    answered.unlink()
    (tmp_path / "manifest.json").write_text("[]")
    assert release.main([str(tmp_path)]) == 2
    assert "is not a manifest that this command wrote" in capsys.readouterr().err


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"minutes": 10', '"minutes": 15'),
        lambda text: text.replace('"title"', '"due": "Monday",\n "title"', 1),
        lambda text: text + "\n",
        lambda text: '{"name": "a web app", "icons": []}',
    ],
)
def test_a_manifest_that_was_changed_is_not_replaced(tmp_path, capsys, change):
    assert release.main([str(tmp_path), NAME]) == 0
    path = tmp_path / "manifest.json"
    changed = change(path.read_text("utf-8"))
    assert changed != path.read_text("utf-8")
    path.write_text(changed, "utf-8")
    assert release.main([str(tmp_path), NAME]) == 2
    assert "is not a manifest that this command wrote, or was changed" in capsys.readouterr().err
    assert path.read_text("utf-8") == changed


def test_a_tilde_is_the_home_folder_and_no_folder_of_that_name(tmp_path, monkeypatch):
    """As some shells hand over OUT=~/handout; who removed a folder ~ would remove another."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert release.main(["~/handout", NAME]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert (tmp_path / "home/handout/manifest.json").exists()
    assert release.main(["~", NAME]) == 2


def test_nothing_takes_the_place_of_a_link(tmp_path, capsys):
    assert release.main([str(tmp_path / "out"), NAME]) == 0
    path = tmp_path / "out" / f"{NAME}.ipynb"
    real = path.rename(tmp_path / "real.ipynb")
    path.symlink_to(real)
    assert release.main([str(tmp_path / "out"), NAME]) == 2
    assert path.is_symlink() and "is not as this command wrote it" in capsys.readouterr().err


def test_the_manifest_lists_them(released):
    manifest = json.loads((released / "manifest.json").read_text("utf-8"))
    assert manifest["title"].startswith("Convolution, Transposed") and manifest["version"]
    assert [one["chapter"] for one in manifest["notebooks"]] == NAMES
    for one in manifest["notebooks"]:
        data = (released / one["file"]).read_bytes()
        assert one["sha256"] == hashlib.sha256(data).hexdigest()
        assert one["title"].startswith("Exercises")
        tasks = editions.tasks(editions.read(editions.sources()[one["chapter"]]))
        assert one["tasks"] == [
            {"name": t.name, "title": t.title, "minutes": t.minutes, "points": t.points}
            for t in tasks
        ]


def test_there_is_no_line_of_a_solution_in_it(released):
    for name, path in editions.sources().items():
        book = editions.read(path)
        public = {
            line.strip()
            for cell in editions.learners_edition(book).cells
            for line in cell.source.splitlines()
        }
        text = (released / f"{name}.ipynb").read_text("utf-8")
        lines = {
            line
            for cell in json.loads(text)["cells"]
            for line in "".join(cell["source"]).split("\n")
        }
        lines = {line.strip() for line in lines}
        manifest = (released / "manifest.json").read_text("utf-8")
        for task in editions.tasks(book):
            secret = [
                line.strip()
                for line in book.cells[task.answer].source.splitlines()
                if line.strip() and line.strip() not in public
            ]
            assert secret and not set(secret) & lines
            assert not any(line in manifest for line in secret if len(line) > 12)
        assert "SOLUTION" not in text


def test_chosen_exercises_only(tmp_path, capsys):
    assert release.main([str(tmp_path), NAME]) == 0
    assert "1 notebooks with 4 tasks, 45 minutes and 9 points" in capsys.readouterr().out
    assert [path.stem for path in tmp_path.rglob("*.ipynb")] == ["interpolation"]


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["out", "interpolation"], "chapter 'interpolation' has no exercises; use some of"),
        ([str(editions.ROOT / "exercises")], "lies among the sources"),
        ([str(editions.ROOT / "book")], "lies among the sources"),
        ([str(editions.ROOT / "instructor" / "source" / "x")], "lies among the sources"),
        ([str(editions.ROOT.parent)], "holds this repository"),
        (["file/out"], "file"),
        (["file"], "is a file"),
        (["out", "--site", "my course"], "--site 'my course' is not an address"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, monkeypatch, capsys, arguments, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert release.main(arguments) == 2
    assert says in capsys.readouterr().err


def test_a_notebook_that_has_drifted_is_not_released(tmp_path):
    for name in ("instructor/source", "exercises"):
        folder = tmp_path / "course" / name / "upsampling"
        folder.mkdir(parents=True)
        shutil.copy(editions.ROOT / name / "upsampling" / "interpolation.ipynb", folder)
    stored = tmp_path / "course" / "exercises" / "upsampling" / "interpolation.ipynb"
    stored.write_text(stored.read_text("utf-8").replace("your code", "my code"), "utf-8")
    with pytest.raises(ValueError, match="run: make notebooks"):
        release.release(tmp_path / "out", root=tmp_path / "course")
    stored.unlink()
    with pytest.raises(ValueError, match="is missing; run: make notebooks"):
        release.release(tmp_path / "out", root=tmp_path / "course")
    assert not (tmp_path / "out").exists()
