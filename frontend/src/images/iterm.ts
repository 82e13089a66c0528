/** iTerm's inline images: a file of a picture in base64, behind a line of what is to become of it. */
import { MOST_PIXELS } from "./sixel.ts";

/** Bytes of a file; the parser itself keeps no sequence of more than 10 MB. */
export const MOST_BYTES = 7_500_000;

export interface Inline {
  bytes: Uint8Array<ArrayBuffer>;
  mime: string;
  /** Of the picture itself, in pixels. */
  natural: Area;
  /** As iTerm has it: cells, `Npx`, `N%`, or `auto`. */
  width: string;
  height: string;
  /** Whether the picture keeps its proportions. */
  keep: boolean;
}

export interface Area {
  width: number;
  height: number;
}

/** What the page has room for, in CSS pixels. */
export interface Room {
  cell: Area;
  screen: Area;
}

const LENGTH = /^(auto|\d{1,5}(px|%)?)$/;

/** Read a sequence behind its `1337;`; null where it is none to be shown, or none that can be. */
export function readInline(data: string): Inline | null {
  const found = /^File=([^:]{0,4096}):/.exec(data);
  if (!found) return null;
  const fields = new Map(
    (found[1] ?? "").split(";").map((field) => {
      const at = field.indexOf("=");
      return at < 0 ? [field, ""] : [field.slice(0, at), field.slice(at + 1)];
    }),
  );
  const length = (name: string) => {
    const value = fields.get(name) ?? "auto";
    return LENGTH.test(value) ? value : "auto";
  };
  if (fields.get("inline") !== "1") return null;
  const bytes = decoded(data.slice(found[0].length));
  const kind = bytes && kindOf(bytes);
  if (!kind || kind.width * kind.height === 0 || kind.width * kind.height > MOST_PIXELS) return null;
  return {
    bytes,
    mime: kind.mime,
    natural: { width: kind.width, height: kind.height },
    width: length("width"),
    height: length("height"),
    keep: fields.get("preserveAspectRatio") !== "0",
  };
}

/** How large it is drawn; null where that would be nothing, or more than may be. */
export function areaOf({ natural, width, height, keep }: Inline, room: Room): Area | null {
  const wide = pixels(width, room.cell.width, room.screen.width);
  const high = pixels(height, room.cell.height, room.screen.height);
  let area = natural;
  if (wide && high && !keep) area = { width: wide, height: high };
  else if (wide || high) {
    const scale = Math.min(wide ? wide / natural.width : Infinity, high ? high / natural.height : Infinity);
    area = scaled(natural, scale);
  } else {
    // Of its own size, but as a whole, with a row left for the prompt.
    const least = Math.max(room.cell.height, room.screen.height - room.cell.height);
    area = scaled(natural, Math.min(1, room.screen.width / natural.width, least / natural.height));
  }
  const whole = { width: Math.round(area.width), height: Math.round(area.height) };
  const count = whole.width * whole.height;
  return count > 0 && count <= MOST_PIXELS ? whole : null;
}

const scaled = ({ width, height }: Area, by: number): Area => ({ width: width * by, height: height * by });

function pixels(length: string, cell: number, screen: number): number {
  const count = parseInt(length, 10);
  if (!count) return 0;
  if (length.endsWith("px")) return count;
  return length.endsWith("%") ? (count * screen) / 100 : count * cell;
}

function decoded(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length > (MOST_BYTES * 4) / 3) return null;
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

const KINDS: [mime: string, magic: RegExp, size: (view: DataView) => Area][] = [
  ["image/png", /^\x89PNG\r\n\x1a\n[^]{4}IHDR/, (view) => ({ width: view.getUint32(16), height: view.getUint32(20) })],
  ["image/gif", /^GIF8[79]a/, (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) })],
  ["image/jpeg", /^\xff\xd8\xff/, sizeOfJpeg],
];

/** Which kind of picture it is, and how large: known before anything is unpacked. */
function kindOf(bytes: Uint8Array): (Area & { mime: string }) | null {
  const start = String.fromCharCode(...bytes.subarray(0, 24));
  for (const [mime, magic, size] of KINDS) {
    if (!magic.test(start)) continue;
    try {
      return { mime, ...size(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)) };
    } catch {
      return null; // It ends before it says.
    }
  }
  return null;
}

/** The size stands in the frame's header, behind segments of other kinds. */
function sizeOfJpeg(view: DataView): Area {
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    if (marker < 0xff01) throw new RangeError("no frame");
  }
}
