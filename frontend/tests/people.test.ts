import assert from "node:assert/strict";
import { test } from "node:test";
import { grantable } from "../src/people.tsx";
import type { Member } from "../src/protocol.ts";

test("who came to watch alone cannot be let type, nor who types already, nor this page", () => {
  const member: Member = { client: "other", user: "Guest", role: "viewer" };
  assert.ok(grantable(member, "me"), "an older server does not say it");
  assert.ok(grantable({ ...member, may_control: true, asks: true }, "me"));
  assert.ok(!grantable({ ...member, may_control: false }, "me"));
  assert.ok(!grantable({ ...member, role: "writer" }, "me"));
  assert.ok(!grantable(member, "other"));
});
