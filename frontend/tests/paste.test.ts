import assert from "node:assert/strict";
import { test } from "node:test";
import { kindsOf, piecesOf } from "../src/hidden.ts";
import { worthAsking } from "../src/paste.ts";

const hex = (code: number) => code.toString(16).toUpperCase().padStart(4, "0");

test("what cannot be seen is asked about, whatever the program takes", () => {
  const hidden = [
    0x00, 0x08, 0x0b, 0x1b, 0x7f, 0x85, 0x9b, 0xad, 0x34f, 0x61c, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029,
    0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2061, 0x2064, 0x2066, 0x2067, 0x2068, 0x2069, 0x206f, 0x3164, 0xfe0f,
    0xfeff, 0xfff9, 0xe0001, 0xe0041, 0xe007f, 0xe0100,
  ];
  for (const code of hidden) {
    const text = `echo a${String.fromCodePoint(code)}b`;
    assert.equal(worthAsking(text, "always", true), true, hex(code));
    assert.equal(worthAsking(text, "unbracketed", true), true, hex(code));
    assert.equal(worthAsking(text, "never", true), false, hex(code));
    const codes = piecesOf(text).flatMap((piece) => piece.codes ?? []);
    assert.deepEqual(codes, [`U+${hex(code)}`]);
  }
});

test("what people write every day is not asked about", () => {
  for (const text of [
    "echo it\tgoes on", "naïve Straße – “quotes” 25 °C", "日本語 한국어 עברית العربية",
    "👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 👩🏽‍🚀 ❤️ ©️ ☎︎ 1️⃣ #️⃣ 🇩🇪 🏴‍☠️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "می‌خواهم", "क्‍ष क्‌ष", "ශ්‍රී ලංකාව", "葛󠄀城市", "ᠮᠣᠩᠭᠣᠯ᠎ᠠ", "\u0601١٢",
  ]) assert.equal(worthAsking(text, "always", true), false, text);
});

test("what is harmless in its place is not so anywhere else, or in rows", () => {
  for (const text of [
    "r\u200dm", "r\u200cm", "1\ufe0f", "a\ufe0fb", "\ufe0f\ufe0f", "👩\u200d", "👩\u200dx", "❤\ufe0f\ufe0f", "می\u200c\u200cخ",
    "\u061c\u200d", "葛\u{e0100}\u{e0101}", "\u{1f3f4}\u{e0061}\u{e0062}\u{e007f}", "😀\u{e0100}\u{e0101}",
  ]) assert.equal(worthAsking(text, "always", true), true, JSON.stringify(text));
});

test("a text is shown in the order of its characters, with each hidden one marked", () => {
  assert.deepEqual(piecesOf("echo safe \u202e mr ; fr- hsab\u200b\u200b\r\nx\x1b\u{e0041}\ty\n"), [
    { text: "echo safe " }, { text: "⟨U+202E⟩", codes: ["U+202E"] }, { text: " mr ; fr- hsab" },
    { text: "⟨U+200B⟩⟨U+200B⟩", codes: ["U+200B", "U+200B"] }, { text: "⏎\nx" },
    { text: "␛⟨U+E0041⟩", codes: ["U+001B", "U+E0041"] }, { text: "␉y⏎\n" },
  ]);
  assert.deepEqual(piecesOf(""), []);
});

test("control characters are told from others that are not seen", () => {
  assert.deepEqual(kindsOf("a\tb\n"), { control: false, invisible: false });
  assert.deepEqual(kindsOf("\x9b"), { control: true, invisible: false });
  assert.deepEqual(kindsOf("\u00ad"), { control: false, invisible: true });
  assert.deepEqual(kindsOf("\u00ad\x1b"), { control: true, invisible: true });
});
