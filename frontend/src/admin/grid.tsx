/**
 * A table of any number of rows, of which only those in sight are drawn.
 * One stop for the Tab key: the arrows move within it, Enter opens the row that is chosen, and the
 * space bar picks it where rows can be picked.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Column, inSight, type Order, reordered } from "./rows.ts";
import { TEXT } from "./text.ts";

export interface GridColumn<Row> extends Column<Row> {
  cell: (row: Row) => ComponentChildren;
  /** As in `grid-template-columns`. */
  width: string;
  number?: boolean;
  /** Left out where there is little room. */
  wide?: boolean;
}

interface Props<Row> {
  name: string;
  /** For the ids of the rows in the document. */
  prefix: string;
  columns: GridColumn<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  order: Order;
  setOrder: (order: Order) => void;
  chosen: string | null;
  open: (row: Row) => void;
  empty: string;
  /** A row to be brought into sight when it is another one than before. */
  reveal?: string | null;
  /** Rows can be picked, by a box or the space bar, where this is given. */
  picks?: Picks;
}

export interface Picks {
  picked: ReadonlySet<string>;
  toggle: (key: string) => void;
  /** Of one row, for those who do not see it. */
  label: (key: string) => string;
}

const isNarrow = () => matchMedia("(max-width: 46rem)").matches;

/** Pixels, at the text's own size; narrow screens have two lines for each row. */
function rowHeight(): number {
  const size = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.round(size * (isNarrow() ? 4 : 2.5));
}

/** How wide a table has to be, in multiples of the text's size, to show all columns. */
const ROOM = 70;

export function Grid<Row>(props: Props<Row>) {
  const { rows, keyOf, prefix, order, picks } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600, width: 1200, row: 40 });
  const [at, setAt] = useState<string | null>(null);
  const measure = () => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop: top, clientHeight, clientWidth: width } = element;
    // The headings stay in sight, above the rows.
    const height = clientHeight - (head.current?.offsetHeight ?? 0);
    setView({ top, height, width, row: rowHeight() });
  };
  useLayoutEffect(measure, []);
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  const [first, last] = inSight(view.top, view.height, view.row, rows.length);
  const roomy = isNarrow() || view.width / (view.row / 2.5) >= ROOM;
  const columns = props.columns.filter((column) => roomy || !column.wide);
  const widths = [...(picks ? ["1.6rem"] : []), ...columns.map((column) => column.width)];
  const template = { "--columns": widths.join(" ") };
  const position = at === null ? -1 : rows.findIndex((row) => keyOf(row) === at);

  const move = (to: number) => {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    const row = rows[index];
    const element = scroller.current;
    if (!row || !element) return;
    setAt(keyOf(row));
    const top = index * view.row;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + view.row > element.scrollTop + view.height) {
      element.scrollTop = top + view.row - view.height;
    }
  };
  useEffect(() => {
    const index = props.reveal ? rows.findIndex((row) => keyOf(row) === props.reveal) : -1;
    if (index < 0 || !scroller.current) return;
    move(index);
    // The first of those that have come, so it stands at the top.
    scroller.current.scrollTop = index * view.row;
  }, [props.reveal]);
  const page = Math.max(1, Math.floor(view.height / view.row) - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    // A heading is pressed with Enter, too.
    if (event.target !== event.currentTarget) return;
    const steps: Record<string, number> = {
      ArrowDown: position + 1,
      ArrowUp: position < 0 ? 0 : position - 1,
      PageDown: position + page,
      PageUp: position - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = steps[event.key];
    const row = rows[position];
    if (to !== undefined) move(to);
    else if (event.key === "Enter" && row) props.open(row);
    else if (event.key === " " && row && picks) picks.toggle(keyOf(row));
    else return;
    event.preventDefault();
  };
  const shown = rows.slice(first, last);
  const active = position >= first && position < last && at !== null ? `${prefix}-${at}` : undefined;
  return (
    <div class="grid" style={template} role="grid" aria-label={`${props.name}. ${picks ? TEXT.pickHint : TEXT.gridHint}`}
      aria-rowcount={rows.length + 1} aria-multiselectable={picks ? true : undefined} ref={scroller} tabIndex={0} aria-activedescendant={active}
      onScroll={measure} onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target === event.currentTarget && position < 0) move(Math.ceil(view.top / view.row));
      }}>
      <div class="head" role="rowgroup" ref={head}>
        <div class="row" role="row" aria-rowindex={1}>
          {picks && <div role="columnheader"><span class="off-screen">{TEXT.picked}</span></div>}
          {columns.map((column) => (
            <Heading key={column.key} column={column} order={order} setOrder={props.setOrder} />
          ))}
        </div>
      </div>
      <div class="body" role="rowgroup">
        {rows.length === 0 && (
          <div role="row" class="empty"><div role="gridcell">{props.empty}</div></div>
        )}
        <div role="presentation" style={{ height: `${rows.length * view.row}px` }} class="space">
          <div role="presentation" style={{ transform: `translateY(${first * view.row}px)` }}>
            {shown.map((row, index) => {
              const key = keyOf(row);
              const state = key === props.chosen ? "chosen" : key === at ? "at" : "";
              return (
                <div key={key} id={`${prefix}-${key}`} role="row" aria-rowindex={first + index + 2}
                  aria-selected={picks ? picks.picked.has(key) : key === props.chosen}
                  aria-current={key === props.chosen} class={`row ${state}`}
                  style={{ height: `${view.row}px` }}
                  onClick={() => (setAt(key), props.open(row))}>
                  {picks && (
                    <div role="gridcell" data-column="pick" onClick={(event) => event.stopPropagation()}>
                      <input type="checkbox" tabIndex={-1} aria-label={picks.label(key)}
                        checked={picks.picked.has(key)} onChange={() => picks.toggle(key)} />
                    </div>
                  )}
                  {columns.map((column) => (
                    <div key={column.key} role="gridcell" data-column={column.key}
                      class={column.number ? "number" : ""}>{column.cell(row)}</div>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

interface HeadingProps<Row> {
  column: GridColumn<Row>;
  order: Order;
  setOrder: (order: Order) => void;
}

function Heading<Row>({ column, order, setOrder }: HeadingProps<Row>) {
  const mine = order.key === column.key;
  const way = order.descending ? "descending" : "ascending";
  return (
    <div role="columnheader" aria-sort={mine ? way : "none"} class={column.number ? "number" : ""}>
      {column.value ? (
        <button type="button" class={mine ? `sorted ${way}` : ""}
          onClick={() => setOrder(reordered(order, column))}>{column.label}</button>
      ) : (
        <span>{column.label}</span>
      )}
    </div>
  );
}
