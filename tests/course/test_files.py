"""Files that a command wrote: what it may replace and remove, and what it leaves alone."""

import hashlib
import json
import os
import re
import stat

import pytest

from course import files
from course.files import Record
from lib.files import write_whole
from tests.grading.handed_in import put


def contents_of(folder):
    """{name: text} of all files in a folder, also hidden ones."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


# ------------------------------------------------------------------------------------- checksums


def test_the_checksum_of_a_file_is_that_of_its_text(tmp_path):
    file = put(tmp_path, "a", "Über\r\n")
    assert (
        files.checksum(file)
        == files.sha256("Über\r\n")
        == hashlib.sha256(b"\xc3\x9cber\r\n").hexdigest()
    )
    assert files.checksum(put(tmp_path, "empty", "")) == hashlib.sha256().hexdigest()


def test_what_is_no_file_itself_has_no_checksum(tmp_path):
    (tmp_path / "link").symlink_to(put(tmp_path, "file", "text"))
    os.mkfifo(tmp_path / "pipe")  # which no one writes to: to open it is to wait for ever
    for name in ("link", "pipe", "none", "file/none", "."):
        assert files.checksum(tmp_path / name) == "", name


# --------------------------------------------------------------------------------------- writing


def test_a_file_is_written_as_it_is(tmp_path):
    file = tmp_path / "a.txt"
    for text in ("one\r\n", "Über\n"):
        for content in (text, text.encode("utf-8"), b"\xff\x00"):
            assert write_whole(str(file), content)
            assert file.read_bytes() == (text.encode("utf-8") if content == text else content)
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_file_is_whole_and_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    file, replaces, syncs, steps = put(tmp_path, "a.txt", "old"), os.replace, os.fsync, []

    def sync(number):
        steps.append(os.fstat(number).st_ino)
        assert os.fstat(number).st_size == len("new")
        syncs(number)

    def replace(part, path):
        steps.append(os.stat(part).st_ino)
        assert part.parent == path.parent and part.read_text() == "new"
        assert file.read_text() == "old"
        replaces(part, path)

    monkeypatch.setattr(files.os, "fsync", sync)
    monkeypatch.setattr(files.os, "replace", replace)
    write_whole(file, "new")
    assert steps == [file.stat().st_ino] * 2 and contents_of(tmp_path) == {"a.txt": "new"}


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_disk_that_is_full_costs_no_file(tmp_path, monkeypatch, fails):
    def full(*_):
        raise OSError("no space")

    file = put(tmp_path, "a.txt", "old")
    monkeypatch.setattr(files.os, fails, full)
    for write in (lambda: write_whole(file, "new"), lambda: files.rewrite(file, "new", b"old")):
        with pytest.raises(OSError, match="no space"):
            write()
        assert contents_of(tmp_path) == {"a.txt": "old"}


def test_halves_of_files_have_names_of_their_own(tmp_path, monkeypatch):
    parts, replaces = [], os.replace

    def replace(part, path):
        parts.append(part.name)
        replaces(part, path)

    monkeypatch.setattr(files.os, "replace", replace)
    for _ in range(3):
        write_whole(tmp_path / "a.txt", "new")
    assert len(set(parts)) == 3
    assert all(re.fullmatch(r"\.[0-9a-f]{16}\.part", name) for name in parts)


def test_a_file_is_rewritten_where_it_is_as_before(tmp_path):
    file = put(tmp_path, "a", "old")
    file.chmod(0o640)
    assert files.rewrite(file, "new", b"old") is True
    assert file.read_text() == "new" and stat.S_IMODE(file.stat().st_mode) == 0o640
    assert files.rewrite(file, "newer", b"old") is False
    assert contents_of(tmp_path) == {"a": "new"}


def test_a_link_to_a_file_that_is_rewritten_stays_one(tmp_path):
    file, link = put(tmp_path, "folder/a", "old"), tmp_path / "link"
    link.symlink_to(file)
    assert files.rewrite(link, "new", b"old")
    assert link.is_symlink() and contents_of(tmp_path / "folder") == {"a": "new"}


def test_a_file_that_was_saved_while_another_was_prepared_stays(tmp_path, monkeypatch):
    file, syncs = put(tmp_path, "a", "old"), os.fsync

    def sync(number):
        syncs(number)
        file.write_text("saved")

    monkeypatch.setattr(files.os, "fsync", sync)
    assert not files.rewrite(file, "new", b"old") and contents_of(tmp_path) == {"a": "saved"}


# -------------------------------------------------------------------------------------- a record


@pytest.fixture
def folder(tmp_path):
    """A folder for the files of a record, which lies beside it."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def written(folder, *texts):
    """Write pairs of a name and a text, as a command does that starts anew; returns the names."""
    return Record(folder.parent / "record", folder).write([*texts])


def recorded(folder):
    return json.loads((folder.parent / "record").read_text())


def test_a_record_replaces_and_removes_its_own_files(folder):
    assert written(folder, ("a.txt", "1"), ("b/c.txt", "2")) == ["a.txt", "b/c.txt"]
    assert contents_of(folder) == {"a.txt": "1", "b/c.txt": "2"}
    assert written(folder, ("a.txt", "3"), ("d/e/f.txt", "4")) == ["a.txt", "d/e/f.txt"]
    assert contents_of(folder) == {"a.txt": "3", "d/e/f.txt": "4"}
    assert not (folder / "b").exists()
    assert written(folder) == [] == written(folder) and contents_of(folder) == {} == recorded(
        folder
    )


