/** Sixel: pictures as printable characters, each of which stands for six pixels below each other. */

/** More pixels than this are not drawn: they would be 64 MiB. */
export const MOST_PIXELS = 16 * 1024 * 1024;

/** How often the pixels of a picture may be painted over, until somebody is only wasting time. */
const MOST_LAYERS = 8;

const REGISTERS = 1024;

export interface Picture {
  width: number;
  height: number;
  /** Four bytes each: red, green, blue, and how much can be seen of them. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
}

const rgba = (red: number, green: number, blue: number) =>
  (0xff000000 | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;

const percent = (red: number, green: number, blue: number) =>
  rgba(red * 2.55, green * 2.55, blue * 2.55);

/** The colours of the VT340, which programs may use without choosing any. */
const FIRST: [number, number, number][] = [
  [0, 0, 0], [20, 20, 80], [80, 13, 13], [20, 80, 20], [80, 20, 80], [20, 80, 80], [80, 80, 20], [53, 53, 53],
  [26, 26, 26], [33, 33, 60], [60, 26, 26], [33, 60, 33], [60, 33, 60], [33, 60, 60], [60, 60, 33], [80, 80, 80],
];

/** The colours that pictures of one terminal share. */
export function colours(): Uint32Array {
  const all = new Uint32Array(REGISTERS).fill(rgba(0, 0, 0));
  FIRST.forEach(([red, green, blue], at) => (all[at] = percent(red, green, blue)));
  return all;
}

/** DEC's circle of hues begins with blue. */
function hls(hue: number, lightness: number, saturation: number): number {
  const light = lightness / 100;
  const reach = (saturation / 100) * Math.min(light, 1 - light);
  const part = (shift: number) => {
    const at = (shift + (hue + 240) / 30) % 12;
    return 255 * (light - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1)));
  };
  return rgba(part(0), part(8), part(4));
}

/** What a picture is made of, in order. */
interface Pen {
  /** `count` columns of six pixels; of `bits` the lowest one is the uppermost pixel. */
  columns(x: number, y: number, bits: number, count: number, register: number): void;
  colour(register: number, value: number): void;
  raster(width: number, height: number): void;
}

const BANG = 33, QUOTE = 34, HASH = 35, DOLLAR = 36, MINUS = 45, ZERO = 48, NINE = 57, SEMICOLON = 59;
const LOWEST = 63, HIGHEST = 126;

function read(data: string, pen: Pen): void {
  let x = 0, y = 0, register = 0, at = 0;
  const numbers = (): number[] => {
    const found = [0];
    for (; at < data.length; at += 1) {
      const code = data.charCodeAt(at);
      if (code === SEMICOLON) found.push(0);
      else if (code < ZERO || code > NINE) break;
      else found.push(Math.min(0xffffff, (found.pop() ?? 0) * 10 + code - ZERO));
    }
    return found;
  };
  while (at < data.length) {
    const code = data.charCodeAt(at++);
    if (code >= LOWEST && code <= HIGHEST) {
      pen.columns(x, y, code - LOWEST, 1, register);
      x += 1;
    } else if (code === BANG) {
      const count = numbers()[0] || 1;
      const next = data.charCodeAt(at);
      if (next >= LOWEST && next <= HIGHEST) {
        at += 1;
        pen.columns(x, y, next - LOWEST, count, register);
        x = Math.min(0xffffff, x + count);
      }
    } else if (code === HASH) {
      const [index = 0, kind, a = 0, b = 0, c = 0] = numbers();
      register = index % REGISTERS;
      if (kind === 1) pen.colour(register, hls(a % 360, Math.min(100, b), Math.min(100, c)));
      else if (kind === 2) pen.colour(register, percent(Math.min(100, a), Math.min(100, b), Math.min(100, c)));
    } else if (code === DOLLAR) x = 0;
    else if (code === MINUS) {
      x = 0;
      y += 6;
    } else if (code === QUOTE) {
      const [, , width = 0, height = 0] = numbers();
      pen.raster(width, height);
    }
  }
}

/** How large a picture is: as it says, else as far as it is painted. */
function measured(data: string): { width: number; height: number } {
  let width = 0, height = 0, said = { width: 0, height: 0 };
  read(data, {
    columns(x, y, bits, count) {
      if (bits === 0) return;
      width = Math.max(width, x + count);
      height = Math.max(height, y + 32 - Math.clz32(bits));
    },
    colour: () => undefined,
    raster(w, h) {
      if (w && h) said = { width: w, height: h };
    },
  });
  return said.width ? said : { width, height };
}

/**
 * Draw a picture.
 *
 * @param data what stands between the sequence's `q` and its end
 * @param registers the terminal's colours, which the picture may change
 * @param ground what is not painted, as `rgba`; 0 to see through
 * @returns null where there is nothing to see, or more than may be
 */
export function drawSixel(data: string, registers: Uint32Array, ground: number): Picture | null {
  const { width, height } = measured(data);
  if (width * height === 0 || width * height > MOST_PIXELS) return null;
  const pixels = new Uint32Array(width * height).fill(ground);
  let left = pixels.length * MOST_LAYERS;
  read(data, {
    columns(x, y, bits, count, register) {
      const end = Math.min(width, x + count);
      if (x >= end) return;
      for (let row = y; bits !== 0 && row < height && left > 0; row += 1, bits >>= 1) {
        if ((bits & 1) === 0) continue;
        left -= end - x;
        pixels.fill(registers[register] ?? 0, row * width + x, row * width + end);
      }
    },
    colour: (register, value) => (registers[register] = value),
    raster: () => undefined,
  });
  return { width, height, pixels: new Uint8ClampedArray(pixels.buffer) };
}

/** A colour as themes have it (`#rrggbb`), as a pixel. */
export function pixelOf(colour: string | undefined): number {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour ?? "");
  if (!found) return rgba(0, 0, 0);
  const [red = 0, green = 0, blue = 0] = found.slice(1).map((part) => parseInt(part, 16));
  return rgba(red, green, blue);
}
