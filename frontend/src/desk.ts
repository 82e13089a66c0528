/** The tabs of a window and the terminals in them: which there are, where, and which one is used. */
import type { Wish } from "./around.ts";
import { type Direction, dividerOf, graft, moveDivider, neighbour, panesOf, relabel, splitPane, type Tree, withoutPane } from "./layout.ts";
import type { Layout } from "./layouts.ts";
import type { Pane } from "./pane.ts";

export interface DeskTab {
  readonly id: string;
  tree: Tree;
  /** The terminal of this tab that was used last. */
  active: string;
}

/** A step of the keyboard, as a fraction of the room. */
const STEP = 0.04;

export class Desk {
  readonly panes = new Map<string, Pane>();
  tabs: DeskTab[] = [];
  /** Those that have been shown; a terminal that nobody has looked at yet is not connected. */
  readonly drawn = new Set<string>();
  /** What a pointer drags: a tab, or one terminal of several that share its room. */
  dragged: DeskTab | Pane | null = null;
  private at = 0;
  private made = 0;

  /**
   * @param make makes a terminal; it is drawn when its tab is shown
   * @param changed something has moved, come, or gone
   */
  constructor(
    private readonly make: (wish: Wish) => Pane,
    private readonly changed: () => void,
  ) {}

  /** The tab that is shown. */
  get tab(): DeskTab {
    return this.tabs[this.at] as DeskTab;
  }

  /** The terminal that the keyboard and the menu belong to. */
  get pane(): Pane {
    return this.panes.get(this.tab.active) as Pane;
  }

  get position(): number {
    return this.at;
  }

  paneOf(tab: DeskTab): Pane {
    return this.panes.get(tab.active) as Pane;
  }

  /** Which tab a terminal is in; -1 where it is not here any more. */
  positionOf(pane: Pane): number {
    const key = this.keyOf(pane);
    return this.tabs.findIndex(({ tree }) => key !== null && panesOf(tree).includes(key));
  }

  seen(keys: Iterable<string>): void {
    for (const key of keys) this.drawn.add(key);
  }

  open(wish: Wish): Pane {
    const key = this.add(wish);
    this.tabs.push({ id: key, tree: { pane: key }, active: key });
    return this.show(this.tabs.length - 1);
  }

  /** Another terminal beside the one that is used, or below it. */
  split(wish: Wish, across: boolean): Pane {
    const key = this.add(wish);
    const { tab } = this;
    tab.tree = splitPane(tab.tree, tab.active, key, across);
    tab.active = key;
    this.changed();
    return this.pane;
  }

  /** Take a terminal away; its tab goes with its last one. False where it is the last of all. */
  close(pane: Pane): boolean {
    const key = this.keyOf(pane);
    const tab = this.tabs.find(({ tree }) => key !== null && panesOf(tree).includes(key));
    if (!tab || key === null || this.panes.size === 1) return false;
    const before = panesOf(tab.tree).indexOf(key);
    const tree = withoutPane(tab.tree, key);
    if (tree) {
      const left = panesOf(tree);
      tab.tree = tree;
      if (tab.active === key) tab.active = left[Math.max(0, before - 1)] as string;
    } else this.drop(tab);
    this.panes.delete(key);
    pane.dispose();
    this.changed();
    return true;
  }

  /** Another session in the place of a terminal. */
  renew(pane: Pane, wish: Wish): void {
    const key = this.keyOf(pane);
    if (key === null) return;
    const added = this.add(wish);
    for (const tab of this.tabs) {
      tab.tree = relabel(tab.tree, (name) => (name === key ? added : name)) as Tree;
      if (tab.active === key) tab.active = added;
    }
    this.panes.delete(key);
    pane.dispose();
    this.changed();
  }

  /** Use a terminal, wherever it is. */
  activate(pane: Pane): void {
    const key = this.keyOf(pane);
    const at = this.positionOf(pane);
    const tab = this.tabs[at];
    if (!tab || key === null || (at === this.at && tab.active === key)) return;
    tab.active = key;
    this.at = at;
    this.changed();
  }

  show(at: number): Pane {
    this.at = (at + this.tabs.length) % this.tabs.length;
    this.changed();
    return this.pane;
  }

