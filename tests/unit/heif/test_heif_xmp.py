"""Calibration from XMP: the values of a real photo, and everything a hostile one may say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from heicdepth_tui.errors import LimitError, MalformedError
from heicdepth_tui.heif.depth_facts import Accuracy, Calibration
from heicdepth_tui.heif.header import parse_header, read_header
from heicdepth_tui.heif.xmp import MAX_MARKUP, count_markup, parse_calibration
from tests.support import golden


def packet(inner: str, attributes: str = "") -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/" '
        'xmlns:depthData="http://ns.apple.com/depthData/1.0/" '
        f'xmlns:depthBlurEffect="http://ns.apple.com/depthBlurEffect/1.0/" {attributes}>'
        f"{inner}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def seq(name: str, values: list[str]) -> str:
    rows = "".join(f"<rdf:li>{value}</rdf:li>" for value in values)
    return f"<depthData:{name}><rdf:Seq>{rows}</rdf:Seq></depthData:{name}>"


def test_the_calibration_of_a_public_photo() -> None:
    header = parse_header(golden.load("pug.heic"))
    assert header.depth.calibration == Calibration(
        float_min=1.498047,
        float_max=4.382812,
        native_format="hdis",
        stored_format="L008",
        accuracy=Accuracy.RELATIVE,
        quality="high",
        filtered=True,
        version=65541,
        intrinsics=(
            3032.59423828125, 0.0, 0.0,
            0.0, 3032.59423828125, 0.0,
            1988.450927734375, 1512.30712890625, 1.0,
        ),
        reference_width=4032.0,
        reference_height=3024.0,
        extrinsics=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0),
        distortion=(
            0.0, -0.94312471151351929, 0.20781543850898743, -0.021483847871422768,
            0.00097162544261664152, -7.9003630162333138e-06, -6.6110112584283343e-07,
            1.4275520321405111e-08,
        ),
        inverse_distortion=(
            0.0, 0.92712384462356567, -0.19650104641914368, 0.019290488213300705,
            -0.00079344934783875942, 1.9311880805616966e-06, 7.043756795610534e-07,
            -1.3319315428361733e-08,
        ),
        distortion_center=(1990.331298828125, 1515.205078125),
        pixel_size_mm=0.0019,
        simulated_aperture=2.8,
        effect_strength=0.5,
        auxiliary_image_type="disparity",
    )  # fmt: skip


def test_properties_may_be_attributes() -> None:
    read = parse_calibration(packet("", 'depthData:Accuracy="absolute" apdi:FloatMinValue="0.5"'))
    assert (read.accuracy, read.float_min) == (Accuracy.ABSOLUTE, 0.5)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "1_000", "0x10", "", "1,5", "٣"])
def test_numbers_that_are_none_are_refused_and_said(text: str) -> None:
    read = parse_calibration(packet(f"<apdi:FloatMaxValue>{text}</apdi:FloatMaxValue>"))
    assert read.float_max is None
    assert len(read.problems) == 1
    assert "FloatMaxValue" in read.problems[0]


def test_a_matrix_with_a_value_too_few_or_one_that_is_not_finite() -> None:
    short = parse_calibration(packet(seq("IntrinsicMatrix", ["1"] * 8)))
    assert short.intrinsics is None
    assert "8 values instead of 9" in short.problems[0]
    odd = parse_calibration(packet(seq("IntrinsicMatrix", ["1"] * 8 + ["NaN"])))
    assert odd.intrinsics is None
    assert "not a finite number" in odd.problems[0]
    plain = parse_calibration(packet("<depthData:IntrinsicMatrix>1</depthData:IntrinsicMatrix>"))
    assert "no values instead of 9" in plain.problems[0]


@pytest.mark.parametrize("value", ["1 2", "", "1e999", "0x1", "+1_0", "nan", "1" * 400])
def test_one_value_of_a_list_that_is_no_finite_number_refuses_the_list(value: str) -> None:
    values = ["0.5", "-2", "3e-1", value, "5", "6", "7", "8"]

    odd = parse_calibration(packet(seq("LensDistortionCoefficients", values)))

    assert odd.distortion is None
    assert "not a finite number" in odd.problems[0]


def test_every_form_of_a_finite_number_is_read_in_a_list() -> None:
    values = ["0.5", "-2", "3e-1", "+4", "5.", ".6", "7E+01", "-1.2345678901234567e-16"]

    read = parse_calibration(packet(seq("LensDistortionCoefficients", values)))

    assert read.distortion == (0.5, -2, 0.3, 4, 5, 0.6, 70, -1.2345678901234567e-16)
    assert read.problems == ()


@pytest.mark.parametrize(
    "declared", ['<?xml version="1.0" encoding="utf-16"?>', "<!DOCTYPE x>", "<!-- plain -->"]
)
def test_declarations_are_refused_and_comments_are_not(declared: str) -> None:
    xml = declared.encode() + packet("<apdi:FloatMinValue>1.5</apdi:FloatMinValue>")

    if "plain" in declared:
        assert parse_calibration(xml).float_min == 1.5
    else:
        with pytest.raises(MalformedError):
            parse_calibration(xml)


def test_other_values_that_make_no_sense() -> None:
    read = parse_calibration(
        packet(
            "<depthData:Accuracy>sure</depthData:Accuracy>"
            "<depthData:Filtered>maybe</depthData:Filtered>"
            "<apdi:NativeFormat>7</apdi:NativeFormat>"
            "<depthData:DepthDataVersion>1.5</depthData:DepthDataVersion>"
            f"<depthData:Quality>{'high' * 50}</depthData:Quality>" + seq("PixelSize", ["1"])
        )
    )
    assert read == Calibration(problems=read.problems)
    assert len(read.problems) == 6


def test_the_first_of_two_values_counts() -> None:
    twice = "<apdi:FloatMinValue>1</apdi:FloatMinValue><apdi:FloatMinValue>2</apdi:FloatMinValue>"
    assert parse_calibration(packet(twice)).float_min == 1.0


@pytest.mark.parametrize("xml", [b"", b"hello", b"<a>", b"\xff\xfe<", b"<a/><b/>", b"\0" * 100])
def test_what_is_no_xml(xml: bytes) -> None:
    with pytest.raises(MalformedError, match="not XML"):
        parse_calibration(xml)


def test_entities_are_never_expanded() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "%s"><!ENTITY c "&b;&b;">]><a>&c;</a>' % (b"x" * 100)
    with pytest.raises(MalformedError, match="entities"):
        parse_calibration(bomb)
    with pytest.raises(MalformedError, match="entities"):
        parse_calibration(b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>')


def test_a_packet_over_the_limit() -> None:
    with pytest.raises(LimitError, match="1,000"):
        parse_calibration(b" " * 1001, limit=1000)


def test_deep_nesting_ends() -> None:
    deep = packet("<a>" * 4_000 + "</a>" * 4_000)
    assert parse_calibration(deep) == Calibration()


@pytest.mark.parametrize("many", ["<a>" * 30_000, "<a/>" * 9_000, "<!---->" * 9_000])
def test_more_elements_than_a_camera_writes_are_refused_unread(many: str) -> None:
    with pytest.raises(LimitError, match="tags and attributes; the limit is 8,192"):
        parse_calibration(packet(many))


def test_an_element_of_many_attributes_is_refused_unread() -> None:
    attributes = " ".join(f'a{number}=""' for number in range(9_000))
    with pytest.raises(LimitError, match="tags and attributes"):
        parse_calibration(packet(f"<a {attributes}/>"))


UNICODE = {
    "UTF-8 with a mark": (b"\xef\xbb\xbf", "utf-8"),
    "UTF-16LE": (b"", "utf-16-le"),
    "UTF-16BE": (b"", "utf-16-be"),
    "UTF-16LE with a mark": (b"\xff\xfe", "utf-16-le"),
    "UTF-16BE with a mark": (b"\xfe\xff", "utf-16-be"),
    "UTF-32LE with a mark": (b"\xff\xfe\0\0", "utf-32-le"),
    "UTF-32BE": (b"", "utf-32-be"),
}


@pytest.mark.parametrize(("mark", "encoding"), UNICODE.values(), ids=UNICODE)
@pytest.mark.parametrize("padding", ["", "\n  \n", "\0\0\0"])
@pytest.mark.parametrize("declared", ["", '<?xml version="1.0" encoding="UTF-16"?>'])
def test_every_encoding_says_the_same(
    mark: bytes, encoding: str, padding: str, declared: str
) -> None:
    text = packet("<depthData:Accuracy>absolute</depthData:Accuracy>").decode() + padding
    if encoding != "utf-8":
        text = declared + text
    xml = mark + text.encode(encoding)
    assert parse_calibration(xml).accuracy is Accuracy.ABSOLUTE
    # A file that pads the item with single zeros may end in half a character.
    assert parse_calibration(xml + b"\0").accuracy is Accuracy.ABSOLUTE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_markup_is_counted_in_characters(encoding: str) -> None:
    # U+3C3D consists of the bytes of "<" and "=" in UTF-16, and is no markup.
    text = '<a b="c">\u3c3d\u3c3d</a>'
    assert count_markup(text.encode(encoding)) == 3
    many = "<a>" + "<b/>" * MAX_MARKUP + "</a>"
    with pytest.raises(LimitError, match=r"8,194 tags and attributes"):
        parse_calibration(many.encode(encoding))


def reading(xml: bytes) -> Calibration | str:
    try:
        return parse_calibration(xml)
    except MalformedError as error:
        return error.what.partition(" (")[0]


PIECES = st.one_of(
    st.sampled_from(
        ["1.5", " 20", "3 ", "\n4\n", "", "high", "&#53;", "&amp;", "a > 5", "5 > a", "]]>", "é",
         "\x7f0", "\r\n6", "\x01", "<?p x?>", "<?p >7<?>", "<!-- c -->", "<![CDATA[8]]>",
         "<b>9</b>", "<b/>", "&#127;0", "absolute", "1751411059", "65541", "true", "1e-5", "nan"]
    ),
    st.text(alphabet="0123456789.-eE \t", max_size=12),
)  # fmt: skip
NAMES = ("FloatMinValue", "FloatMaxValue", "NativeFormat", "AuxiliaryImageType")
PROPERTIES = st.one_of(
    st.builds(
        lambda name, text: f"<apdi:{name}>{text}</apdi:{name}>",
        st.sampled_from(NAMES),
        st.lists(PIECES, max_size=3).map("".join),
    ),
    st.builds(seq, st.just("LensDistortionCoefficients"), st.lists(PIECES, min_size=7, max_size=9)),
    st.sampled_from(
        ["<apdi:FloatMinValue/>", "<depthData:Quality>high</depthData:Quality>", "\n  "]
    ),
)


@example(inner=seq("LensDistortionCoefficients", ["1"] * 7 + [" 20"]), attribute="")
@given(
    inner=st.lists(PROPERTIES, max_size=4).map("".join),
    attribute=st.sampled_from(["", 'apdi:FloatMaxValue="2.5"', 'depthData:Quality="\x7f1"']),
)
def test_packets_are_read_alike_whether_or_not_their_outline_is_remembered(
    inner: str, attribute: str
) -> None:
    """Only packets in ASCII have one: an accent outside of the properties keeps it away."""
    plain, accented = packet(inner, attribute), packet(inner, f'{attribute} rdf:nodeID="é"')

    assert reading(plain) == reading(plain) == reading(accented)


def test_packets_of_one_outline_keep_their_own_values() -> None:
    def xml(low: str, factor: str) -> bytes:
        lens = seq("LensDistortionCoefficients", [factor] * 8)
        return packet(f"<apdi:FloatMinValue>{low}</apdi:FloatMinValue>{lens}")

    first, second, odd = (
        parse_calibration(xml(*one)) for one in [("1.5", "0.25"), ("-2", "1e-3"), ("x", "4")]
    )

    assert (first.float_min, first.distortion) == (1.5, (0.25,) * 8)
    assert (second.float_min, second.distortion) == (-2.0, (0.001,) * 8)
    assert (odd.float_min, odd.distortion) == (None, (4.0,) * 8)
    assert "FloatMinValue" in odd.problems[0]


def test_a_photo_with_xmp_in_utf_16(photos: Path) -> None:
    depth = read_header(photos / "odd" / "made__xmp_utf16le.heic").depth
    assert depth.calibration_problem == ""
    assert depth.calibration is not None
    assert depth.calibration.intrinsics is not None
