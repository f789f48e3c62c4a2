"""``heicdepth-tui embed``: writes a depth map into a photo."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["embed"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("photo", metavar="PHOTO", type=_FILE)
@click.argument("depth", metavar="DEPTH", type=_FILE)
@click.option(
    "-o",
    "--output",
    "out",
    metavar="OUT.heic",
    type=click.Path(path_type=Path),
    required=True,
    help="The new photo; an existing file is never replaced.",
)
@click.option(
    "--representation",
    type=click.Choice(["disparity", "inverse-z", "z"]),
    help="What the codes are even in. [default: disparity]",
)
@click.option(
    "--d-min",
    type=float,
    metavar="V",
    help="Value of code 0: disparity in 1/m, or the farthest Z in metres with z.",
)
@click.option(
    "--d-max",
    type=float,
    metavar="V",
    help="Value of the largest code: disparity in 1/m, or the nearest Z in metres with z.",
)
@click.option(
    "--metres",
    "--meters",
    "metres",
    is_flag=False,
    flag_value="1",
    type=click.FloatRange(min=0, min_open=True),
    metavar="[M]",
    help="The numbers are distances of M metres each (default 1); floats always are distances.",
)
@click.option(
    "--max-code",
    type=click.IntRange(min=1),
    metavar="N",
    help="The largest code that DEPTH may hold, which --d-max is the value of: 65535 for 16 bits.",
)
@click.option("--bits", type=click.Choice(["8", "10", "12"]), help="Bits of a code, as written.")
@click.option(
    "--accuracy",
    type=click.Choice(["absolute", "relative", "unknown"]),
    help="What the file states of its distances. [default: unknown, or as --camera or --from say]",
)
@click.option(
    "--camera",
    type=_FILE,
    metavar="K.json",
    help="A JSON file with K (3x3, pixel centres), width and height, as extract writes it.",
)
@click.option(
    "--from",
    "source",
    type=_FILE,
    metavar="PHOTO",
    help="Take camera, code range and accuracy from the depth map of another photo.",
)
@click.option("--replace", is_flag=True, help="Replace the depth map that the photo has.")
@click.option(
    "--quality",
    type=click.IntRange(0, 100),
    default=90,
    show_default=True,
    help="Quality of a photo that is no HEIC; a HEIC keeps its coded picture.",
)
def embed(
    photo: Path,
    depth: Path,
    out: Path,
    representation: str | None,
    d_min: float | None,
    d_max: float | None,
    metres: float | None,
    max_code: int | None,
    bits: str | None,
    accuracy: str | None,
    camera: Path | None,
    source: Path | None,
    replace: bool,
    quality: int,
) -> int:
    """Write PHOTO with the depth map DEPTH as a new HEIC file.

    PHOTO is any photo; a HEIC or AVIF keeps its coded picture, EXIF, profile and all other items
    byte for byte. DEPTH is an upright PNG of 8 or 16 bits, TIFF, EXR, NPY or NPZ of the photo's
    aspect: whole numbers are codes, the largest nearest, and need a range; floats are metres.
    Codes of more than 8 bits need --max-code, unless --camera or --from states their bits; those of
    16 bits are rounded to 12.
    """
    if (d_min is None) != (d_max is None):
        raise click.UsageError("give both --d-min and --d-max")
    if d_min is not None and metres is not None:
        raise click.UsageError("give either --metres or --d-min and --d-max")
    if max_code is not None and metres is not None:
        raise click.UsageError("give either --metres or --max-code: distances are no codes")
    from heicdepth_tui.edit.embed import embed as embed_in
    from heicdepth_tui.edit.meaning import Meaning, new_depth
    from heicdepth_tui.errors import HeicDepthError, MissingExtraError
    from heicdepth_tui.heif.depth_facts import Accuracy
    from heicdepth_tui.text import printable_path

    meaning = Meaning(
        representation=representation,
        ends=None if d_min is None or d_max is None else (d_min, d_max),
        metres=metres,
        bits=None if bits is None else int(bits),
        max_code=max_code,
        accuracy=None if accuracy is None else Accuracy(accuracy),
        camera=camera,
        source=source,
    )
    try:
        made = new_depth(depth, meaning)
        done = embed_in(photo, made.depth, out, replace=replace, quality=quality)
    except MissingExtraError:
        raise
    except HeicDepthError as error:
        click.echo(f"heicdepth-tui: {error.at(photo)}", err=True)
        return 1
    click.echo(str(done.path))
    new = made.depth
    clauses = [f"depth {new.size}, {new.bits} bit, {new.representation.type.label}"]
    if made.rounded_from:
        largest = (1 << new.bits) - 1
        clauses.append(f"codes 0 to {made.rounded_from} spread over 0 to {largest}, rounded")
    clauses.append(f"{done.kept} items as they were" if done.kept else "photo coded anew")
    if done.removed:
        clauses.append(f"{done.removed} items of the depth map before are gone")
    if made.filled:
        clauses.append(f"{made.filled:,} samples without a distance have the farthest code")
    if new.camera is None:
        clauses.append("no camera")
    click.echo(f"{printable_path(str(done.path))}: {'; '.join(clauses)}", err=True)
    return 0
