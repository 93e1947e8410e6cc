import { entries, get, items, map, scalar, text, type MapNode, type Node } from '../located.js';
import { longScalar } from '../merge.js';
import { itemIs, type Edit } from '../patch.js';
import { parsePath } from '../paths.js';
import { Range, settingOf } from '../sweep-values.js';

/** The value at a path of a tree; undefined if nothing is written there. */
export function nodeAt(tree: Node, path: string): Node | undefined {
  const parsed = parsePath(path);
  if (!parsed.ok) return undefined;
  let node: Node | undefined = tree;
  for (const segment of parsed.segments) {
    const held: Node | undefined = node?.type === 'scalar' ? (longScalar(node) ?? node) : node;
    if (segment.kind === 'key') node = get(held, segment.key);
    else if (segment.kind === 'index') node = items(held)[segment.index];
    else {
      const { name } = segment;
      node =
        items(held).find((item) => itemIs(item, name)) ??
        items(held).find((item) => get(item, name) !== undefined);
    }
  }
  return node;
}

/** A value at a path as the file writes it, for sentences: `200ms` also for `{ after: 200ms }`. */
export function valueText(path: string, node: Node | undefined): string | null {
  if (node === undefined) return null;
  return settingOf(isWeights(path) ? node : short(node)).text.replace(/([:,])/g, '$1 ');
}

function isWeights(path: string): boolean {
  return /(^|\.)to$/.test(path);
}

/** The only value of a mapping, which a scenario may write instead of the mapping. */
function short(node: Node): Node {
  const [only, ...more] = entries(node);
  const isShort = only !== undefined && more.length === 0 && only[1].value.type === 'scalar';
  return isShort ? only[1].value : node;
}

/** The value of an edit at a strength between 0 and 1, or the reason why it has no such value. */
export function valueAt(edit: Edit, before: Node | undefined, strength: number): Node | string {
  const to = edit.value!;
  if (strength === 1) return to;
  if (before === undefined) return `${edit.path} has no value before, so it has no steps`;
  if (isWeights(edit.path)) return sharesAt(weightsOf(before), weightsOf(to), to, strength);
  const range = Range.between(short(before), short(to), 'linear');
  return typeof range === 'string'
    ? `${range.replace(': a range needs numbers', '')}: a ramp needs two numbers, durations, shares or weights`
    : range.at(strength).node;
}

type Weights = ReadonlyMap<string, number> | null;

/** The weights of `to`, as shares of 1; null if some are no numbers. */
function weightsOf(node: Node): Weights {
  const single = text(node);
  if (single !== undefined) return new Map([[single, 1]]);
  const all = entries(node).map(([name, { value }]) => [name, numberOf(value)] as const);
  if (all.some(([, weight]) => Number.isNaN(weight))) return null;
  const sum = all.reduce((total, [, weight]) => total + weight, 0);
  return sum > 0 ? new Map(all.map(([name, weight]) => [name, weight / sum])) : null;
}

function numberOf(node: Node): number {
  return settingOf(node).number ?? NaN;
}

/** Weights on the way between two sets of weights, in percent. */
function sharesAt(from: Weights, to: Weights, place: Node, strength: number): MapNode | string {
  if (from === null || to === null) return 'a ramp of targets needs weights that are numbers';
  const names = new Set([...from.keys(), ...to.keys()]);
  const weights = [...names].map((name) => {
    const share = (from.get(name) ?? 0) * (1 - strength) + (to.get(name) ?? 0) * strength;
    const value = scalar(Number((100 * share).toFixed(6)), place.at);
    return [name, { key: place.at, value }] as const;
  });
  return map(new Map(weights), place.at);
}
