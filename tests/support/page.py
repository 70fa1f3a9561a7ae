"""page.py PAGE.html: checks that the page is well formed, needs nothing but the files beside it, and has them all.
page.py --whole PAGE.html: the same of a page that has its pictures, PNG, in it and needs no files.

Prints "FIGURES IMAGES". Exit 1 with a line where something is wrong.
"""
import base64
import html.parser
import os
import sys
import urllib.parse

VOID = {"meta", "img", "link", "br"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen, self.images = [], [], []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag}: an attribute twice"
        assert not any(name.startswith("on") for name in names), f"{tag}: a handler"
        assert tag not in ("script", "link", "iframe"), tag
        self.seen.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass  # of SVG

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"


whole = sys.argv[1] == "--whole"
path = sys.argv[-1]
text = open(path, encoding="utf-8").read()
page = Page()
try:
    page.feed(text)
    page.close()
    assert text.startswith("<!DOCTYPE html>"), "no doctype"
    assert not page.open, f"{page.open} left open"
    for tag in ("html", "head", "title", "style", "body", "h1", "main"):
        assert page.seen.count(tag) == 1, f"{page.seen.count(tag)} times <{tag}>"
    files = set()
    for image in page.images if whole else []:
        kind, data = image["src"].split(",")
        png = base64.b64decode(data, validate=True)
        assert kind == "data:image/png;base64" and png[:8] == b"\x89PNG\r\n\x1a\n" and png[-8:-4] == b"IEND", kind
        assert image["alt"], "no words for a picture"
    for image in [] if whole else page.images:
        assert set(image) == {"src", "width", "height", "loading", "decoding", "alt"}, image
        name = urllib.parse.unquote(image["src"])
        assert "://" not in name and os.path.isfile(os.path.join(os.path.dirname(path), name)), name
        files.add(name)
    beside = os.path.splitext(path)[0] + "_files"
    there = set() if whole else set(os.listdir(beside)) - {".coco-render"}  # the mark of a page's directory
    assert whole or len(files) == len(page.images) == len(there), "files that no figure shows"
except AssertionError as e:
    sys.exit(f"{path}: {e}")
print(page.seen.count("figure"), len(page.images))
