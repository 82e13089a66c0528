/**
 * How terminals share a window: a tree of splits with terminals as its leaves. Trees are values: what
 * changes one gives another.
 */

export interface Leaf {
  readonly pane: string;
}

export interface Split {
  /** Side by side, or one below the other. */
  readonly across: boolean;
  readonly parts: readonly Tree[];
  /** How much of the room each part has; together 1. */
  readonly shares: readonly number[];
}

export type Tree = Leaf | Split;

/** In fractions of the window. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A border between two parts that can be moved. */
export interface Divider {
  /** Which split it is in: the index of a part at each level. */
  path: readonly number[];
  /** It lies behind this part. */
  index: number;
  across: boolean;
  box: Box;
  /** The share of the part before it, of the two that it lies between. */
  value: number;
}

export interface Placed {
  panes: Map<string, Box>;
  dividers: Divider[];
}

/** No part becomes so small that it cannot be found any more. */
const LEAST_SHARE = 0.08;

const isLeaf = (tree: Tree): tree is Leaf => "pane" in tree;

/** The terminals of a tree, in reading order. */
export function panesOf(tree: Tree): string[] {
  return isLeaf(tree) ? [tree.pane] : tree.parts.flatMap(panesOf);
}

/** Put a terminal beside another one, or below it; the two share the room. */
export function splitPane(tree: Tree, pane: string, added: string, across: boolean): Tree {
  return graft(tree, pane, { pane: added }, across ? "Right" : "Down");
}

/** Put terminals at a side of another one, with which they share its room. */
export function graft(tree: Tree, pane: string, added: Tree, side: Direction): Tree {
  const across = side === "Left" || side === "Right";
  const ahead = side === "Left" || side === "Up";
  if (isLeaf(tree)) {
    if (tree.pane !== pane) return tree;
    return { across, parts: ahead ? [added, tree] : [tree, added], shares: [0.5, 0.5] };
  }
  const at = tree.parts.findIndex((part) => isLeaf(part) && part.pane === pane);
  if (at < 0 || tree.across !== across) {
    return { ...tree, parts: tree.parts.map((part) => graft(part, pane, added, side)) };
  }
  // In a row that goes the same way it becomes one more, and only its neighbour gives room.
  const half = (tree.shares[at] ?? 0) / 2;
  return {
    ...tree,
    parts: tree.parts.toSpliced(ahead ? at : at + 1, 0, added),
    shares: tree.shares.toSpliced(at, 1, half, half),
  };
}

/** Give each terminal another name; null takes it out, and its neighbours get the room. */
export function relabel(tree: Tree, rename: (pane: string) => string | null): Tree | null {
  if (isLeaf(tree)) {
    const pane = rename(tree.pane);
    return pane === null ? null : { pane };
  }
  const kept = tree.parts.flatMap((part, at) => {
    const renamed = relabel(part, rename);
    return renamed ? [{ part: renamed, share: tree.shares[at] ?? 0 }] : [];
  });
  if (kept.length < 2) return kept[0]?.part ?? null;
  const all = kept.reduce((sum, { share }) => sum + share, 0);
  return {
    across: tree.across,
    parts: kept.map(({ part }) => part),
    shares: kept.map(({ share }) => share / all),
  };
}

export function withoutPane(tree: Tree, pane: string): Tree | null {
  return relabel(tree, (name) => (name === pane ? null : name));
}

/** Move a divider by a fraction of the room of its split. */
export function moveDivider(tree: Tree, path: readonly number[], index: number, by: number): Tree {
  if (isLeaf(tree)) return tree;
  const [first, ...rest] = path;
  if (first !== undefined) {
    const parts = tree.parts.map((part, at) => (at === first ? moveDivider(part, rest, index, by) : part));
    return { ...tree, parts };
  }
  const [before = 0, after = 0] = tree.shares.slice(index, index + 2);
  const step = Math.max(LEAST_SHARE - before, Math.min(after - LEAST_SHARE, by));
  if (before + after < 2 * LEAST_SHARE) return tree;
  return { ...tree, shares: tree.shares.toSpliced(index, 2, before + step, after - step) };
}

/** Where everything is. */
export function place(tree: Tree): Placed {
  const placed: Placed = { panes: new Map(), dividers: [] };
  put(tree, { left: 0, top: 0, width: 1, height: 1 }, [], placed);
  return placed;
}

function put(tree: Tree, box: Box, path: readonly number[], placed: Placed): void {
  if (isLeaf(tree)) {
    placed.panes.set(tree.pane, box);
    return;
  }
  let before = 0;
  tree.parts.forEach((part, index) => {
    const share = tree.shares[index] ?? 0;
    const own = tree.across
      ? { ...box, left: box.left + before * box.width, width: share * box.width }
      : { ...box, top: box.top + before * box.height, height: share * box.height };
    before += share;
    put(part, own, [...path, index], placed);
    if (index === tree.parts.length - 1) return;
    const next = tree.shares[index + 1] ?? 0;
    placed.dividers.push({
      path, index, across: tree.across, value: share / (share + next),
      box: tree.across ? { ...own, left: own.left + own.width, width: 0 }
        : { ...own, top: own.top + own.height, height: 0 },
    });
  });
}

export type Direction = "Left" | "Right" | "Up" | "Down";

/** The nearest terminal in a direction; null where there is none. */
export function neighbour(tree: Tree, pane: string, direction: Direction): string | null {
  const { panes } = place(tree);
  const from = panes.get(pane);
  if (!from) return null;
  const across = direction === "Left" || direction === "Right";
  const sign = direction === "Right" || direction === "Down" ? 1 : -1;
  const middle = ({ left, top, width, height }: Box) => ({ x: left + width / 2, y: top + height / 2 });
  const here = middle(from);
  const there = [...panes].flatMap(([name, box]) => {
    const { x, y } = middle(box);
    const ahead = (across ? x - here.x : y - here.y) * sign;
    const aside = Math.abs(across ? y - here.y : x - here.x);
    return name !== pane && ahead > 1e-6 ? [{ name, far: ahead + 2 * aside }] : [];
  });
  return there.sort((one, other) => one.far - other.far)[0]?.name ?? null;
}

/** The divider that makes a terminal wider or higher, and which way it has to move for that. */
export function dividerOf(tree: Tree, pane: string, across: boolean): { divider: Divider; sign: 1 | -1 } | null {
  const { panes, dividers } = place(tree);
  const box = panes.get(pane);
  if (!box) return null;
  const near = (one: number, other: number) => Math.abs(one - other) < 1e-6;
  const own = dividers.filter((divider) => divider.across === across);
  const end = across ? box.left + box.width : box.top + box.height;
  const start = across ? box.left : box.top;
  const at = (divider: Divider) => (across ? divider.box.left : divider.box.top);
  const behind = own.find((divider) => near(at(divider), end));
  if (behind) return { divider: behind, sign: 1 };
  const ahead = own.find((divider) => near(at(divider), start));
  return ahead ? { divider: ahead, sign: -1 } : null;
}

/** Whether something that was stored is a tree, and not too deep a one. */
export function isTree(value: unknown, depth = 0): value is Tree {
  if (typeof value !== "object" || value === null || depth > 8) return false;
  const { pane, across, parts, shares } = value as Record<string, unknown>;
  if (pane !== undefined) return typeof pane === "string";
  return (
    typeof across === "boolean" && Array.isArray(parts) && Array.isArray(shares) &&
    parts.length > 1 && parts.length <= 16 && shares.length === parts.length &&
    shares.every((share) => typeof share === "number" && share > 0 && share <= 1) &&
    parts.every((part) => isTree(part, depth + 1))
  );
}
