"""Everything that a page says, and what of it stands in another language than the page's."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache

from playwright.sync_api import Page

from frontend.bundle import FRONTEND, node_with_packages
from tornterm.web.languages import SENTENCES

READ = """
() => {
  const data = ".xterm, .ap-term, code, pre, script, style";
  const { lang, title } = { lang: document.documentElement.lang, title: document.title };
  const foreign = (element) => (element.closest("[lang]")?.lang ?? lang) !== lang;
  const said = [title];
  const read = (root) => {
    const all = document.createTreeWalker(root);
    for (let node = all.currentNode; node; node = all.nextNode()) hear(node);
  };
  const hear = (node) => {
    if (node.shadowRoot) read(node.shadowRoot);
    if (node instanceof Text) {
      if (!node.parentElement.closest(data) && !foreign(node.parentElement)) said.push(node.data);
    } else if (node instanceof Element && !foreign(node)) {
      for (const name of ["label", "description", "roledescription", "valuetext", "placeholder"]) {
        said.push(node.getAttribute(`aria-${name}`) ?? "");
      }
      for (const name of ["title", "placeholder", "alt"]) said.push(node.getAttribute(name) ?? "");
    }
  };
  read(document.body);
  return [lang, [...new Set(said.map((text) => text.trim()).filter(Boolean))]];
}
"""

TELLTALE = re.compile(
    r"\b(the|of|and|you|your|with|this|that|is|are|it|to|cannot|has|been|from|could|does)\b", re.I
)
"""Words that stand in nearly every English sentence, and in none of another language of ours."""


@cache
def _phrases() -> dict[str, re.Pattern[str]]:
    """What each language's catalogues can say."""
    command = [*node_with_packages(), "tests/phrases.mjs"]
    said = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, check=True).stdout
    phrases: dict[str, list[str]] = json.loads(said)
    for english, others in SENTENCES.items():
        for language, sentence in {"en": english, **others}.items():
            phrases[language].append(re.sub(r"\\{\w+\\}", ".+?", re.escape(sentence)))
    return {
        language: re.compile("|".join(f"(?:{one})" for one in patterns))
        for language, patterns in phrases.items()
    }


def language_of(page: Page) -> str:
    """The language that the page says that it is in."""
    return str(page.evaluate(READ)[0])


def left_english(page: Page) -> list[str]:
    """Texts that are English in a page of another language, shown or read out.

    What stands in an element of its own ``lang`` is meant to be so; what terminals show, code
    and names of files are nobody's language.
    """
    language, texts = page.evaluate(READ)
    english, own = _phrases()["en"], _phrases()[language]

    def is_own(text: str) -> bool:
        title, _, sentence = text.partition(". ")
        return bool(own.fullmatch(text) or (own.fullmatch(title) and own.fullmatch(sentence)))

    return [
        text
        for text in texts
        if not is_own(text) and (english.fullmatch(text) or TELLTALE.search(text))
    ]
