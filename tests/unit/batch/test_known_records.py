"""The last record of each photo: what whole records in memory would state, in less of it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Container, Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heicdepth_tui.batch.known import Key, KnownRecords
from heicdepth_tui.batch.manifest import NAME, Manifest
from heicdepth_tui.batch.records import Output, Record, State, read_records
from heicdepth_tui.errors import ExportError

SOURCES = ("/photos/a.heic", "/photos/no \udcff utf8.heic", "/photos/line\nbreak.heic")


def record(
    state: State, source: str = SOURCES[0], parameters: str = "00", size: int = 1, own: bool = False
) -> Record:
    outputs = (Output("a.pcd", 7, "f" * 64),) if state is State.DONE else ()
    return Record(source, size, 2, parameters, state, outputs, is_own=own)


LINES = [
    *(
        record(state, source, parameters, size, own).line()
        for state in State
        for source in SOURCES
        for parameters in ("00", "11")
        for size in (1, 2)
        for own in (False, True)
    ),
    *('{"source": "to', '{"run": {}}', "", "[]"),
]
manifests = st.lists(st.lists(st.sampled_from(LINES), max_size=6), min_size=1, max_size=4)


def written(folder: Path, contents: list[list[str]]) -> list[Path]:
    paths = [folder / f"{NAME}-{number}.jsonl" for number in range(len(contents))]
    for path, lines in zip(paths, contents, strict=True):
        path.write_text("".join(f"{line}\n" for line in lines))
    return paths


def last_of(path: Path, sources: Container[str] | None = None) -> dict[Key, Record]:
    return {
        (one.source, one.parameters): one
        for one in read_records(path)
        if sources is None or one.source in sources
    }


def merged(paths: Iterable[Path], sources: Container[str] | None = None) -> dict[Key, Record]:
    """Return what KnownRecords.merged states, as whole records."""
    found: dict[Key, Record] = {}
    for path in paths:
        for key, one in last_of(path, sources).items():
            if key not in found or found[key].state is not State.DONE:
                found[key] = one
    return found


@pytest.mark.parametrize("sources", [None, SOURCES[:1]])
@settings(max_examples=60, deadline=None)
@given(contents=manifests)
def test_manifests_together_state_what_their_records_do(
    tmp_path_factory: pytest.TempPathFactory,
    sources: Container[str] | None,
    contents: list[list[str]],
) -> None:
    paths = written(tmp_path_factory.mktemp("manifests"), contents)
    expected = merged(paths, sources)

    with KnownRecords.merged(paths, sources) as known:
        assert len(known) == len(expected)
        for source in SOURCES:
            for parameters in ("00", "11", "22"):
                key = (source, parameters)
                assert known.get(key) == expected.get(key)
                assert known.get(key) == expected.get(key)  # the one that was read last
        assert set(known.values()) == set(expected.values())


@settings(max_examples=60, deadline=None)
@given(contents=manifests)
def test_a_manifest_counts_before_others_unless_they_are_done(
    tmp_path_factory: pytest.TempPathFactory, contents: list[list[str]]
) -> None:
    paths = written(tmp_path_factory.mktemp("manifests"), contents)
    expected, begun = last_of(paths[0]), dict.fromkeys(last_of(paths[0]), 0)
    for one in read_records(paths[0]):
        key = (one.source, one.parameters)
        if one.state is not State.BEGUN:
            begun[key] = 0
        elif one.is_own:
            begun[key] += 1
    for key, one in merged(paths[1:]).items():
        known = expected.get(key)
        if known is None or (one.state is State.DONE and known.state is not State.DONE):
            expected[key] = one

    with Manifest.open(paths[0], frozenset(SOURCES)) as manifest:
        for key, one in expected.items():
            assert manifest.records.get(key) == one
        assert len(manifest.records) == len(expected)
        assert {key: manifest.begun.get(key, 0) for key in begun} == begun


def test_a_line_that_is_gone_is_not_known(tmp_path: Path) -> None:
    paths = written(tmp_path, [[record(State.DONE).line()]])
    with KnownRecords.merged(paths) as known:
        paths[0].write_text(record(State.DONE, SOURCES[2]).line())
        assert known.get((SOURCES[0], "00")) is None


def test_a_manifest_that_can_no_longer_be_read_is_an_error(tmp_path: Path) -> None:
    """Its photos would count as not exported."""
    paths = written(tmp_path, [[record(State.DONE).line()]])
    with KnownRecords.merged(paths) as known:
        paths[0].unlink()
        with pytest.raises(ExportError, match="can no longer be read") as raised:
            known.get((SOURCES[0], "00"))
        with pytest.raises(ExportError):
            list(known.values())
    assert raised.value.path == paths[0]


def test_more_manifests_than_may_be_open(tmp_path: Path) -> None:
    sources = [f"{number}.heic" for number in range(40)]
    paths = written(tmp_path, [[record(State.DONE, one).line()] for one in sources])

    before = len(list(Path("/dev/fd").iterdir()))
    with KnownRecords.merged(paths) as known:
        for source in [*sources, *sources]:
            found = known.get((source, "00"))
            assert found is not None
            assert found.source == source
        assert len(list(Path("/dev/fd").iterdir())) < before + 10


def test_a_photo_takes_less_than_200_bytes(tmp_path: Path) -> None:
    count = 5_000
    lines = [record(State.DONE, f"/a/long/way/to/IMG_{n:07}.HEIC").line() for n in range(count)]
    paths = written(tmp_path, [lines[: count // 2], lines[count // 2 :]])
    tracemalloc.start()
    try:
        known = KnownRecords.merged(paths)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(known) == count
    assert taken < 200 * count