def test_a_folder_in_which_others_have_files_stays(folder):
    written(folder, ("a/b.txt", "1"))
    put(folder, "a/mine", "mine")
    written(folder)
    assert contents_of(folder) == {"a/mine": "mine"}


def test_what_somebody_changed_is_neither_replaced_nor_removed(folder):
    written(folder, ("a.txt", "1"), ("b.txt", "1"), ("c.txt", "1"))
    put(folder, "a.txt", "mine")
    put(folder, "b.txt", "mine")
    for text in "23":  # the file beside it is the record's own: it is replaced
        assert written(folder, ("a.txt", text), ("c.txt", text)) == ["a.new.txt", "c.txt"]
        assert contents_of(folder) == {
            "a.txt": "mine",
            "b.txt": "mine",
            "a.new.txt": text,
            "c.txt": text,
        }
    (folder / "a.txt").unlink()
    assert written(folder, ("a.txt", "4")) == ["a.txt"]
    assert contents_of(folder) == {"a.txt": "4", "b.txt": "mine"}


def test_what_others_wrote_is_not_replaced_however_often(folder):
    for name in ("a/b.txt", "a/b.new.txt"):
        put(folder, name, "mine")
    assert written(folder, ("a/b.txt", "1")) == ["a/b.new.new.txt"]
    assert contents_of(folder) == {"a/b.txt": "mine", "a/b.new.txt": "mine", "a/b.new.new.txt": "1"}


def test_a_file_that_has_the_text_already_is_its_own_from_then_on(folder):
    put(folder, "a.txt", "1")
    assert written(folder, ("a.txt", "1")) == written(folder, ("a.txt", "2")) == ["a.txt"]
    assert contents_of(folder) == {"a.txt": "2"}


def test_two_texts_of_one_name_get_two_files(folder):
    for first, second in ("12", "34"):
        assert written(folder, ("a.txt", first), ("a.txt", second)) == ["a.txt", "a.new.txt"]
        assert contents_of(folder) == {"a.txt": first, "a.new.txt": second}


@pytest.mark.parametrize("broken", [True, False])
def test_a_link_in_the_place_of_a_file_stays(folder, broken):
    elsewhere = put(folder.parent, "elsewhere", "1")
    written(folder, ("a.txt", "1"))
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to(folder / "none" if broken else elsewhere)
    assert written(folder, ("a.txt", "1")) == ["a.new.txt"] and written(folder) == []
    assert (folder / "a.txt").is_symlink() and elsewhere.read_text() == "1"
    assert not (folder / "a.new.txt").exists()


def test_it_owns_what_is_there_as_it_wrote_it(folder):
    written(folder, ("a", "1"), ("b", "1"), ("c", "1"))
    put(folder, "b", "mine"), put(folder, "d", "1"), (folder / "c").unlink()
    record = Record(str(folder.parent / "record"), str(folder))
    assert [record.owns(name) for name in "abcd"] == [True, False, False, False]


def test_it_remembers_no_more_than_the_files_that_are_its_own(folder):
    written(folder, ("a", "1"), ("b", "1"), ("c", "1"))
    put(folder, "b", "mine")
    written(folder, ("a", "2"), ("d", "1"))
    # That of a file which is replaced or removed is known until it is certain that it was.
    assert recorded(folder) == {
        "c": [files.sha256("1")],
        "a": [files.sha256("1"), files.sha256("2")],
        "d": [files.sha256("1")],
    }
    written(folder, ("a", "2"))
    assert recorded(folder)["a"][-1] == files.sha256("2") and set(recorded(folder)) == {"a", "d"}


@pytest.mark.parametrize("killed", range(4))
def test_wherever_it_is_killed_it_knows_its_own_again(folder, monkeypatch, killed):
    """Before it notes what it will write, after that, and after each of two files."""
    texts, writes, steps = [("a", "2"), ("b", "2")], files.write_whole, []

    def stops(path, text):
        if len(steps) == killed:
            raise KeyboardInterrupt
        steps.append(path)
        writes(path, text)

    written(folder, ("a", "1"), ("c", "1"))
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_whole", stops)
        if killed < 3:
            with pytest.raises(KeyboardInterrupt):
                written(folder, *texts)
            assert contents_of(folder)["c"] == "1"
        else:
            written(folder, *texts)
            assert "c" not in contents_of(folder)
        assert [path.name for path in steps] == ["record", "a", "b"][:killed]
    assert written(folder, ("a", "3"), ("b", "3")) == ["a", "b"]
    assert contents_of(folder) == {"a": "3", "b": "3"}


@pytest.mark.parametrize(
    "record", ["", "{", "3", "null", "[1]", '["a.txt"]', '{"a.txt": 3}', b"\xff"]
)
def test_a_record_that_cannot_be_read_knows_no_file(folder, record):
    put(folder, "a.txt", "mine")
    put(folder.parent, "record", record)
    assert written(folder, ("a.txt", "1")) == ["a.new.txt"]
    assert contents_of(folder) == {"a.txt": "mine", "a.new.txt": "1"}
