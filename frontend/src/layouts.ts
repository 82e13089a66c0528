/** The layouts that are kept: by user and browser, each known by the sessions that it shows. */
import { isTree, panesOf, type Tree } from "./layout.ts";
import type { Storage } from "./settings.ts";

/** Windows that were used longer ago are forgotten. */
const MOST = 20;

/** One window: the tabs, each with its sessions' places. */
export type Layout = Tree[];

export class Layouts {
  constructor(
    private readonly key: string,
    private readonly storage: Storage | null,
  ) {}

  /** The layout in which a session was last seen; null where there is none. */
  with(session: string): Layout | null {
    return this.read().find((layout) => sessionsOf(layout).includes(session)) ?? null;
  }

  /** Keep a window's layout, in place of those that showed one of its sessions, or of `before`. */
  keep(layout: Layout, before: readonly string[]): void {
    const own = new Set([...before, ...sessionsOf(layout)]);
    const others = this.read().filter((other) => !sessionsOf(other).some((id) => own.has(id)));
    // One terminal alone is what everybody gets anyway.
    const worth = sessionsOf(layout).length > 1 ? [layout] : [];
    try {
      this.storage?.setItem(this.key, JSON.stringify([...worth, ...others].slice(0, MOST)));
    } catch {
      // A full or forbidden storage: the layout is good until the page is left.
    }
  }

  private read(): Layout[] {
    try {
      const found: unknown = JSON.parse(this.storage?.getItem(this.key) ?? "[]");
      return Array.isArray(found) ? found.filter(isLayout) : [];
    } catch {
      return [];
    }
  }
}

export function sessionsOf(layout: Layout): string[] {
  return layout.flatMap(panesOf);
}

function isLayout(value: unknown): value is Layout {
  return Array.isArray(value) && value.length > 0 && value.length <= 50 && value.every((tree) => isTree(tree));
}
