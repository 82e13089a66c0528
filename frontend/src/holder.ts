/** Who has control of a terminal that this page only watches. */
import type { Member } from "./protocol.ts";
import { TEXT } from "./text.ts";

/** In a sentence: another person by name, else another place of one's own. */
export function holderOf(members: readonly Member[], me: string | null): string {
  const writer = members.find(({ role }) => role === "writer");
  const own = members.find(({ client }) => client === me);
  return writer && own && writer.user !== own.user ? TEXT.controlledBy(writer.user) : TEXT.viewerHint;
}
