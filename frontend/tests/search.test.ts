import assert from "node:assert/strict";
import { test } from "node:test";
import { luminance } from "../src/own.ts";
import { PALETTES } from "../src/palettes.ts";
import { marksOn } from "../src/search.ts";

function contrast(one: string, other: string): number {
  const [less, more] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (more + 0.05) / (less + 0.05);
}

test("what a search shows stands out more than what else it found, in every theme", () => {
  for (const [name, { colours }] of Object.entries(PALETTES)) {
    const ground = colours.background ?? "";
    const { matchBackground, activeMatchBackground, activeMatchBorder } = marksOn(ground);
    assert.ok(contrast(activeMatchBackground, ground) > contrast(matchBackground, ground), name);
    assert.ok(contrast(activeMatchBackground, matchBackground) > 1.5, name);
    assert.ok(contrast(activeMatchBorder, ground) > 4.5, name);
  }
});
