"""Completion in bash, zsh and fish: what click's own does, and values in ``--option=a,b``."""

from __future__ import annotations

from typing import Any

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

__all__ = ["add_shells"]

# click's script replaces --option=value by the value.
_ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a completions
    local -a completions_with_descriptions
    local -a response
    (( ! $+commands[%(prog_name)s] )) && return 1

    response=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \
%(complete_var)s=zsh_complete %(prog_name)s)}")
    [[ ${words[CURRENT]} == --*=* ]] && compset -P '*='

    for type key descr in ${response}; do
        if [[ "$type" == "plain" ]]; then
            if [[ "$descr" == "_" ]]; then
                completions+=("$key")
            else
                completions_with_descriptions+=("$key":"$descr")
            fi
        elif [[ "$type" == "dir" ]]; then
            _path_files -/
        elif [[ "$type" == "file" ]]; then
            _path_files -f
        fi
    done

    if [ -n "$completions_with_descriptions" ]; then
        _describe -V unsorted completions_with_descriptions -U -i "$IPREFIX"
    fi

    if [ -n "$completions" ]; then
        compadd -U -i "$IPREFIX" -V unsorted -a completions
    fi
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""

# click's script cuts values and descriptions at their first comma.
_FISH = """\
function %(complete_func)s
    set -l token (commandline -t)
    set -l option (string match -r -- '^--[^=]*=' $token)
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
COMP_CWORD=$token %(prog_name)s)

    for completion in $response
        set -l metadata (string split -m 1 "," $completion)

        if test $metadata[1] = "dir"
            __fish_complete_directories $metadata[2] | string replace -r '^' -- "$option"
        else if test $metadata[1] = "file"
            __fish_complete_path $metadata[2] | string replace -r '^' -- "$option"
        else if test $metadata[1] = "plain"
            echo "$option$metadata[2]"
        end
    end
end

complete --no-files --command %(prog_name)s --arguments \
"(%(complete_func)s)"
"""


class _WithEquals(ShellComplete):
    """Takes ``--option=value`` apart before click looks for the command that has the option."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        option, equals, value = incomplete.partition("=")
        if equals and option.startswith("--"):
            return super().get_completions([*args, option], value)
        return super().get_completions(args, incomplete)


class _Bash(_WithEquals, BashComplete):
    def get_completion_args(self) -> tuple[list[str], str]:
        # bash makes three words of --option=value.
        words, incomplete = super().get_completion_args()
        before = ["", *words]
        args = [
            word
            for word, option in zip(words, before, strict=False)
            if word != "=" or not option.startswith("--")
        ]
        is_value = incomplete == "=" and before[-1].startswith("--")
        return args, "" if is_value else incomplete


# What the scripts above read: the form of click's own answers differs between its versions.
class _Zsh(_WithEquals, ZshComplete):
    source_template = _ZSH

    def format_completion(self, item: CompletionItem[Any]) -> str:
        if not item.help:
            return f"{item.type}\n{item.value}\n_"
        # _describe ends the value at a colon.
        value = item.value.replace(":", r"\:")
        return f"{item.type}\n{value}\n{_one_line(item.help)}"


class _Fish(_WithEquals, FishComplete):
    source_template = _FISH

    def format_completion(self, item: CompletionItem[Any]) -> str:
        meaning = f"\t{_one_line(item.help)}" if item.help else ""
        return f"{item.type},{item.value}{meaning}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def add_shells() -> None:
    """Let click complete for these shells by the classes of this module."""
    for shell in (_Bash, _Zsh, _Fish):
        add_completion_class(shell)
