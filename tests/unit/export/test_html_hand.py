"""The page in a real browser: how it answers a hand on mouse, wheel, glass and keys."""

from __future__ import annotations

import numpy as np
import pytest
from html_browsing import (
    FAR,
    NEAR,
    box_of,
    canvas,
    expected_box,
    green,
    is_same_picture,
    margin,
    needs_chromium,
    red,
)

from tests.support.chromium import Page

pytestmark = needs_chromium

SPIN = 0.006  # radians a CSS pixel, as page.js says


def centre(page: Page) -> tuple[float, float]:
    x, y = page.evaluate(
        "(r => [r.x + r.width / 2, r.y + r.height / 2])(view.getBoundingClientRect())"
    )
    return x, y


def test_a_drag_turns_the_cloud_about_the_middle_by_the_angle_of_its_length(tab: Page) -> None:
    x, y = centre(tab)
    for right, down in ((40, 0), (0, 40), (-60, 50), (-60, -30)):
        tab.key("1")
        tab.drag((x, y), (x + right, y + down))
        picture = canvas(tab)

        off = box_of(red(picture)) - expected_box(picture.shape, right * SPIN, down * SPIN)

        # Seen from aside a splat is wider, by the step of its code: three times at most.
        assert np.abs(off).max() <= 3 * margin(picture.shape), (right, down)


@pytest.mark.thorough
def test_a_drag_takes_what_is_near_along_and_shows_what_it_hid(tab: Page) -> None:
    tab.key("1")
    before = box_of(red(canvas(tab)))
    x, y = centre(tab)
    tab.drag((x, y), (x + 40, y))
    picture = canvas(tab)

    assert box_of(red(picture))[0] - before[0] > 40
    # What the patch hid from the camera is a hole in the wall now.
    left, top, right, bottom = box_of(green(picture))
    inside = picture[top + 10 : bottom - 10, left + 10 : right - 10]
    assert (~red(inside) & ~green(inside)).mean() > 0.01


@pytest.mark.thorough
def test_dragging_changes_the_picture_and_a_double_click_resets_it(tab: Page) -> None:
    first = canvas(tab)
    assert green(first).sum() > 20_000
    assert red(first).sum() > 2_000
    x, y = centre(tab)

    tab.drag((x, y), (x + 70, y - 30))
    dragged = canvas(tab)
    tab.double_click(x, y)

    assert (dragged != first).any(-1).mean() > 0.05
    assert is_same_picture(canvas(tab), first)


@pytest.mark.thorough
def test_every_key_does_something_and_can_be_undone(tab: Page) -> None:
    first = canvas(tab)
    for there, back in (
        (["ArrowLeft"], ["ArrowRight"]),
        (["ArrowUp", "ArrowUp"], ["ArrowDown", "ArrowDown"]),
        (["+"], ["-"]),
        (["]"], ["["]),
        (["ArrowRight", "-", "1"], ["0"]),
        (["ArrowDown"], ["r"]),
    ):
        for key in there:
            tab.key(key)
        changed = canvas(tab)
        for key in back:
            tab.key(key)
        again = canvas(tab)

        assert (changed != first).any(-1).mean() > 0.003, there
        assert is_same_picture(again, first), back


@pytest.mark.thorough
def test_moving_shifts_without_turning(tab: Page) -> None:
    tab.key("1")
    before = box_of(red(canvas(tab)))
    x, y = centre(tab)

    tab.drag((x, y), (x + 30, y + 20), button="right")
    by_button = box_of(red(canvas(tab))) - before
    tab.key("1")
    tab.drag((x, y), (x + 30, y + 20), modifiers=8)
    by_shift = box_of(red(canvas(tab))) - before
    tab.key("1")
    tab.key("ArrowRight", shift=True)
    by_key = box_of(red(canvas(tab))) - before

    # The wall, at the pivot, follows the hand; the patch is nearer, and faster.
    assert by_button == pytest.approx(np.array([30, 20, 30, 20]) * NEAR / FAR, abs=2)
    # A box is counted in pixels: its sides may each be rounded by one.
    assert by_shift == pytest.approx(by_button, abs=1)
    assert by_key == pytest.approx(np.array([24, 0, 24, 0]) * NEAR / FAR, abs=2)


@pytest.mark.thorough
def test_the_wheel_zooms_in_when_it_is_pushed(tab: Page) -> None:
    first = red(canvas(tab)).sum()
    x, y = centre(tab)

    tab.mouse("mouseWheel", x, y, button="none", wheel=-100)
    tab.settle()
    closer = red(canvas(tab)).sum()
    tab.mouse("mouseWheel", x, y, button="none", wheel=240)
    tab.settle()

    assert red(canvas(tab)).sum() < first < closer


@pytest.mark.thorough
def test_two_fingers_pinch_and_a_double_tap_resets(tab: Page) -> None:
    first = canvas(tab)
    x, y = centre(tab)

    tab.touch("touchStart", (x - 30, y))
    tab.touch("touchStart", (x - 30, y), (x + 30, y))
    for spread in (34, 38, 42):
        tab.touch("touchMove", (x - spread, y), (x + spread, y))
    tab.touch("touchEnd")
    pinched = canvas(tab)
    for _ in range(2):
        tab.touch("touchStart", (x, y))
        tab.touch("touchEnd")

    assert red(pinched).sum() > 1.3 * red(first).sum()
    assert is_same_picture(canvas(tab), first)


def test_help_opens_and_closes(tab: Page) -> None:
    hidden = "help.hidden"
    assert tab.evaluate(hidden)
    for open_key, close_key in (("?", "Escape"), ("h", "h")):
        tab.key(open_key)
        assert not tab.evaluate(hidden)
        tab.key(close_key)
        assert tab.evaluate(hidden)
    tab.evaluate("ask.click()")
    assert tab.evaluate("ask.getAttribute('aria-expanded')") == "true"


@pytest.mark.thorough
def test_space_sways_until_it_is_pressed_again(tab: Page) -> None:
    first = canvas(tab)
    tab.key(" ")
    assert tab.evaluate("sway.getAttribute('aria-pressed')") == "true"
    tab.evaluate(
        "new Promise(done => { let n = 0; const next = () => "
        "++n > 12 ? done() : requestAnimationFrame(next); next(); })"
    )
    assert (canvas(tab) != first).any()
    tab.key("0")
    assert is_same_picture(canvas(tab), first)


@pytest.mark.thorough
def test_a_glide_ends_exactly_where_a_jump_does(tab: Page) -> None:
    tab.key("ArrowLeft")
    jumped = canvas(tab)
    tab.key("0")
    tab.prefer(calm=False, dark=True)

    tab.key("ArrowLeft")
    previous = canvas(tab)
    for _ in range(200):
        now = canvas(tab)
        if np.array_equal(now, previous) and is_same_picture(now, jumped):
            break
        previous = now

    assert is_same_picture(previous, jumped)
