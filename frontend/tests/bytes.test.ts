import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteQueue } from "../src/bytes.ts";
import { seeded } from "./fakes.ts";

test("behaves like one long array, whatever the pieces", () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const random = seeded(seed);
    const upTo = (n: number) => Math.floor(random() * (n + 1));
    const queue = new ByteQueue();
    let model: number[] = [];
    for (let step = 0; step < 60; step += 1) {
      const kind = upTo(3);
      if (kind <= 1) {
        const data = Array.from({ length: upTo(9) }, () => upTo(255));
        queue.push(Uint8Array.from(data));
        model = model.concat(data);
      } else if (kind === 2) queue.dropTo(queue.start + upTo(queue.length));
      else {
        const at = queue.start + upTo(queue.length);
        assert.deepEqual([...queue.cutAt(at)], model.slice(at));
        model = model.slice(0, at);
      }
      assert.equal(queue.end, model.length);
      assert.deepEqual([...queue.slice(queue.start)], model.slice(queue.start));
      const from = queue.start + upTo(queue.length);
      const some = queue.read(from, 4);
      assert.deepEqual([...some], model.slice(from, from + some.length));
      assert.equal(some.length > 0, from < queue.end);
    }
  }
});

test("can be told that bytes it never had are gone", () => {
  const queue = new ByteQueue();
  queue.dropTo(10);
  assert.deepEqual([queue.start, queue.end], [10, 10]);
});
