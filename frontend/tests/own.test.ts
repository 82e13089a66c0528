import assert from "node:assert/strict";
import { test } from "node:test";
import { ligaturesIn } from "../src/ligatures.ts";
import { contrastOf, faint, KEPT, PARTS, readPalette } from "../src/own.ts";
import { Settings } from "../src/settings.ts";

/** A colour for each of the sixteen. */
const hex = (at: number) => (0x101010 * at + 0x010203).toString(16).padStart(6, "0");
const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
const ANSI = Array.from({ length: 16 }, (_, at) => `#${hex(at)}`);
const WANTED = ["#111111", "#eeeeee", "#abcdef", "#334455", ...ANSI].join(" ");

const bright = (name: string) => `bright${name[0]?.toUpperCase()}${name.slice(1)}`;
const words = [...NAMES, ...NAMES.map(bright)];
const SOURCES: Record<string, string> = {
  "names with colours": `background #111111, foreground #EEEEEE, cursor #abcdef, selection #334455,
    ${words.map((name, at) => `${name}: ${hex(at)}`).join(", ")}`,
  "Windows Terminal": JSON.stringify({
    name: "Mine", background: "#111111", foreground: "#EEEEEE", cursorColor: "#ABCDEF", selectionBackground: "#334455",
    ...Object.fromEntries(words.map((name, at) => [name.replace(/magenta/i, (m) => (m[0] === "m" ? "purple" : "Purple")), ANSI[at]])),
  }),
  "VS Code": JSON.stringify({
    "terminal.background": "#111111", "terminal.foreground": "#eeeeee",
    "terminalCursor.foreground": "#abcdef", "terminal.selectionBackground": "#334455",
    ...Object.fromEntries(words.map((name, at) => [`terminal.ansi${name[0]?.toUpperCase()}${name.slice(1)}`, ANSI[at]])),
  }, null, 2).replace("terminalCursor.foreground", "terminal.cursor"),
  kitty: `background #111111\nforeground #eeeeee\ncursor #abcdef\nselection_background #334455\n${
    ANSI.map((colour, at) => `color${at} ${colour}`).join("\n")}`,
  Ghostty: `background = 111111\nforeground = #eeeeee\ncursor-color = abcdef\nselection-background = 334455\n${
    ANSI.map((colour, at) => `palette = ${at}=${colour}`).join("\n")}`,
  "X resources": `*.background: #111111\n*.foreground: #eeeeee\n*.cursorColor: #abcdef\nURxvt*selectionColor: #334455\n${
    ANSI.map((colour, at) => `*color${at}: ${colour}`).join("\n")}`,
  Alacritty: `[colors.primary]\nbackground = '#111111'\nforeground = '#eeeeee'\n[colors.cursor]\ncursor = "#abcdef"
[colors.bright]\n${NAMES.map((name, at) => `${name} = '0x${hex(at + 8)}'`).join("\n")}
[colors.normal]\n${NAMES.map((name, at) => `${name} = '${ANSI[at]}'`).join("\n")}
[colors.selection]\ntext = '#000000'\nselection = '#334455'`,
};

test("palettes are read as other terminals keep them", () => {
  for (const [name, text] of Object.entries(SOURCES)) {
    assert.deepEqual(readPalette(text), { palette: WANTED, missing: [] }, name);
  }
});

test("what is missing is said, and what others tell need not be there", () => {
  assert.deepEqual(readPalette("").missing, [...PARTS]);
  const some = SOURCES["kitty"]!.replace(/^(cursor|selection_background|color3) .*\n/gm, "");
  assert.deepEqual(readPalette(some), { palette: null, missing: ["yellow"] });
  const more = readPalette(`${some}\ncolor3 #ffee00`).palette?.split(" ") ?? [];
  assert.deepEqual([more[2], more[3]], ["#eeeeee", ANSI[8]]);
  assert.equal(readPalette("red #12345678 green javascript blue #12345").palette, null);
});

test("colours that are hard to read are told", () => {
  assert.equal(contrastOf("#000000", "#ffffff").toFixed(1), "21.0");
  const colours = WANTED.split(" ");
  assert.deepEqual(faint(WANTED).slice(0, 3), ["red", "green", "yellow"]);
  assert.ok(!faint(WANTED).includes("black"), "it is meant to be near");
  assert.ok(faint(["#eeeeee", ...colours.slice(1)].join(" ")).includes("foreground"));
});

test("only a whole palette is kept", () => {
  const settings = new Settings("here", null);
  for (const bad of [WANTED.slice(1), `${WANTED} #000000`, WANTED.replace("#eeeeee", "url(x)")]) {
    settings.set("own", bad);
    assert.equal(settings.all.own, "");
  }
  settings.set("own", WANTED);
  assert.match(settings.all.own, KEPT);
});

test("ligatures are the longest signs that fonts draw as one", () => {
  const signs = (text: string) => ligaturesIn(text).map(([start, end]) => text.slice(start, end));
  assert.deepEqual(signs("a => b !== c |> d"), ["=>", "!==", "|>"]);
  assert.deepEqual(signs("x <!-- y --> z"), ["<!--", "-->"]);
  assert.deepEqual(signs("a = b - c."), []);
});
