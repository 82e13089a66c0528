/** Finding and sorting rows: the same few lines for sessions, users and events. */
import { FORMATS } from "./text.ts";

export interface Column<Row> {
  key: string;
  label: string;
  /** What rows are sorted by; a column without it cannot be. */
  value?: (row: Row) => string | number;
  /** Whether the largest come first when it is chosen. */
  descending?: boolean;
}

export interface Order {
  key: string;
  descending: boolean;
}

/** The rows whose words contain every word that is searched for. */
export function find<Row>(rows: Iterable<Row>, search: string, words: (row: Row) => string): Row[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found: Row[] = [];
  for (const row of rows) {
    const text = wanted.length > 0 ? words(row).toLowerCase() : "";
    if (wanted.every((word) => text.includes(word))) found.push(row);
  }
  return found;
}

/** A sorted copy; rows that are equal keep their order. */
export function sort<Row>(rows: Row[], columns: Column<Row>[], order: Order): Row[] {
  const value = columns.find((column) => column.key === order.key)?.value;
  if (!value) return rows;
  const sign = order.descending ? -1 : 1;
  return rows
    .map((row) => [value(row), row] as const)
    .sort(([one], [other]) => {
      if (typeof one === "number" && typeof other === "number") return sign * (one - other);
      return sign * FORMATS.compare(String(one), String(other));
    })
    .map(([, row]) => row);
}

/** The order after a click on a column's heading. */
export function reordered<Row>(order: Order, column: Column<Row>): Order {
  if (order.key === column.key) return { key: order.key, descending: !order.descending };
  return { key: column.key, descending: column.descending ?? false };
}

/** Which rows are in sight, with some beyond either edge. */
export function inSight(top: number, height: number, rowHeight: number, count: number, more = 8): [number, number] {
  const first = Math.max(0, Math.floor(top / rowHeight) - more);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + more);
  return [Math.min(first, last), last];
}
