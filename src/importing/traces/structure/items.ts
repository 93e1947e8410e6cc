import type { Call, Execution } from '../executions.js';

/** A call with its repetitions after failures, or a loop. */
export interface Item {
  /** Number of the part; of loops: that of the body, below zero. */
  readonly key: number;
  readonly start: number;
  readonly end: number;
  /** The last try failed. */
  readonly isFailed: boolean;
  /** All tries of a call; empty for a loop. */
  readonly tries: readonly Call[];
  /** The calls of each round; empty for a call. */
  readonly rounds: readonly (readonly Item[])[];
}

/** An execution as a row of items by start. */
export interface Row {
  readonly execution: Execution;
  readonly items: readonly Item[];
  /** It was in the usual state of its endpoint, so that its times and shares count. */
  readonly isCalm: boolean;
}

/** Longest body of a loop. Unit: calls. */
const BODY_MAX = 4;
/** Share of pairs that overlap from which calls are taken to be parallel. */
export const PARALLEL_SHARE = 0.05;

/** Joins tries of a call: a failed one, and the next one to the same part after it. */
export function withTries(execution: Execution, saysAttempts: ReadonlySet<number>): Item[] {
  const items: { call: Call; tries: Call[] }[] = [];
  for (const call of execution.calls) {
    const before = items.findLast(({ call: { part } }) => part === call.part);
    const last = before?.tries[before.tries.length - 1];
    const isRepeated =
      last !== undefined &&
      last.isFailed &&
      call.start >= last.end &&
      (!saysAttempts.has(call.part) || call.attempt > 1);
    if (isRepeated) before!.tries.push(call);
    else items.push({ call, tries: [call] });
  }
  return items.map(({ call, tries }) => {
    const last = tries[tries.length - 1];
    return {
      key: call.part,
      start: call.start,
      end: last.end,
      isFailed: last.isFailed,
      tries,
      rounds: [],
    };
  });
}

/** Bodies of loops by number. */
export class Bodies {
  readonly all: (readonly number[])[] = [];
  private readonly numbers = new Map<string, number>();

  /** Below zero. */
  of(parts: readonly number[]): number {
    const key = parts.join(' ');
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.all.length;
      this.numbers.set(key, number);
      this.all.push(parts);
    }
    return -1 - number;
  }

  partsOf(key: number): readonly number[] {
    return this.all[-1 - key];
  }
}

/** Replaces repeated bodies by loops: bodies that repeat without a break in some executions, in all executions. */
export function withLoops(rows: readonly Row[], bodies: Bodies): readonly Row[] {
  const overlapping = overlappingParts(rows);
  const found = new Map<number, number>();
  for (const { items } of rows)
    for (const body of repeatedIn(items, overlapping, bodies))
      found.set(body, (found.get(body) ?? 0) + 1);
  const least = Math.max(1, 0.01 * rows.length);
  const accepted = [...found].filter(([, count]) => count >= least);
  if (accepted.length === 0) return rows;
  // The most frequent body first: a longer one that begins elsewhere in the same loop is then no other loop.
  accepted.sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  const chosen: (readonly number[])[] = [];
  for (const [key] of accepted) {
    const parts = bodies.partsOf(key);
    if (!chosen.some((other) => isRotation(other, parts))) chosen.push(parts);
  }
  return rows.map(({ execution, items, isCalm }) => ({
    execution,
    isCalm,
    items: collapsed(items, chosen, bodies),
  }));
}

function isRotation(one: readonly number[], other: readonly number[]): boolean {
  if (one.length !== other.length) return false;
  return one.some((_, k) => other.every((part, at) => part === one[(at + k) % one.length]));
}

/** Parts whose calls from one execution overlap each other. */
function overlappingParts(rows: readonly Row[]): ReadonlySet<number> {
  const pairs = new Map<number, { all: number; overlapping: number }>();
  for (const { items } of rows) {
    const last = new Map<number, Item>();
    for (const item of items) {
      const before = last.get(item.key);
      last.set(item.key, item);
      if (before === undefined) continue;
      const seen = pairs.get(item.key) ?? { all: 0, overlapping: 0 };
      seen.all++;
      if (item.start < before.end) seen.overlapping++;
      pairs.set(item.key, seen);
    }
  }
  const parts = new Set<number>();
  for (const [part, { all, overlapping }] of pairs)
    if (overlapping > PARALLEL_SHARE * all) parts.add(part);
  return parts;
}

/** Bodies that occur at least twice in a row, in the order of the items. */
function repeatedIn(
  items: readonly Item[],
  overlapping: ReadonlySet<number>,
  bodies: Bodies,
): ReadonlySet<number> {
  const found = new Set<number>();
  let from = 0;
  while (from < items.length) {
    let step = 1;
    for (let length = 1; length <= BODY_MAX && from + 2 * length <= items.length; length++) {
      const body = items.slice(from, from + length).map(({ key }) => key);
      if (body.some((part) => overlapping.has(part))) break;
      const rounds = roundsAt(items, from, body);
      if (rounds < 2) continue;
      found.add(bodies.of(body));
      step = rounds * length;
      break;
    }
    from += step;
  }
  return found;
}

function roundsAt(items: readonly Item[], from: number, body: readonly number[]): number {
  let at = from;
  while (at + body.length <= items.length && body.every((part, k) => items[at + k].key === part)) {
    at += body.length;
  }
  return (at - from) / body.length;
}

function collapsed(
  items: readonly Item[],
  chosen: readonly (readonly number[])[],
  bodies: Bodies,
): Item[] {
  const out: Item[] = [];
  let from = 0;
  while (from < items.length) {
    const body = chosen.find((parts) => roundsAt(items, from, parts) > 0);
    if (body === undefined) {
      out.push(items[from++]);
      continue;
    }
    const count = roundsAt(items, from, body);
    const rounds = Array.from({ length: count }, (_, k) =>
      items.slice(from + k * body.length, from + (k + 1) * body.length),
    );
    const last = items[from + count * body.length - 1];
    out.push({
      key: bodies.of(body),
      start: items[from].start,
      end: last.end,
      isFailed: last.isFailed,
      tries: [],
      rounds,
    });
    from += count * body.length;
  }
  return out;
}
