"""What changed between two listings."""

from __future__ import annotations

from heicdepth_tui.folder.watch import compare


def test_new_changed_and_removed_by_path(entry):
    old = [entry("same"), entry("grown", size=1), entry("touched", mtime=1), entry("gone")]
    new = [entry("same"), entry("grown", size=2), entry("touched", mtime=2), entry("added")]
    changes = compare(old, new)
    assert [e.name for e in changes.new] == ["added"]
    assert [(e.name, e.size) for e in changes.changed] == [("grown", 2), ("touched", 1)]
    assert [e.name for e in changes.removed] == ["gone"]
    assert changes
    assert changes.describe() == "1 new, 2 changed, 1 removed"


def test_a_link_that_breaks_is_a_change(entry):
    [changed] = compare([entry("a")], [entry("a", problem="dangling link")]).changed
    assert changed.problem == "dangling link"


def test_same_listing_in_another_order_is_no_change(entry):
    a, b = entry("a"), entry("b")
    changes = compare([a, b], [b, a])
    assert not changes
    assert changes.describe() == "no change"
