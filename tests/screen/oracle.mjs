// The page's own terminal emulator without a window, driven over a line protocol: one JSON array
// per line, answered by one JSON value per line. What a command does is said in oracle.py.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../frontend/package.json", import.meta.url));
const { Terminal } = require("@xterm/headless");
const { Unicode11Addon } = require("@xterm/addon-unicode11");

const terminals = new Map();

function make(cols, rows, scrollback) {
  const terminal = new Terminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: "off" });
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = "11";
  const made = { terminal, title: "", replies: "", bells: 0, outside: [] };
  terminal.onTitleChange((title) => (made.title = title));
  terminal.onData((data) => (made.replies += data));
  terminal.onBinary((data) => (made.replies += data));
  terminal.onBell(() => (made.bells += 1));
  for (const code of [7, 9, 52, 777, 1337]) {
    terminal.parser.registerOscHandler(code, () => made.outside.push(code) > 0);
  }
  return made;
}

// What is drawn of attributes: which of them can be seen on a cell depends on what is in it.
const VISIBLE_ON_BLANK = ["isInverse", "isUnderline", "isStrikethrough", "isOverline"];
const FLAGS = [...VISIBLE_ON_BLANK, "isBold", "isItalic", "isDim", "isBlink", "isInvisible"];

function colour(attributes, ground) {
  if (attributes[`is${ground}Default`]()) return "";
  const value = attributes[`get${ground}Color`]();
  return attributes[`is${ground}RGB`]() ? `#${value.toString(16)}` : `${value}`;
}

function look(attributes, links, blank) {
  const flags = (blank ? VISIBLE_ON_BLANK : FLAGS).filter((name) => attributes[name]());
  const seen = !blank || flags.length > 0;
  const parts = [colour(attributes, "Bg"), seen ? colour(attributes, "Fg") : "", flags.join(" ")];
  if (flags.includes("isUnderline") && attributes.extended.underlineStyle > 1) {
    parts.push(`underline ${attributes.extended.underlineStyle}`);
  }
  const link = attributes.extended.urlId && links.getLinkData(attributes.extended.urlId)?.uri;
  if (link && !blank) parts.push(link);
  while (parts.at(-1) === "") parts.pop();
  return parts.join("|");
}

// A line as runs of [text, width of each character, look]; blank runs at its end are left out.
function runs(line, cols, links, cell) {
  const result = [];
  let style = "";
  let fg, bg, ext, link, blank; // of the cell before it, which mostly looks the same
  for (let x = 0; x < cols; x += 1) {
    line.loadCell(x, cell);
    const width = cell.getWidth();
    if (width === 0) continue;
    const text = cell.getChars() || " ";
    const { extended } = cell;
    if (
      fg !== cell.fg ||
      bg !== cell.bg ||
      ext !== extended.ext ||
      link !== extended.urlId ||
      blank !== (text === " ")
    ) {
      ({ fg, bg } = cell);
      ext = extended.ext;
      link = extended.urlId;
      blank = text === " ";
      style = look(cell, links, blank);
    }
    const last = result.at(-1);
    if (last && last[1] === width && last[2] === style) last[0] += text;
    else result.push([text, width, style]);
  }
  const last = result.at(-1);
  if (last && last[2] === "" && last[0].trimEnd() !== last[0]) {
    last[0] = last[0].trimEnd();
    if (!last[0]) result.pop();
  }
  return result;
}

function bufferState(core, buffer, cell) {
  const lines = [];
  const wrapped = [];
  for (let y = 0; y < core.rows; y += 1) {
    const line = buffer.lines.get(buffer.ybase + y);
    lines.push(runs(line, core.cols, core._oscLinkService, cell));
    if (line.isWrapped) wrapped.push(y);
  }
  return {
    lines,
    wrapped,
    margins: [buffer.scrollTop, buffer.scrollBottom],
    tabs: Object.keys(buffer.tabs).map(Number).filter((x) => buffer.tabs[x] && x && x < core.cols),
    saved: {
      // Where it would be restored to.
      at: [clamp(buffer.savedY - buffer.ybase, core.rows), clamp(buffer.savedX, core.cols)],
      look: look(buffer.savedCurAttrData, core._oscLinkService, false),
      charset: charset(buffer.savedCharset),
    },
  };
}

const clamp = (value, end) => Math.min(Math.max(value, 0), end - 1);
const charset = (table) => (table ? Object.entries(table).flat().join("") : "");

function parserState(parser) {
  const { currentState, _params, _collect, _oscParser } = parser;
  if (currentState === 0) return [0];
  const inside = [3, 4, 5].includes(currentState) ? _params.toArray() : [];
  return [currentState, inside, currentState === 8 ? _oscParser._id : _collect];
}

function state({ terminal, title }) {
  const core = terminal._core;
  const { buffers, buffer } = core;
  const { coreService, coreMouseService, _charsetService: charsets, _inputHandler } = core;
  const alternate = buffer === buffers.alt;
  const cell = terminal.buffer.active.getNullCell();
  const active = bufferState(core, buffer, cell);
  const other = alternate && bufferState(core, buffers.normal, cell);
  const { cursorStyle, cursorBlink, ...modes } = coreService.decPrivateModes;
  const options = core.optionsService.options;
  return {
    visible: {
      alternate,
      cursor: [buffer.y, buffer.x],
      hidden: coreService.isCursorHidden,
      lines: active.lines,
    },
    hidden: {
      modes: { ...coreService.modes, ...modes, convertEol: options.convertEol },
      cursorShape: [cursorStyle ?? options.cursorStyle, cursorBlink ?? options.cursorBlink],
      mouse: [coreMouseService.activeProtocol, coreMouseService.activeEncoding],
      charsets: [charsets.glevel, [0, 1, 2, 3].map((g) => charset(charsets._charsets[g]))],
      look: look(_inputHandler._curAttrData, core._oscLinkService, false),
      margins: active.margins,
      tabs: active.tabs,
      saved: active.saved,
      title,
      parser: parserState(_inputHandler._parser),
      join: _inputHandler._parser.precedingJoinState !== 0,
      other: alternate ? [other.lines, other.saved, other.margins] : [],
    },
    wrapped: active.wrapped,
    history: buffers.normal.ybase,
  };
}

function history({ terminal }, count) {
  const core = terminal._core;
  const { normal } = core.buffers;
  const cell = terminal.buffer.active.getNullCell();
  const first = Math.max(0, normal.ybase - count);
  const result = [];
  for (let y = first; y < normal.ybase; y += 1) {
    result.push(runs(normal.lines.get(y), core.cols, core._oscLinkService, cell));
  }
  return result;
}

const commands = {
  new: (name, cols, rows, scrollback) => void terminals.set(name, make(cols, rows, scrollback)),
  free: (name) => {
    terminals.get(name).terminal.dispose();
    terminals.delete(name);
  },
  write: (name, data) => {
    terminals.get(name).terminal._core.writeSync(Buffer.from(data, "base64"));
  },
  resize: (name, cols, rows) => terminals.get(name).terminal.resize(cols, rows),
  reset: (name) => {
    terminals.get(name).terminal.reset();
    terminals.get(name).title = "";
  },
  state: (name) => state(terminals.get(name)),
  history: (name, count) => history(terminals.get(name), count),
  acts: (name) => {
    const { replies, bells, outside } = terminals.get(name);
    return { replies, bells, outside };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...parameters] = JSON.parse(line);
  let answer;
  try {
    answer = { ok: commands[command](...parameters) ?? null };
  } catch (error) {
    answer = { error: `${error.stack}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
