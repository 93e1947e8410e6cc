import type { Exemplar, Span } from '../../contracts/result/result.js';
import {
  attribute,
  boxes,
  described,
  label,
  stroke,
  textWidth,
  type Area,
  type Drawing,
} from '../drawing/draw.js';
import { formatSeconds } from '../../text/figures.js';
import { coordinate } from '../base/format.js';
import { markup, shorten, type Markup } from '../base/html-escape.js';
import { linear, niceTicks, type Scale } from '../drawing/scale.js';
import { gridLine } from './frame.js';

/** A row of a waterfall: a span with its depth, in the order of the calls. */
export interface SpanRow {
  readonly span: Span;
  readonly depth: number;
  readonly name: string;
}

/** A piece of a bar, with the use of its time. */
export interface Piece {
  readonly from: number;
  readonly until: number;
  readonly kind: 'network' | 'queue' | 'work' | 'wait' | 'held';
  /** After the caller had left. */
  readonly dead: boolean;
}

/** An interval in which an execution only waits. */
type Wait = Pick<Piece, 'from' | 'until'>;

/**
 * Rows depth first, children in the order of their calls, at most `ROWS`. `left` counts the others, `late` those that
 * were called after the end of the request.
 */
export function spanRows(exemplar: Exemplar): {
  readonly rows: readonly SpanRow[];
  readonly left: number;
  readonly late: number;
} {
  const children = new Map<number | null, Span[]>();
  const ids = new Set(exemplar.spans.map((span) => span.id));
  for (const span of exemplar.spans) {
    const parent = span.parent !== null && ids.has(span.parent) ? span.parent : null;
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const rows: SpanRow[] = [];
  let late = 0;
  const walk = (parent: number | null, depth: number): void => {
    const own = (children.get(parent) ?? []).sort((a, b) => a.called - b.called || a.id - b.id);
    for (const span of own) {
      const over = exemplar.duration > 0 && span.called >= exemplar.duration;
      if (parent !== null && (over || span.sent > exemplar.duration)) {
        late++;
        continue;
      }
      const component = span.name.split('.')[0]!;
      const number = span.attempt > 1 ? ` #${span.attempt}` : '';
      const aside = span.background === true ? ' (background)' : '';
      rows.push({ span, depth, name: `${component}${number}${aside}` });
      if (depth < 64) walk(span.id, depth + 1);
    }
  };
  walk(null, 0);
  return { rows: rows.slice(0, ROWS), left: Math.max(0, rows.length - ROWS), late };
}

/** The pieces of a span's bar. Time inside a callee is waiting; the rest of the execution is its own work. */
export function piecesOf(span: Span, all: readonly Span[], end: number): Piece[] {
  const limit = Math.max(end, span.answered ?? 0);
  const finish = Math.min(limit, span.ended ?? span.answered ?? span.gone ?? limit);
  const pieces: Omit<Piece, 'dead'>[] = [];
  const add = (from: number, until: number, kind: Piece['kind']): void => {
    if (until > from) pieces.push({ from, until, kind });
  };
  add(heldFrom(span, all), span.opened ?? span.sent, 'held');
  if (span.opened !== undefined) add(span.opened, span.sent, 'wait');
  const arrived = span.arrived ?? span.answered ?? span.gone ?? finish;
  add(span.sent, Math.min(arrived, limit), 'network');
  if (span.arrived !== null)
    add(span.arrived, Math.min(span.begun ?? span.ended ?? span.answered ?? limit, limit), 'queue');
  if (span.begun !== null) {
    let at = span.begun;
    const waits = all
      .filter((child) => child.parent === span.id && isAwaited(child, span))
      .flatMap((child) => waitsFor(child, limit))
      .sort((a, b) => a.from - b.from);
    for (const wait of waits) {
      const until = Math.min(wait.until, finish);
      add(at, Math.min(wait.from, finish), 'work');
      add(Math.max(at, wait.from), until, 'wait');
      at = Math.max(at, until);
    }
    add(at, finish, 'work');
  }
  if (span.ended !== null && span.answered !== null)
    add(span.ended, Math.min(span.answered, limit), 'network');
  return pieces.flatMap((piece) => splitAt(piece, span.gone));
}

/**
 * Intervals in which the execution waits for a call. For a transaction it waits twice: for the connection and for the
 * commit.
 */
function waitsFor({ called, opened, sent, answered, gone }: Span, limit: number): Wait[] {
  const until = gone ?? answered ?? limit;
  if (opened === undefined) return [{ from: called, until }];
  return [
    { from: called, until: opened },
    { from: sent, until },
  ];
}

/** Whether the execution waits for the call; it does not wait for background calls. */
function isAwaited(child: Span, parent: Span): boolean {
  return child.background !== true || parent.background === true;
}

/** One request under one variant, on its own scale. */
export function waterfallChart(exemplar: Exemplar, variant: string, width: number): Drawing {
  const { rows } = spanRows(exemplar);
  const end = Math.max(exemplar.duration, 1e-6);
  const indent = width < 400 ? 6 : 8;
  const left = Math.min(
    width * 0.36,
    rows.reduce(
      (most, row) => Math.max(most, textWidth(shorten(row.name, 20), 12) + row.depth * indent),
      0,
    ) + 12,
  );
  const x = linear([0, end], [left, width - 16]);
  const ticks = niceTicks([0, end], 4).filter((at) => at <= end);
  const bottom = 4 + rows.length * SPAN_ROW;
  const grid = ticks.map((at) => `M${coordinate(x(at))} 2V${coordinate(bottom)}`);
  return {
    width,
    height: bottom + 22,
    title: `Request ${exemplar.key} under ${variant}: ${exemplar.outcome} after ${formatSeconds(exemplar.duration)}`,
    description: described(
      rows.map(({ name, span }) => `${name} ${answerText(span)}`),
      ', ',
    ),
    body: [
      stroke(grid.join(''), 'var(--grid)', 1),
      rows.length === 0 ? gridLine(0, width, bottom) : null,
      markup`<g fill="var(--ink2)">${rows.map((row, i) => nameMark(row, 4 + i * SPAN_ROW, indent))}</g>`,
      barMarks(rows, exemplar, x, end),
      rows.map((row, i) => crossOf(row, exemplar, x, end, 4 + i * SPAN_ROW)),
      ticks.map((at, i) => {
        const near = x(at) > width - 26;
        return label(near ? width : x(at), bottom + 16, at === 0 ? '0' : formatSeconds(at), {
          anchor: near ? 'end' : i === 0 ? 'start' : 'middle',
          size: 11,
        });
      }),
    ],
  };
}

const ROWS = 28;
/** Height of the row of a span. */
export const SPAN_ROW = 16;

const FILLS: Readonly<Record<Piece['kind'], string>> = {
  network: 'var(--rule)',
  queue: 'var(--queue)',
  work: 'var(--work)',
  wait: 'var(--wait)',
  held: 'var(--bg)',
};

function nameMark({ depth, name }: SpanRow, y: number, indent: number): Markup {
  const isRoot = depth === 0;
  return label(depth * indent, y + 11, shorten(name, 20), {
    fill: isRoot ? 'var(--ink)' : undefined,
    weight: isRoot ? 600 : undefined,
  });
}

/** The pieces of all rows, a path for each look. */
function barMarks(
  rows: readonly SpanRow[],
  exemplar: Exemplar,
  x: Scale,
  end: number,
): (Markup | null)[] {
  const looks = new Map<string, { areas: Area[]; kind: Piece['kind']; dead: boolean }>();
  rows.forEach(({ span }, i) => {
    const y = 4 + i * SPAN_ROW;
    for (const { from: start, until, kind, dead } of piecesOf(span, exemplar.spans, end)) {
      const from = Math.min(start, end);
      const width = Math.max(0.8, x(Math.min(until, end)) - x(from));
      if (start >= end && end > 0 && dead) continue;
      const [top, height] = kind === 'network' ? [y + 6.5, 3] : [y + 3, 10];
      const key = `${kind} ${dead}`;
      const look = looks.get(key) ?? { areas: [], kind, dead };
      look.areas.push({ x: x(from), y: top, width, height });
      looks.set(key, look);
    }
  });
  return [...looks.values()].map(({ areas, kind, dead }) =>
    boxes(areas, FILLS[kind], kind === 'held' ? HELD : dead ? FADED : null),
  );
}

const HELD = attribute('stroke', 'var(--ink3)');
const FADED = attribute('fill-opacity', 0.35);

function crossOf(
  { span }: SpanRow,
  exemplar: Exemplar,
  x: Scale,
  end: number,
  y: number,
): Markup | null {
  if (!failed(span) || lostRace(span, exemplar.spans)) return null;
  const at = Math.min(left(span) ?? span.ended ?? end, end);
  return cross(x(at) + 5, y + 8);
}

function answerText({ outcome, status }: Span): string {
  return status === undefined ? outcome : `${outcome} ${status}`;
}

/** True if the caller got no usable response: it left before there was one, or the response is a failure. */
function failed(span: Span): boolean {
  if (span.gone !== null && span.answered === null) return true;
  return span.outcome !== 'ok' && span.outcome !== 'degraded';
}

/** True if another attempt of the same call got the first response, so that this one was cancelled. */
export function lostRace(span: Span, all: readonly Span[]): boolean {
  if (span.outcome !== 'cancelled' || span.gone === null) return false;
  return all.some(
    (other) =>
      other.attempt !== span.attempt &&
      other.parent === span.parent &&
      other.name === span.name &&
      other.answered === span.gone,
  );
}

/** Time at which the caller was done with an attempt: at the response, or when it left. */
function left(span: Span): number | null {
  return span.answered ?? span.gone;
}

/** Time at which an attempt began to wait: a retry after the previous attempt, a first attempt when it was called. */
function heldFrom(span: Span, all: readonly Span[]): number {
  const before = all.find(
    (s) =>
      s.parent === span.parent &&
      s.name === span.name &&
      s.called === span.called &&
      s.attempt === span.attempt - 1,
  );
  return before === undefined ? span.called : Math.max(span.called, left(before) ?? span.called);
}

function cross(x: number, y: number): Markup {
  const a = coordinate(x - 3);
  const b = coordinate(x + 3);
  const top = coordinate(y - 3);
  const bottom = coordinate(y + 3);
  return stroke(`M${a} ${top}L${b} ${bottom}M${a} ${bottom}L${b} ${top}`, 'var(--dead)', 2);
}

function splitAt(piece: Omit<Piece, 'dead'>, gone: number | null): Piece[] {
  if (gone === null || piece.until <= gone) return [{ ...piece, dead: false }];
  if (piece.from >= gone) return [{ ...piece, dead: true }];
  return [
    { ...piece, until: gone, dead: false },
    { ...piece, from: gone, dead: true },
  ];
}