  /** Bring a tab to another place among its neighbours. */
  move(from: number, to: number): void {
    const tab = this.tabs[from];
    if (!tab || to < 0 || to >= this.tabs.length || from === to) return;
    const shown = this.tab;
    this.tabs = this.tabs.toSpliced(from, 1).toSpliced(to, 0, tab);
    this.at = this.tabs.indexOf(shown);
    this.changed();
  }

  /** Bring all terminals of a tab to a side of a terminal, into whose tab they go. */
  join(tab: DeskTab, pane: Pane, side: Direction): void {
    const key = this.keyOf(pane);
    const target = this.tabs.find(({ tree }) => key !== null && panesOf(tree).includes(key));
    if (!target || key === null || target === tab) return;
    target.tree = graft(target.tree, key, tab.tree, side);
    target.active = tab.active;
    this.tabs = this.tabs.filter((other) => other !== tab);
    this.show(this.tabs.indexOf(target));
  }

  /** Bring a terminal of this tab to a side of another one of it. */
  moveBeside(moved: Pane, pane: Pane, side: Direction): void {
    const { tab } = this;
    const [key, beside] = [this.keyOf(moved), this.keyOf(pane)];
    const left = key !== null && key !== beside ? withoutPane(tab.tree, key) : null;
    if (key === null || beside === null || !left) return;
    tab.tree = graft(left, beside, { pane: key }, side);
    tab.active = key;
    this.changed();
  }

  /** Bring the terminal that is used into a tab of its own, behind the one that it was in. */
  detach(): void {
    const { tab } = this;
    const key = tab.active;
    const left = withoutPane(tab.tree, key);
    if (!left) return;
    tab.tree = left;
    tab.active = panesOf(left)[0] as string;
    const own = { id: key === tab.id ? `${key}-${++this.made}` : key, tree: { pane: key }, active: key };
    this.tabs = this.tabs.toSpliced(this.at + 1, 0, own);
    this.show(this.at + 1);
  }

  /** The terminal that is used and the nearest one in a direction take each other's place. */
  swap(direction: Direction): void {
    const { tab } = this;
    const other = neighbour(tab.tree, tab.active, direction);
    if (other === null) return;
    const places: Record<string, string> = { [tab.active]: other, [other]: tab.active };
    tab.tree = relabel(tab.tree, (name) => places[name] ?? name) as Tree;
    this.changed();
  }

  /** The nearest terminal in a direction is used from here on; null where there is none. */
  go(direction: Direction): Pane | null {
    const { tab } = this;
    const next = neighbour(tab.tree, tab.active, direction);
    if (next === null) return null;
    tab.active = next;
    this.changed();
    return this.pane;
  }

  moveDivider(path: readonly number[], index: number, by: number): void {
    const { tab } = this;
    tab.tree = moveDivider(tab.tree, path, index, by);
    this.changed();
  }

  /** Give the terminal that is used more room, or with a negative `steps` less. */
  grow(across: boolean, steps: number): void {
    const { tab } = this;
    const found = dividerOf(tab.tree, tab.active, across);
    if (found) this.moveDivider(found.divider.path, found.divider.index, found.sign * steps * STEP);
  }

  /** As it is to be kept: with sessions in the place of terminals; those without one are left out. */
  get layout(): Layout {
    const session = (key: string) => this.panes.get(key)?.shows ?? null;
    return this.tabs.flatMap(({ tree }) => relabel(tree, session) ?? []);
  }

  /** Set up what was kept; `wishes` says how each session is taken up. */
  restore(layout: Layout, wishes: (session: string) => Wish): void {
    this.tabs = layout.map((stored) => {
      const tree = relabel(stored, (session) => this.add(wishes(session))) as Tree;
      const [active = ""] = panesOf(tree);
      return { id: active, tree, active };
    });
    this.at = 0;
  }

  private add(wish: Wish): string {
    const key = `pane-${++this.made}`;
    this.panes.set(key, this.make(wish));
    return key;
  }

  private drop(tab: DeskTab): void {
    const shown = this.tab;
    this.tabs = this.tabs.filter((other) => other !== tab);
    this.at = shown === tab ? Math.max(0, this.at - 1) : this.tabs.indexOf(shown);
    this.at = Math.min(this.at, this.tabs.length - 1);
  }

  private keyOf(pane: Pane): string | null {
    for (const [key, other] of this.panes) if (other === pane) return key;
    return null;
  }
}
