"""HTML without anything from outside: text, tables and pictures in one file; nothing here knows of models."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

DPI = 110

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0072b2; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 68rem; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
nav { display: flex; flex-wrap: wrap; gap: .4rem 1rem; margin: .8rem 0; font-size: .9rem; }
nav a { color: var(--accent); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
td.text { white-space: normal; min-width: 8rem; }
thead th { border-bottom: 2px solid var(--line); }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; font-size: .82rem; line-height: 1.4; }
figure { margin: .8rem 0; }
img { max-width: 100%; height: auto; background: white; border-radius: 4px; }
figcaption { font-size: .85rem; opacity: .8; }
.verdict { padding: .6rem .9rem; border-left: 5px solid; margin: .8rem 0; }
.good { border-color: #009e73; background: #009e7318; }
.bad { border-color: #d55e00; background: #d55e0018; }
.failed { color: #d55e00; font-weight: 600; }
.note { color: #b8860b; font-weight: 600; }
footer { margin-top: 3rem; font-size: .8rem; opacity: .7; }
"""


@dataclass(slots=True)
class Section:
    """A heading and what stands under it, as pieces of HTML."""

    title: str
    pieces: list[str] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return "".join(letter if letter.isalnum() else "-" for letter in self.title.lower())

    def text(self, words: str) -> None:
        """A paragraph."""
        self.pieces.append(f"<p>{html.escape(words)}</p>")

    def heading(self, words: str) -> None:
        self.pieces.append(f"<h3>{html.escape(words)}</h3>")

    def verbatim(self, words: str) -> None:
        """Text in its own line breaks."""
        self.pieces.append(f"<pre>{html.escape(words)}</pre>")

    def verdict(self, words: str, *, is_good: bool) -> None:
        kind = "good" if is_good else "bad"
        self.pieces.append(f'<div class="verdict {kind}">{html.escape(words)}</div>')

    def table(self, frame: pd.DataFrame, marked: str = "") -> None:
        """A data frame with its index; cells of the column ``marked`` carry their text as a class."""
        self.pieces.append(f'<div class="wide">{table_html(frame, marked)}</div>')

    def figure(self, figure: Any, caption: str) -> None:
        """A Matplotlib figure, embedded; the caption is what the picture is called for those who cannot see it."""
        words = html.escape(caption)
        image = f'<img alt="{words}" src="data:image/png;base64,{png(figure)}">'
        self.pieces.append(f"<figure>{image}<figcaption>{words}</figcaption></figure>")


def page(title: str, subtitle: str, sections: Sequence[Section], footer: str) -> str:
    """The whole document."""
    links = "".join(f'<a href="#{section.anchor}">{html.escape(section.title)}</a>' for section in sections)
    parts = "\n".join(
        f'<section id="{section.anchor}"><h2>{html.escape(section.title)}</h2>\n'
        + "\n".join(section.pieces)
        + "</section>"
        for section in sections
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body>\n"
        f"<header><h1>{html.escape(title)}</h1><p>{html.escape(subtitle)}</p></header>\n<nav>{links}</nav>\n"
        f"<main>{parts}</main>\n<footer>{html.escape(footer)}</footer>\n</body></html>\n"
    )


def table_html(frame: pd.DataFrame, marked: str = "") -> str:
    """A table; numbers to the right with few digits, text to the left."""
    is_text = {name: not pd.api.types.is_numeric_dtype(column.dtype) for name, column in frame.items()}
    heads = [f"<th>{html.escape(str(frame.index.name or ''))}</th>"]
    heads += [f"<th{' class=text' if is_text[name] else ''}>{html.escape(str(name))}</th>" for name in frame.columns]
    rows = []
    for label, values in zip(frame.index, frame.itertuples(index=False), strict=True):
        cells = [f"<td>{html.escape(_words(label))}</td>"]
        for name, value in zip(frame.columns, values, strict=True):
            kind = f"text {value}" if name == marked else "text" if is_text[name] else ""
            cells.append(f'<td class="{html.escape(kind)}">{html.escape(_words(value))}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><thead><tr>{''.join(heads)}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _words(value: Any) -> str:
    if not isinstance(value, float | np.floating):
        return str(value)
    number = float(value)
    if not np.isfinite(number):
        return "–"
    size = abs(number)
    return f"{number:.0f}" if size >= 1000 else f"{number:.3g}" if size >= 100 else f"{number:.3f}"


def png(figure: Any) -> str:
    """A Matplotlib figure as base64 text."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor="white")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
