import assert from "node:assert/strict";
import { test } from "node:test";
import type { Around } from "../src/around.ts";
import { Company } from "../src/company.ts";
import type { Pane } from "../src/pane.ts";
import { TEXT } from "../src/text.ts";

test("what is said of a role takes the place of what was said of the one before", () => {
  const session = { live: true, role: "viewer", client: "me", members: [] as object[], mayControl: true };
  const pane = {
    guest: true,
    client: { session },
    view: null,
    messages: [] as { text: string }[],
    say: (text: string) => pane.messages.push({ text }),
  };
  const company = new Company(pane as unknown as Pane, {} as Around);
  const become = (role: string) => {
    session.role = role;
    session.members = [{ client: "me", user: "guest", role, asks: false }];
    company.followRole();
    return pane.messages.map(({ text }) => text);
  };
  assert.deepEqual(become("viewer"), [TEXT.guestHint]);
  pane.say("something else");
  assert.deepEqual(become("writer"), ["something else", TEXT.granted]);
  assert.deepEqual(become("viewer"), ["something else", TEXT.guestHint]);
});

test("who types and only watches is told what to do, once in a while", () => {
  const session = { mayControl: true };
  const pane = { guest: true, client: { session } };
  const company = new Company(pane as unknown as Pane, {} as Around);
  assert.equal(company.typedInVain(0), TEXT.guestTyped);
  assert.equal(company.typedInVain(9_999), "");
  session.mayControl = false;
  assert.equal(company.typedInVain(10_000), TEXT.watcherTyped);
  pane.guest = false;
  assert.equal(company.typedInVain(20_000), TEXT.viewerTyped);
});
