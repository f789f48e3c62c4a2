"""Finding photos: content decides, nothing raises, nothing is visited or listed twice."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from heicdepth_tui.folder.find import Entry, find_photos


def found(*paths, recursive: bool = False) -> list[Entry]:
    return [entry for batch in find_photos(paths, recursive=recursive) for entry in batch]


def names(*paths, recursive: bool = False) -> list[str]:
    return sorted(entry.name for entry in found(*paths, recursive=recursive))


def problems(*paths, recursive: bool = False) -> dict[str, str]:
    return {entry.name: entry.problem for entry in found(*paths, recursive=recursive)}


def test_entry_says_path_name_size_and_time(photos):
    folder = photos("a.heic")
    os.utime(folder / "a.heic", ns=(5, 7_000_000_001))
    assert found(folder) == [
        Entry(str(folder / "a.heic"), "a.heic", size=64, mtime_ns=7_000_000_001, problem="")
    ]


@pytest.mark.parametrize("suffix", ["heic", "HEIC", "heif", "hif", "heics", "heifs", "avci", "hic"])
def test_name_like_a_photo_is_listed_whatever_it_holds(suffix, photos, heads):
    assert names(photos(f"x.{suffix}", data=heads["jpeg"])) == [f"x.{suffix}"]


def test_photo_by_another_name_is_listed_by_its_content(photos):
    folder = photos("sent.jpg", "no suffix", "IMG.HEIC.download")
    assert names(folder) == ["IMG.HEIC.download", "no suffix", "sent.jpg"]


@pytest.mark.parametrize("kind", ["avif", "jpeg", "movie", "raw"])
def test_other_content_under_other_names_is_not_listed(kind, photos, heads):
    assert names(photos("a.avif", "b.jpg", "c.mov", data=heads[kind])) == []


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x00\x18ftyp", b"x" * 15, b"\xff" * 64])
def test_short_and_strange_files_are_not_listed(data, photos):
    assert names(photos("note.txt", data=data)) == []


def test_hidden_files_and_folders_are_left_out(photos):
    folder = photos("._IMG_1.HEIC", ".hidden.heic", ".trash/a.heic", "b.heic")
    assert names(folder, recursive=True) == ["b.heic"]


def test_sub_folders_only_when_asked_for(photos):
    folder = photos("a.heic", "sub/b.heic", "sub/deep/c.heic")
    assert names(folder) == ["a.heic"]
    assert names(folder, recursive=True) == ["a.heic", "b.heic", "c.heic"]


def test_folders_come_in_natural_order_after_the_files_above(photos):
    folder = photos("a.heic", "day 10/x.heic", "day 9/x.heic", "day 9/late/x.heic")
    assert [Path(entry.path).parent.name for entry in found(folder, recursive=True)] == [
        folder.name, "day 9", "day 10", "late",
    ]  # fmt: skip


def test_explicit_files_are_listed_whatever_they_are(photos, heads):
    folder = photos("a.jpg", ".b", data=heads["jpeg"])
    assert names(folder / "a.jpg", folder / ".b") == [".b", "a.jpg"]


def test_a_photo_named_beside_its_folder_comes_once(photos):
    folder = photos("a.heic", "b.heic")
    assert names(folder / "a.heic", folder, folder / "a.heic") == ["a.heic", "b.heic"]
    (folder.parent / "link").symlink_to(folder)
    assert names(folder / "a.heic", folder.parent / "link") == ["a.heic", "b.heic"]


def test_a_folder_given_twice_comes_once(photos):
    folder = photos("a.heic", "sub/b.heic")
    assert names(folder, folder / "sub" / "..", folder / "sub", recursive=True) == [
        "a.heic", "b.heic",
    ]  # fmt: skip


def test_links_that_go_round_end(photos):
    folder = photos("a.heic", "sub/b.heic")
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    assert names(folder, recursive=True) == ["a.heic", "b.heic"]


def test_linked_folder_outside_is_visited_once(photos, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "c.heic").write_bytes(b"x")
    folder = photos("a.heic")
    (folder / "one").symlink_to(outside)
    (folder / "two").symlink_to(outside)
    assert names(folder, recursive=True) == ["a.heic", "c.heic"]


def test_what_is_no_file_is_listed_with_its_kind_if_named_like_a_photo(photos, monkeypatch):
    folder = photos("a.heic")
    os.mkfifo(folder / "pipe.heic")
    os.mkfifo(folder / "pipe")
    (folder / "dir.heic").mkdir()
    (folder / "gone.heic").symlink_to("nowhere")
    (folder / "round.heic").symlink_to("round.heic")
    (folder / "null.heic").symlink_to("/dev/null")
    monkeypatch.chdir(folder)  # a socket's path may be 107 bytes long at most
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.heic")
        assert problems(folder) == {
            "a.heic": "",
            "pipe.heic": "named pipe, not a photo",
            "dir.heic": "folder, not a photo",
            "gone.heic": "dangling link",
            "round.heic": "link loop",
            "null.heic": "device, not a photo",
            "socket.heic": "socket, not a photo",
        }


def test_nothing_but_regular_files_of_other_names_is_opened(photos, monkeypatch):
    folder = photos("a.heic", "b.jpg")
    os.mkfifo(folder / "pipe.heic")
    os.mkfifo(folder / "pipe.jpg")
    opened = []
    real_open = os.open

    def watched(path, *args):
        opened.append(Path(path).name)
        return real_open(path, *args)

    monkeypatch.setattr(os, "open", watched)
    found(folder)
    assert opened == ["b.jpg"]


def test_pipe_that_takes_the_place_of_a_file_does_not_hold_us(photos, monkeypatch):
    folder = photos("b.jpg")
    real_open = os.open

    def swapped(path, *args):
        Path(path).unlink()
        os.mkfifo(path)
        return real_open(path, *args)

    monkeypatch.setattr(os, "open", swapped)
    assert found(folder) == []


def test_explicit_paths_that_are_not_there_are_entries(tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    assert problems(tmp_path / "none.heic", tmp_path / "link") == {
        "none.heic": "no such file",
        "link": "dangling link",
    }


def test_folder_without_permission_is_an_entry_and_the_others_are_read(photos, monkeypatch):
    folder = photos("a.heic", "locked/b.heic", "open/c.heic")
    real_scandir = os.scandir

    def scandir(path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return real_scandir(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert problems(folder, recursive=True) == {
        "a.heic": "",
        "c.heic": "",
        "locked/": "folder: permission denied",
    }
    assert problems(folder / "locked") == {"locked/": "folder: permission denied"}


def test_file_that_cannot_be_looked_into_is_passed_over(photos, monkeypatch):
    folder = photos("a.heic", "b.jpg")

    def refuse(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "open", refuse)
    assert names(folder) == ["a.heic"]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS refuses names that are no text")
def test_names_of_any_bytes_are_kept(tmp_path):
    raw = b"\xff\x1b[2J \xe2\x80\xae[b]" + b"x" * 238 + b".heic"
    assert len(raw) == 255
    (tmp_path / os.fsdecode(raw)).write_bytes(b"x")
    [entry] = found(tmp_path)
    assert os.fsencode(entry.name) == raw
    assert os.fsencode(entry.path) == os.fsencode(tmp_path) + b"/" + raw


def test_current_folder_gives_bare_names(photos, monkeypatch):
    monkeypatch.chdir(photos("a.heic", "sub/b.heic"))
    assert [entry.path for entry in found(Path(), recursive=True)] == ["a.heic", "sub/b.heic"]


def test_first_batch_is_small_and_later_ones_grow(photos):
    folder = photos(*(f"{n}.heic" for n in range(700)))
    batches = list(find_photos([folder], clock=lambda: 0.0))
    assert [len(batch) for batch in batches] == [64, 512, 124]


def test_a_slow_folder_gives_out_what_it_has(photos):
    folder = photos(*(f"{n}.heic" for n in range(3)))
    ticks = count()
    batches = list(find_photos([folder], clock=lambda: float(next(ticks))))
    assert [len(batch) for batch in batches] == [1, 1, 1]


def test_cancelled_listing_stops_at_once(photos):
    folder = photos(*(f"{n}.heic" for n in range(100)))
    asked = count(1)
    assert list(find_photos([folder], cancelled=lambda: next(asked) > 10)) == []


def test_no_paths_no_photos():
    assert found() == []


def test_listing_needs_neither_numpy_nor_a_decoder():
    code = (
        "import sys, heicdepth_tui.folder.find, heicdepth_tui.folder.order\n"
        "import heicdepth_tui.folder.search, heicdepth_tui.folder.summaries\n"
        "print(sorted({'numpy', 'PIL', 'pillow_heif', 'textual'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
