"""Plain messages for the errors of decoding libraries, and details kept in the log."""

from __future__ import annotations

import logging

import pytest

from heicdepth_tui.errors import DecodeError, UnsupportedError
from heicdepth_tui.photo.pillow_heif_adapter import decode_hevc, translated
from heicdepth_tui.photo.worker import how_it_ended

SAID = (
    (
        RuntimeError(
            "Error while loading plugin: Support for this compression format has not been built "
            "in: AV1 (a suitable decoder plugin is dav1d)"
        ),
        UnsupportedError,
        "its photo uses a feature that the decoder does not support",
    ),
    (NotImplementedError("bit depth"), UnsupportedError, "does not support"),
    (
        ValueError("Memory allocation error: Security limit exceeded: Image size 9x9 exceeds"),
        DecodeError,
        "its photo cannot be decoded: it is larger than the decoder allows",
    ),
    (
        RuntimeError("Decoder plugin generated an error: Unspecified: did not give a picture"),
        DecodeError,
        "its photo cannot be decoded: its data are damaged",
    ),
    (SyntaxError("Failed to decode image: BMFF parsing failed"), DecodeError, "data are damaged"),
    (EOFError("image file is truncated"), DecodeError, "the data of its photo end too early"),
    (ValueError("Invalid input: End of file reached"), DecodeError, "end too early"),
    (MemoryError(), DecodeError, "needs more memory than the decoder is allowed"),
    (ValueError(""), DecodeError, "its data are damaged"),
)


@pytest.mark.parametrize(("raised", "kind", "message"), SAID)
def test_what_libraries_say_is_the_cause_and_never_the_text(
    raised: Exception, kind: type[DecodeError], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "heicdepth_tui.photo.pillow_heif_adapter")
    with pytest.raises(kind) as caught, translated("its photo"):
        raise raised
    assert message in caught.value.what
    assert caught.value.__cause__ is raised
    assert "convert" not in caught.value.hint
    if str(raised):
        assert str(raised) not in str(caught.value)
        assert str(raised) in caplog.text


def test_bytes_that_are_no_heic_get_a_message_of_ours() -> None:
    with pytest.raises(DecodeError) as caught:
        decode_hevc(b"\0" * 64, "its photo")
    assert caught.value.what.startswith("its photo cannot be decoded: ")
    assert str(caught.value.__cause__) not in str(caught.value)


@pytest.mark.parametrize(
    ("stderr", "message"),
    [
        (b"libheif: something about a plugin\n", "it ended with status 1"),
        (b"", "it ended with status 1"),
        (
            b"Traceback ...\nModuleNotFoundError: No module named 'pillow_heif'\n",
            "it ended with status 1 (ModuleNotFoundError: No module named 'pillow_heif')",
        ),
    ],
)
def test_how_a_decoder_process_ended(stderr: bytes, message: str) -> None:
    assert how_it_ended(1, stderr) == message
