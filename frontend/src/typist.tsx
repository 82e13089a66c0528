/** Who types in a terminal that several look at, said and drawn around it. */
import type { Page } from "./page.ts";
import type { Pane } from "./pane.ts";
import { isFinal } from "./status.ts";
import { TEXT } from "./text.ts";

/** Whose terminal it is to type into now; null where nobody else is there. */
export function typing({ company: { members, me }, status }: Pane): "here" | "elsewhere" | null {
  if (members.length < 2 || isFinal(status)) return null;
  return members.some(({ client, role }) => client === me && role === "writer") ? "here" : "elsewhere";
}

/** The same in words, with how many watch; empty where nobody else is there. */
export function whoTypes(pane: Pane): string {
  const where = typing(pane);
  if (where === null) return "";
  const { guest, company: { members, me } } = pane;
  const writer = members.find(({ role }) => role === "writer");
  const own = members.find(({ client }) => client === me);
  const watching = TEXT.othersWatch(members.filter(({ role, client }) => role !== "writer" && client !== me).length);
  if (where === "here") return TEXT.youType(watching);
  if (!writer) return TEXT.nobodyTypes(watching);
  // Those who came with a link all have one name, so that it says nothing about who they are.
  if (!guest && writer.user === own?.user) return TEXT.youTypeElsewhere(watching);
  return TEXT.types(writer.user, watching);
}

/** In the bar, so that coming and going takes no line from the terminal; opens the list of people. */
export function Typist({ page, pane }: { page: Page; pane: Pane }) {
  const where = typing(pane);
  if (where === null) return null;
  return (
    <button type="button" class={`typist ${where}`} title={TEXT.peopleHere} onClick={page.openMenu}>
      <span>{whoTypes(pane)}</span>
    </button>
  );
}
