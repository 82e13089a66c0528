"""What is pasted or dropped is seen before the program gets it."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.tab import Tab

PASTE = """
(text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.querySelector(".xterm-helper-textarea").dispatchEvent(paste);
}
"""
DROP = """
(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  document.querySelector(".xterm-screen").dispatchEvent(drop);
}
"""


def dialog(tab: Tab) -> Locator:
    """The question about a paste."""
    return tab.page.get_by_role("dialog", name="Paste")


def test_several_lines_are_shown_and_wait_for_a_yes(tab: Tab) -> None:
    """Nothing reaches the shell before; Escape keeps it so, and Enter lets it in."""
    tab.run("bind 'set enable-bracketed-paste off'; echo rea''dy", r"^ready$")
    tab.page.evaluate(PASTE, "echo o''ne\necho t''wo\n")
    expect(dialog(tab)).to_contain_text("Paste 2 lines?")
    expect(dialog(tab).locator("pre")).to_contain_text("echo t''wo")
    tab.page.keyboard.press("Escape")
    expect(dialog(tab)).to_have_count(0)
    tab.run("echo unhurt-''here", r"^unhurt-here$")
    assert "o''ne" not in tab.text()
    tab.page.evaluate(DROP, "echo o''ne\necho t''wo\n")
    expect(dialog(tab)).to_be_visible()
    tab.page.keyboard.press("Enter")
    tab.wait_text(r"^two$")


def test_one_line_goes_in_at_once_and_hidden_signs_do_not(tab: Tab) -> None:
    """What cannot be seen in a text is shown in the question about it."""
    tab.page.evaluate(PASTE, "echo str''aight")
    tab.wait_text(r"echo str''aight")
    tab.type("\n")
    tab.wait_text(r"^straight$")
    tab.page.evaluate(PASTE, "echo \x1b[201~; rm -r x\x07")
    expect(dialog(tab).locator("pre")).to_contain_text("echo \u241b[201~; rm -r x\u2407")
    tab.page.click("text=Cancel")
    tab.page.evaluate(PASTE, "x" * 6000)
    expect(dialog(tab)).to_contain_text("Paste 6,000 characters?")


def test_what_reorders_or_hides_is_marked_where_it_is(tab: Tab) -> None:
    """The question says why it is asked, and shows the text as the program would get it."""
    tab.page.evaluate(PASTE, "echo safe \u202e mr ; fr- hsab")
    expect(dialog(tab)).to_contain_text("characters that cannot be seen")
    expect(dialog(tab)).not_to_contain_text("each line")
    expect(dialog(tab)).not_to_contain_text("control characters")
    pre = dialog(tab).locator("pre")
    expect(pre).to_have_text("echo safe \u27e8U+202E\u27e9 mr ; fr- hsab")
    expect(pre.get_by_role("img", name="Hidden: U+202E")).to_be_visible()
    tab.page.keyboard.press("Escape")
    hebrew = "echo \u05d0\u05d1 ; rm \u05d2\u05d3\necho t\u200bwo"
    tab.page.evaluate(PASTE, hebrew)
    for reason in ("each line", "characters that cannot be seen"):
        expect(dialog(tab)).to_contain_text(reason)
    places = pre.evaluate(
        """(pre) => {
          const [first] = pre.childNodes;
          return [...first.data.split("\\u23ce")[0]].map((_, at) => {
            const range = new Range();
            range.setStart(first, at);
            range.setEnd(first, at + 1);
            return range.getBoundingClientRect().left;
          });
        }"""
    )
    assert len(places) == len(hebrew.partition("\n")[0])
    assert places == sorted(places), "from left to right, as it is sent"
    tab.page.keyboard.press("Escape")
    tab.page.evaluate(PASTE, "echo ca\x9bt")
    expect(dialog(tab)).to_contain_text("control characters")
    expect(dialog(tab)).not_to_contain_text("cannot be seen")
    tab.page.keyboard.press("Escape")
    tab.page.evaluate(PASTE, "echo \U0001f469\u200d\U0001f4bb; echo emo''ji")
    tab.wait_text(r"echo emo''ji")
    expect(dialog(tab)).to_have_count(0)


def test_who_does_not_want_to_be_asked_is_not(tab: Tab) -> None:
    """A setting leaves the question for programs that would run each line by itself."""
    tab.page.keyboard.press("Control+,")
    tab.page.select_option("select[name=paste]", "unbracketed")
    tab.page.keyboard.press("Escape")
    tab.run("bind 'set enable-bracketed-paste on'; echo rea''dy", r"^ready\n.*\$ $")
    tab.page.evaluate(PASTE, "echo o''ne\necho t''wo")
    tab.wait_text(r"echo t''wo")
    tab.type("\n")
    tab.wait_text(r"^one\n(.*\n)?two$")
    tab.run("echo wai''ting; cat > /dev/null", r"^waiting$")
    tab.page.evaluate(PASTE, "one\ntwo\n")
    expect(dialog(tab)).to_be_visible()


def test_a_program_copies_only_after_a_gesture(tab: Tab) -> None:
    """What comes without one, and what is too much, is told; what was chosen holds."""
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write = r"printf '\e]52;c;%s\a' $(printf {} | base64 -w0)"
    tab.page.evaluate("Object.defineProperty(navigator.userActivation, 'isActive', {value: false})")
    tab.run(f"{write.format('by-itself')}; echo do''ne", r"^done$")
    notice = tab.page.locator(".notice", has_text="wants to copy")
    expect(notice).to_be_visible()
    notice.get_by_role("button", name="Copy").click()
    expect(notice).to_have_count(0)
    assert tab.page.evaluate("navigator.clipboard.readText()") == "by-itself"
    tab.run("printf '\\e]52;c;'; head -c 2000000 /dev/zero | base64 -w0; printf '\\a'", r"\$ $")
    expect(tab.page.locator(".notice", has_text="too much")).to_be_visible()


def test_who_puts_a_card_away_goes_on_typing(tab: Tab) -> None:
    """Also with the mouse, whose button has gone with the card."""
    tab.run("printf '\\e]52;c;'; head -c 2000000 /dev/zero | base64 -w0; printf '\\a'", r"\$ $")
    tab.page.evaluate(
        """() => addEventListener("click", () => queueMicrotask(() => {
          globalThis.right = document.activeElement === document.querySelector("textarea");
        }))"""
    )
    tab.page.locator(".notice", has_text="too much").get_by_text("Dismiss").click()
    assert tab.page.evaluate("right"), "the next key may come before anything else does"
    tab.run("echo on-''typing", r"^on-typing$")


def test_a_selection_is_copied_with_its_colours(tab: Tab) -> None:
    """As HTML for what takes it, and as text for everything else."""
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.run(r"clear; printf '\e[31mre''d\e[0m plain\n'", r"^red plain$")
    tab.page.keyboard.press("Control+Shift+P")
    tab.type("select everything")
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Control+Shift+P")
    tab.type("with its colours")
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator(".notice", has_text="Copied")).to_be_visible()
    # Chromium cleans the copy in a document under the page's policy, and complains of its styles
    # without taking them away.
    assert all("Applying inline style" in problem for problem in tab.problems)
    tab.problems.clear()
    html, text = tab.page.evaluate(
        """async () => {
          const [item] = await navigator.clipboard.read();
          const read = async (type) => (await item.getType(type)).text();
          return [await read("text/html"), await read("text/plain")];
        }"""
    )
    assert "red plain" in text
    assert "color: #" in html
    assert ">red<" in html
