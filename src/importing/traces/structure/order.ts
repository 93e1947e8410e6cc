import { PARALLEL_SHARE, type Item, type Row } from './items.js';

/** Order of the steps of an endpoint: a step, or several of them one after the other or at the same time. */
export type Order =
  | { readonly kind: 'step'; readonly label: number }
  | { readonly kind: 'series'; readonly parts: readonly Order[] }
  | { readonly kind: 'parallel'; readonly parts: readonly Order[] };

/** Most occurrences of a key within an execution. */
const OCCURRENCES = 64;

/** Most steps of an endpoint. */
const LABELS_MAX = 64;
/** Pairs below which one overlap is no evidence of parallel calls. */
const NS_EQUAL = 1000;

/** Labels of items: a key and its occurrence within the execution, so that each is there once. */
export class Labels {
  /** Key by label. */
  readonly keys: number[] = [];
  /** Executions that have it. */
  readonly counts: number[] = [];
  private readonly numbers = new Map<string, number>();

  /** The items of a row by label. */
  of(items: readonly Item[]): ReadonlyMap<number, Item> {
    const seen = new Map<number, number>();
    const byLabel = new Map<number, Item>();
    for (const item of items) {
      const occurrence = seen.get(item.key) ?? 0;
      seen.set(item.key, occurrence + 1);
      if (occurrence >= OCCURRENCES) continue;
      byLabel.set(this.number(item.key, occurrence), item);
    }
    return byLabel;
  }

  private number(key: number, occurrence: number): number {
    const name = `${key} ${occurrence}`;
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.keys.length;
      this.numbers.set(name, number);
      this.keys.push(key);
      this.counts.push(0);
    }
    return number;
  }
}

/** Counts of pairs of labels over all executions. */
interface Pairs {
  readonly n: number;
  /** Executions in which the first one starts earlier, and those in which it ends before the second one starts. */
  readonly starts: Float64Array;
  readonly precedes: Float64Array;
  readonly together: Float64Array;
  /** Sum of the place of each label within its execution, for labels that never occur together. */
  readonly places: Float64Array;
}

/**
 * The order of labels over all executions. A pair is in order unless its calls overlap in more than 5 % of the executions that
 * have both: a single execution shows only one of the possible orders. Calls without an overlap are in the order that most
 * executions have. Labels that never occur together are in order. Series and parallel blocks are the components of this relation and of its
 * complement. Source: Valdes, Tarjan and Lawler 1982, The recognition of series parallel digraphs.
 */
export function orderOf(
  rows: readonly ReadonlyMap<number, Item>[],
  labels: readonly number[],
): Order {
  const chosen = labels.slice(0, LABELS_MAX);
  const pairs = count(rows, chosen);
  const n = chosen.length;
  const isOrdered = (a: number, b: number): boolean => {
    const together = pairs.together[a * n + b];
    if (together === 0) return true;
    const apart = pairs.precedes[a * n + b] + pairs.precedes[b * n + a];
    return together - apart <= PARALLEL_SHARE * together;
  };
  const all = chosen.map((_, k) => k);
  const shape = decompose(all, isOrdered, pairs);
  return relabel(shape, chosen);
}

function count(rows: readonly ReadonlyMap<number, Item>[], labels: readonly number[]): Pairs {
  const n = labels.length;
  const index = new Map(labels.map((label, k) => [label, k]));
  const starts = new Float64Array(n * n);
  const precedes = new Float64Array(n * n);
  const together = new Float64Array(n * n);
  const places = new Float64Array(n);
  const seen = new Float64Array(n);
  for (const row of rows) {
    const present: { k: number; item: Item }[] = [];
    for (const [label, item] of row) {
      const k = index.get(label);
      if (k !== undefined) present.push({ k, item });
    }
    present.forEach(({ k, item }, at) => {
      places[k] += (at + 1) / (present.length + 1);
      seen[k]++;
      for (let other = at + 1; other < present.length; other++) {
        const { k: l, item: next } = present[other];
        together[k * n + l]++;
        together[l * n + k]++;
        starts[k * n + l]++;
        if (next.start >= item.end - Math.min(NS_EQUAL, (item.end - item.start) / 2)) {
          precedes[k * n + l]++;
        }
      }
    });
  }
  for (let k = 0; k < n; k++) places[k] /= Math.max(1, seen[k]);
  return { n, starts, precedes, together, places };
}

