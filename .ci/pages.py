"""Hooks of MkDocs: add pages and pictures from outside of docs/, and turn links to them.

The repository's files link to each other as they lie in the repository, so that they can be read
there; on the site, pages of the top folder lie beside those of docs/.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

TOP_PAGES = ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")
"""Pages of the top folder; named in lower case, since MkDocs takes README.md for an index."""
PICTURES = "screenshots"
_LINK = re.compile(r"(?P<text>!?\[[^]]*\])\((?P<target>[^)\s]+)\)")
_SCHEME = re.compile(r"^[a-z]+:")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages of the top folder and the pictures that they show."""
    from mkdocs.structure.files import File

    top = Path(config.config_file_path).parent
    for name in TOP_PAGES:
        files.append(File.generated(config, name.lower(), abs_src_path=str(top / name)))
    for picture in sorted((top / PICTURES).iterdir()):
        if picture.suffix in {".png", ".gif"}:
            uri = f"{PICTURES}/{picture.name}"
            files.append(File.generated(config, uri, abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links between files of the repository into links between pages of the site."""
    is_top = page.file.src_uri in {name.lower() for name in TOP_PAGES}
    return _LINK.sub(lambda link: _on_the_site(link, is_top=is_top), markdown)


def _on_the_site(link: re.Match[str], *, is_top: bool) -> str:
    target = link["target"]
    if _SCHEME.match(target) or target.startswith("#"):
        return link[0]
    path, mark, anchor = target.partition("#")
    if not is_top and not path.startswith("../"):
        return link[0]
    path = path.removeprefix("../")
    if path in TOP_PAGES:
        return f"{link['text']}({path.lower()}{mark}{anchor})"
    if path.startswith("docs/"):
        return f"{link['text']}({path.removeprefix('docs/')}{mark}{anchor})"
    if path.startswith(f"{PICTURES}/"):
        return f"{link['text']}({path})"
    # Sources are not on the site: the words stay, without a link.
    return link["text"].removeprefix("!")[1:-1]
