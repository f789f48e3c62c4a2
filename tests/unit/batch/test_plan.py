"""Where the files of photos go: below the folder that was given, however many were."""

from __future__ import annotations

from pathlib import Path

import pytest

from heicdepth_tui.batch.plan import Naming, jobs_of
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.folder.find import Entry


def entry(path: str) -> Entry:
    return Entry(path, path.rpartition("/")[2], 1, 1)


@pytest.mark.parametrize(
    ("given", "path", "folder"),
    [
        (["photos"], "photos/a/b/x.heic", "a/b"),
        (["photos/a"], "photos/a/x.heic", "."),
        (["/photos"], "/photos/a/x.heic", "a"),
        (["/"], "/a/b/x.heic", "a/b"),
        (["."], "a/b/x.heic", "a/b"),
        (["."], "x.heic", "."),
        (["../photos"], "../photos/a/x.heic", "a"),
        (["photos", "photos/a"], "photos/a/x.heic", "a"),
        (["photos/a", "photos"], "photos/a/x.heic", "."),
        (["photo"], "photos/a/x.heic", "."),
        (["a/x.heic"], "a/x.heic", "."),
        (["a/x.heic", "a"], "a/x.heic", "."),
    ],
)
def test_the_tree_below_the_folder_that_was_given_is_kept(
    given: list[str], path: str, folder: str
) -> None:
    options = ExportOptions(out=Path("out"))

    (job,) = jobs_of([entry(path)], [Path(one) for one in given], options, Naming(keep_tree=True))

    assert job.options.out == Path("out") / folder
    assert job.is_explicit == (path in given)


def test_thousands_of_paths_may_be_given() -> None:
    """Comparing each photo with each path would take minutes."""
    paths = [f"photos/{number // 1000}/IMG_{number:06}.HEIC" for number in range(30_000)]
    entries = map(entry, paths)

    jobs = list(jobs_of(entries, [Path(one) for one in paths], ExportOptions()))

    assert len(jobs) == len(paths)
    assert all(job.is_explicit for job in jobs)
