import assert from "node:assert/strict";
import { test } from "node:test";
import { areaOf, readInline } from "../src/images/iterm.ts";
import { colours, drawSixel, pixelOf, type Picture } from "../src/images/sixel.ts";

const draw = (data: string, ground = 0) => drawSixel(data, colours(), ground);

function at(picture: Picture | null, x: number, y: number): number[] {
  assert.ok(picture);
  const start = (y * picture.width + x) * 4;
  return [...picture.pixels.slice(start, start + 4)];
}

const RED = [255, 0, 0, 255], GREEN = [0, 255, 0, 255], CLEAR = [0, 0, 0, 0];

test("a sixel is six pixels below each other, its lowest bit on top", () => {
  const picture = draw("#1;2;100;0;0@#2;2;0;100;0_$#1A");
  assert.deepEqual([picture?.width, picture?.height], [2, 6]);
  assert.deepEqual(at(picture, 0, 0), RED);
  assert.deepEqual(at(picture, 0, 1), RED, "painted after a return to the left");
  assert.deepEqual(at(picture, 1, 5), GREEN);
  assert.deepEqual(at(picture, 1, 0), CLEAR);
});

test("columns are repeated, bands follow each other, and colours stay the terminal's", () => {
  const registers = colours();
  const first = drawSixel("#3;2;100;0;0!4~-#3!2~", registers, pixelOf("#00ff00"));
  assert.deepEqual([first?.width, first?.height], [4, 12]);
  assert.deepEqual(at(first, 1, 11), RED);
  assert.deepEqual(at(first, 2, 11), GREEN, "what is not painted is ground");
  assert.deepEqual(at(drawSixel("#3@", registers, 0), 0, 0), RED);
});

test("a picture is as large as it says", () => {
  const picture = draw('"1;1;3;2#1;2;100;0;0!9~-~');
  assert.deepEqual([picture?.width, picture?.height], [3, 2]);
  assert.deepEqual(at(picture, 2, 1), RED);
});

test("hues begin with blue", () => {
  assert.deepEqual(at(draw("#1;1;0;50;100@"), 0, 0), [0, 0, 255, 255]);
  assert.deepEqual(at(draw("#1;1;120;50;100@"), 0, 0), RED);
  assert.deepEqual(at(draw("#1;1;240;50;100@"), 0, 0), GREEN);
});

test("what is too large, empty or nonsense is not drawn", () => {
  for (const data of ["", "-", "???", '"1;1;99999;99999#1~', "!99999999999~-!9~", "\u0000é", "!", "#", '"']) {
    assert.equal(draw(data), null, data);
  }
});

test("painting the same over and over comes to an end", () => {
  assert.ok(draw("!4000~$".repeat(100_000)));
});

/** The beginnings of files of 300 by 200 pixels. */
const PNG = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x2c\0\0\0\xc8";
const GIF = "GIF89a\x2c\x01\xc8\0";
const JPEG = "\xff\xd8\xff\xe0\0\x04AB\xff\xc4\0\x02\xff\xc2\0\x11\x08\0\xc8\x01\x2c";
const HUGE = PNG.replace("\0\0\x01\x2c", "\0\x09\x01\x2c");

const inline = (file: string, fields = "inline=1") => readInline(`File=${fields}:${btoa(file)}`);

test("of an inline image kind and size are known before it is unpacked", () => {
  for (const [file, mime] of [[PNG, "image/png"], [GIF, "image/gif"], [JPEG, "image/jpeg"]] as const) {
    const found = inline(file);
    assert.equal(found?.mime, mime);
    assert.deepEqual(found?.natural, { width: 300, height: 200 });
  }
  for (const file of ["", "<svg/>", PNG.slice(0, 18), JPEG.slice(0, 14), HUGE, "\xff\xd8\xff\xe0"]) {
    assert.equal(inline(file), null, file);
  }
  assert.equal(inline(PNG, "inline=0"), null, "that would be a download");
  assert.equal(readInline("File=inline=1:%%%"), null);
  assert.equal(readInline("SetMark"), null);
});

test("an inline image is as large as it is wished, or as there is room", () => {
  const room = { cell: { width: 10, height: 20 }, screen: { width: 800, height: 400 } };
  const area = (fields: string) => {
    const found = inline(PNG, `inline=1;${fields}`);
    return found && areaOf(found, room);
  };
  assert.deepEqual(area("width=auto"), { width: 300, height: 200 });
  assert.deepEqual(area("width=15"), { width: 150, height: 100 });
  assert.deepEqual(area("height=30px"), { width: 45, height: 30 });
  assert.deepEqual(area("width=50%;height=100%"), { width: 400, height: 267 });
  assert.deepEqual(area("width=50%;height=100%;preserveAspectRatio=0"), { width: 400, height: 400 });
  assert.deepEqual(area("width=nonsense"), { width: 300, height: 200 });
  assert.equal(area("width=99999"), null);
  const small = { cell: room.cell, screen: { width: 150, height: 120 } };
  assert.deepEqual(areaOf(inline(PNG)!, small), { width: 150, height: 100 });
});
