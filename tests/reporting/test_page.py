import base64
from html.parser import HTMLParser

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from hssm.reporting.page import Section, page, table_html

VOID = {"meta", "img", "br"}


class Balanced(HTMLParser):
    """Collects tags, and fails on one that is closed before it was opened."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(text):
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    return parser


def test_a_page_is_complete_and_refers_to_nothing_outside():
    section = Section("Some <results>")
    section.text("a < b & c")
    section.heading("More")
    section.verbatim("v ~ 1 + x\n  <prior>")
    section.verdict("Diagnosis: good.", is_good=True)
    section.table(pd.DataFrame({"x": [1.5, np.nan], "words": ["a<b", "c"]}, index=["one", "two"]), marked="words")
    figure, _ = plt.subplots(figsize=(1, 1))
    section.figure(figure, 'a "picture"')
    plt.close(figure)
    text = page("Title & more", "sub", [section], "foot")
    found = parsed(text)
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in found.links)
    assert "#some--results-" in found.links
    image = next(attrs for tag, attrs in found.seen if tag == "img")
    assert image["alt"] == 'a "picture"'
    assert base64.b64decode(image["src"].split(",")[1]).startswith(b"\x89PNG")
    assert "a &lt; b &amp; c" in text
    assert 'class="verdict good"' in text


def test_numbers_have_few_digits_and_text_is_escaped():
    frame = pd.DataFrame({"n": [1, 20000], "x": [0.12345, 12345.6], "status": ["failed", "passed"]}, index=["a", "b"])
    text = table_html(frame, marked="status")
    parsed(text)
    for expected in ("<td>a</td>", ">0.123<", ">12346<", '<td class="text failed">failed</td>', ">20000<"):
        assert expected in text
    assert ">–<" in table_html(pd.DataFrame({"x": [np.nan]}))
