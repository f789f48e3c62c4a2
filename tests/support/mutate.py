"""Change photos at random, blindly byte by byte and knowingly box by box; a seed repeats it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from tests.support.boxtree import Node, box_tree, refill
from tests.support.specimens import Specimen

__all__ = ["Mutator"]

_EDGES = (0, 1, 2, 7, 8, 15, 16, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000,
          0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 2**63, 2**64 - 1)  # fmt: skip
_KINDS = (b"ftyp", b"meta", b"mdat", b"moov", b"hdlr", b"pitm", b"iinf", b"infe", b"iref", b"dimg",
          b"auxl", b"thmb", b"cdsc", b"iprp", b"ipco", b"ipma", b"iloc", b"idat", b"ispe", b"pixi",
          b"hvcC", b"av1C", b"colr", b"irot", b"imir", b"clap", b"auxC", b"grpl", b"ster", b"hvc1",
          b"av01", b"grid", b"iovl", b"iden", b"mime", b"Exif", b"unci", b"jpeg", b"mini",
          b"uuid")  # fmt: skip
_TABLES = frozenset({b"iloc", b"ipma", b"pitm", b"iinf", b"infe", b"dimg", b"auxl", b"thmb",
                     b"cdsc", b"ster", b"ispe", b"pixi", b"clap", b"auxC", b"irot", b"imir",
                     b"idat", b"hvcC"})  # fmt: skip
_WORDS = (b"NaN", b"inf", b"-1", b"1e400", b"9" * 400, b"", b"<!DOCTYPE [<!ENTITY b 'c'>]>",
          b"&b;", b"</rdf:li>", b"<rdf:li>", b"\xff\xfe", b"\x1b]0;x\x07", b"<a>" * 60,
          b"absolute", b"\xe2\x80\xae")  # fmt: skip
_NUMBER = re.compile(rb">(-?[0-9][0-9.eE+-]*)<")

Change = Callable[[bytes], bytes]


class Mutator:
    """Makes the ``number``-th mutant of a corpus for a seed, whatever was made before it.

    ``knowing`` is the share of changes that know where boxes lie.
    """

    def __init__(self, corpus: Sequence[Specimen], seed: int, *, knowing: float = 0.7) -> None:
        self._corpus = corpus
        self._seed = seed
        self._knowing = knowing
        self._trees: dict[tuple[str, int], list[Node]] = {}
        self._chance = Random(seed)

    def mutant(self, number: int) -> Specimen:
        """Return a specimen with one to six changes."""
        self._chance = chance = Random(self._seed * 1_000_003 + number)
        specimen = self._corpus[number % len(self._corpus)]
        texts = specimen.texts
        sizes = [len(specimen.pieces[n]) for n in texts]  # type: ignore[arg-type]
        (index,) = chance.choices(texts, sizes)
        data = specimen.pieces[index]
        assert isinstance(data, bytes)
        tree: list[Node] | None = self._tree(specimen, index, data)
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 6))):
            if chance.random() < self._knowing:
                data = self._change_box(data, box_tree(data) if tree is None else tree)
            else:
                data = self._change_bytes(data)
            tree = None
        return specimen.with_piece(index, data)

    def _tree(self, specimen: Specimen, index: int, data: bytes) -> list[Node]:
        key = specimen.name, index
        if key not in self._trees:
            self._trees[key] = box_tree(data)
        return self._trees[key]

    # -- knowing nothing

    def _change_bytes(self, data: bytes) -> bytes:
        change = self._chance.choice(
            (self._flip, self._flip, self._edge, self._edge, self._cut_out, self._repeat,
             self._put_in, self._cut_off, self._word, self._number)
        )  # fmt: skip
        return change(data) if data else data

    def _flip(self, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(self._chance.choice((1, 1, 2, 8))):
            changed[self._chance.randrange(len(data))] ^= 1 << self._chance.randrange(8)
        return bytes(changed)

    def _edge(self, data: bytes) -> bytes:
        width = self._chance.choice((1, 2, 2, 4, 4, 8))
        at = self._chance.randrange(len(data))
        value = (self._chance.choice(_EDGES) % 256**width).to_bytes(width, "big")
        return data[:at] + value + data[at + width :]

    def _cut_out(self, data: bytes) -> bytes:
        at = self._chance.randrange(len(data))
        return data[:at] + data[at + self._chance.choice((1, 2, 4, 12, 40, 1000)) :]

    def _repeat(self, data: bytes) -> bytes:
        at = self._chance.randrange(len(data))
        run = data[at : at + self._chance.choice((1, 4, 16, 64))]
        return data[:at] + run * self._chance.choice((2, 3, 100)) + data[at:]

    def _put_in(self, data: bytes) -> bytes:
        at = self._chance.randrange(len(data))
        return data[:at] + self._chance.randbytes(self._chance.choice((1, 4, 8, 32))) + data[at:]

    def _cut_off(self, data: bytes) -> bytes:
        return data[: self._chance.randrange(len(data))]

    def _word(self, data: bytes) -> bytes:
        at = self._chance.randrange(len(data))
        word = self._chance.choice(_KINDS + _WORDS)
        return data[:at] + word + data[at + self._chance.choice((0, len(word))) :]

    def _number(self, data: bytes) -> bytes:
        """Give a number in the XMP another value."""
        found = list(_NUMBER.finditer(data))
        if not found:
            return self._edge(data)
        start, end = self._chance.choice(found).span(1)
        return data[:start] + self._chance.choice(_WORDS) + data[end:]

    # -- knowing boxes

    def _change_box(self, data: bytes, tree: list[Node]) -> bytes:
        tables = [node for node in tree if node.kind in _TABLES]
        if not tree:
            return self._change_bytes(data)
        if tables and self._chance.random() < 0.6:
            return self._change_table(data, self._chance.choice(tables))
        node = self._chance.choice(tree)
        change = self._chance.choice(
            (self._size, self._kind, self._version, self._count, self._drop, self._double,
             self._empty, self._grow, self._shorten, self._transplant, self._nest)
        )  # fmt: skip
        return change(data, node)

    def _size(self, data: bytes, node: Node) -> bytes:
        size = node.end - node.start
        value = self._chance.choice((0, 1, 7, 8, size - 1, size + 1, size + 8, 2**31, 2**32 - 1))
        return data[: node.start] + max(0, value).to_bytes(4, "big") + data[node.start + 4 :]

    def _kind(self, data: bytes, node: Node) -> bytes:
        return data[: node.start + 4] + self._chance.choice(_KINDS) + data[node.start + 8 :]

    def _version(self, data: bytes, node: Node) -> bytes:
        at = node.body + self._chance.choice((0, 0, 3))
        return data[:at] + bytes((self._chance.choice((0, 1, 2, 3, 4, 255)),)) + data[at + 1 :]

    def _count(self, data: bytes, node: Node) -> bytes:
        """Change the number after version and flags: of items, associations, locations."""
        width = self._chance.choice((2, 4))
        at = node.body + 4 + (2 if node.kind == b"iloc" else 0)
        value = (self._chance.choice(_EDGES) % 256**width).to_bytes(width, "big")
        return data[:at] + value + data[at + width :]

    def _drop(self, data: bytes, node: Node) -> bytes:
        return refill(data, node, None)

    def _double(self, data: bytes, node: Node) -> bytes:
        again = data[node.start : node.end] * self._chance.choice((1, 1, 2, 300))
        return refill(data, Node(b"", node.end, node.end, node.end, node.parents), again[:400_000])

    def _empty(self, data: bytes, node: Node) -> bytes:
        return refill(data, node, b"")

    def _grow(self, data: bytes, node: Node) -> bytes:
        more = self._chance.randbytes(self._chance.choice((1, 2, 4, 64)))
        return refill(data, node, data[node.body : node.end] + more)

    def _shorten(self, data: bytes, node: Node) -> bytes:
        content = data[node.body : node.end]
        return refill(data, node, content[: self._chance.randrange(len(content) + 1)])

    def _transplant(self, data: bytes, node: Node) -> bytes:
        """Give a box the content that one of its kind has in another photo."""
        specimen = self._chance.choice(self._corpus)
        index = self._chance.choice(specimen.texts)
        donor = specimen.pieces[index]
        assert isinstance(donor, bytes)
        tree = self._tree(specimen, index, donor)
        same = [other for other in tree if other.kind == node.kind]
        if not same:
            return self._kind(data, node)
        other = self._chance.choice(same)
        return refill(data, node, donor[other.body : other.end])

    def _nest(self, data: bytes, node: Node) -> bytes:
        """Put a box into itself, several times over."""
        content = data[node.body : node.end]
        for _ in range(self._chance.choice((1, 2, 30))):
            if len(content) > 100_000:
                break
            size = (len(content) + 8).to_bytes(4, "big")
            content = data[node.body : node.body + 4] + size + node.kind + content
        return refill(data, node, content)

    def _change_table(self, data: bytes, node: Node) -> bytes:
        """Change an id, an index, an extent, a size or a turn: a number at its right place."""
        content = bytearray(data[node.body : node.end])
        if not content:
            return self._grow(data, node)
        for _ in range(self._chance.choice((1, 1, 2, 4))):
            width = self._chance.choice((1, 2, 2, 4))
            at = self._chance.randrange(len(content))
            at -= at % width if node.kind != b"ipma" else 0
            place = slice(at, at + width)
            old = int.from_bytes(content[place], "big")
            other = int.from_bytes(content[at + width : at + 2 * width], "big")
            value = self._chance.choice(
                (self._chance.choice(_EDGES), old + 1, old - 1, 2 * old, other,
                 self._chance.randrange(1, 60), len(data), node.start)
            )  # fmt: skip
            content[place] = (value % 256 ** len(content[place])).to_bytes(
                len(content[place]), "big"
            )
        return refill(data, node, bytes(content))
