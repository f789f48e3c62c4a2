"""A short seeded part of ``python -m bench.fuzz``, and arbitrary bytes for every parser."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heicdepth_tui.errors import HeaderError
from heicdepth_tui.heif.exif import parse_exif, parse_exif_item, parse_exif_row
from heicdepth_tui.heif.gps import parse_position
from heicdepth_tui.heif.header import parse_header
from heicdepth_tui.heif.sei import parse_depth_representation
from heicdepth_tui.heif.sniff import sniff
from heicdepth_tui.heif.xmp import parse_calibration
from heicdepth_tui.text import natural_key, printable
from tests.support.fuzz_decoder import fuzz_decoder
from tests.support.fuzz_header import MOST_BYTES, fuzz_headers
from tests.support.mutate import Mutator
from tests.support.specimens import Specimen, decodable, generated, real

SEED = 20240518


@pytest.fixture(scope="module")
def corpus() -> list[Specimen]:
    return generated()


def test_mutants_are_described_or_refused_by_our_errors(
    corpus: list[Specimen], tmp_path: Path
) -> None:
    found = fuzz_headers(Mutator(corpus, SEED), 1_500, tmp_path)

    assert found.failures == []
    assert sum(found.outcomes.values()) == found.mutants == 1_500
    assert set(found.outcomes) == {
        "described",
        "MalformedError",
        "TruncatedError",
        "LimitError",
        "NotHeifError",
        "UnsupportedHeaderError",
    }
    assert found.outcomes["described"] > 300
    assert 0 < found.most_bytes <= MOST_BYTES


@pytest.mark.thorough
def test_mutants_of_real_photos(photos: Path, tmp_path: Path) -> None:
    found = fuzz_headers(Mutator(real(photos), SEED), 1_000, tmp_path)

    assert found.failures == []
    assert found.outcomes["described"] > 100


def test_the_decoder_answers_every_request_about_mutants(
    corpus: list[Specimen], tmp_path: Path
) -> None:
    mutator = Mutator(decodable(corpus), SEED, knowing=0.2)
    found = fuzz_decoder(mutator, 150, tmp_path, time_limit=20.0)

    assert found.failures == []
    assert sum(found.outcomes.values()) == found.requests == 3 * 150
    assert found.signs_of_life == 3
    assert found.outcomes["pixels"] > 30
    assert found.outcomes["DecodeError"] > 10
    assert [path.name for path in tmp_path.iterdir()] == ["good.heic"]


def test_the_same_seed_makes_the_same_mutants(corpus: list[Specimen]) -> None:
    one, other, third = Mutator(corpus, 7), Mutator(corpus, 7), Mutator(corpus, 8)
    other.mutant(3)
    assert one.mutant(40).pieces == other.mutant(40).pieces
    assert one.mutant(41).pieces != third.mutant(41).pieces


_BYTES = st.binary(max_size=400)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(_BYTES)
def test_arbitrary_bytes_end_in_a_value_or_a_header_error(data: bytes) -> None:
    sniff(data)
    for parse in (
        parse_header,
        parse_exif,
        parse_exif_item,
        parse_exif_row,
        parse_position,
        parse_depth_representation,
        parse_calibration,
    ):
        for start in (b"", b"II*\0\x08\0\0\0", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"<a>"):
            try:
                parse(start + data)  # type: ignore[operator]
            except HeaderError as error:
                text = str(error)
                assert printable(text) == text


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_becomes_printable_for_good(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    assert not any(0xD800 <= ord(char) < 0xE000 for char in shown)
    assert shown.isprintable()
    assert sorted([text, text + "1"], key=natural_key)