type IsOrdered = (a: number, b: number) => boolean;

function decompose(members: readonly number[], isOrdered: IsOrdered, pairs: Pairs): Order {
  if (members.length === 1) return { kind: 'step', label: members[0] };
  const blocks = components(members, (a, b) => !isOrdered(a, b));
  if (blocks.length > 1) {
    const parts = inOrder(blocks, pairs).map((block) => decompose(block, isOrdered, pairs));
    return { kind: 'series', parts };
  }
  const branches = components(members, isOrdered);
  if (branches.length > 1) {
    const parts = branches.map((branch) => decompose(branch, isOrdered, pairs));
    return { kind: 'parallel', parts };
  }
  return layered(members, isOrdered, pairs);
}

/** An order that is neither: what may start first is one block, then what may start after it. */
function layered(members: readonly number[], isOrdered: IsOrdered, pairs: Pairs): Order {
  const { n, precedes } = pairs;
  const before = (a: number, b: number): boolean =>
    isOrdered(a, b) && precedes[a * n + b] > precedes[b * n + a];
  const parts: Order[] = [];
  let rest = members;
  while (rest.length > 0) {
    let layer = rest.filter((b) => !rest.some((a) => a !== b && before(a, b)));
    if (layer.length === 0) layer = [rest[0]];
    const steps = layer.map((label): Order => ({ kind: 'step', label }));
    parts.push(steps.length === 1 ? steps[0] : { kind: 'parallel', parts: steps });
    rest = rest.filter((one) => !layer.includes(one));
  }
  return { kind: 'series', parts };
}

function components(
  members: readonly number[],
  isJoined: (a: number, b: number) => boolean,
): number[][] {
  const left = new Set(members);
  const found: number[][] = [];
  for (const first of members) {
    if (!left.delete(first)) continue;
    const component = [first];
    for (const one of component) {
      for (const other of left) {
        if (!isJoined(one, other)) continue;
        left.delete(other);
        component.push(other);
      }
    }
    found.push(component.sort((a, b) => a - b));
  }
  return found;
}

/** Blocks by how many others start before them. */
function inOrder(blocks: readonly number[][], pairs: Pairs): readonly number[][] {
  const { n, starts, places } = pairs;
  const isBefore = (a: readonly number[], b: readonly number[]): boolean => {
    let sum = 0;
    for (const x of a) for (const y of b) sum += starts[x * n + y] - starts[y * n + x];
    return sum === 0 ? meanOf(a, places) < meanOf(b, places) : sum > 0;
  };
  const scored = blocks.map((block, at) => ({
    block,
    at,
    score: blocks.filter((other) => other !== block && isBefore(other, block)).length,
  }));
  scored.sort((a, b) => a.score - b.score || a.at - b.at);
  return scored.map(({ block }) => block);
}

function meanOf(members: readonly number[], places: Float64Array): number {
  return members.reduce((sum, k) => sum + places[k], 0) / members.length;
}

function relabel(order: Order, labels: readonly number[]): Order {
  if (order.kind === 'step') return { kind: 'step', label: labels[order.label] };
  return { kind: order.kind, parts: order.parts.map((part) => relabel(part, labels)) };
}

/** Rows by label, and the labels that enough executions have, the most frequent first. */
export function labelled(rows: readonly Row[]): {
  readonly rows: readonly ReadonlyMap<number, Item>[];
  readonly labels: Labels;
} {
  const labels = new Labels();
  const byLabel = rows.map(({ items }) => labels.of(items));
  for (const row of byLabel) for (const label of row.keys()) labels.counts[label]++;
  return { rows: byLabel, labels };
}
