"""Lists of words, separated by commas, as values of options that a shell completes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

__all__ = ["Words", "all_words", "complete_last", "split_words"]


class Words(click.ParamType[tuple[str, ...]]):
    """Words of a list, separated by commas."""

    name = "words"

    def __init__(self, allowed: Sequence[str] | Mapping[str, str]) -> None:
        """Allow some words; a mapping explains them, which zsh and fish show."""
        self._allowed = allowed if isinstance(allowed, Mapping) else dict.fromkeys(allowed, "")

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return the words, as a choice shows them."""
        return f"[{'|'.join(self._allowed)}],…"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the words, or fail with those allowed."""
        if isinstance(value, tuple):
            return value
        words = split_words(str(value))
        for word in words:
            if word not in self._allowed:
                self.fail(f"{word!r} is not one of {self._listed()}", param, ctx)
        if not words:
            self.fail(f"choose from {self._listed()}", param, ctx)
        return words

    def _listed(self) -> str:
        return ", ".join(map(repr, self._allowed))

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Complete the last word."""
        return complete_last(incomplete, self._allowed)


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a list."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def all_words(
    _: click.Context, __: click.Parameter, given: Iterable[tuple[str, ...]]
) -> tuple[str, ...]:
    """Join the lists of an option that is given more than once; a callback of click."""
    return tuple(word for words in given for word in words)


def complete_last(incomplete: str, allowed: Mapping[str, str]) -> list[CompletionItem[str]]:
    """Complete the last word of a list, with those that are not in it."""
    before, comma, last = incomplete.rpartition(",")
    taken = split_words(before)
    return [
        CompletionItem(before + comma + word, help=text or None)
        for word, text in allowed.items()
        if word.startswith(last) and word not in taken
    ]
