import type { VariantResult } from '../../contracts/result/result.js';
import type { VariantChange } from '../../contracts/scenario/scenario.js';
import { flow } from '../../text/flow.js';
import { byCodeUnit, sortedKeys } from '../../text/order.js';
import { listed } from '../base/format.js';
import { replacedBy } from './reference.js';
import type { View } from './view.js';

/** A setting that differs between two variants; null = not set. */
type Setting = Pick<VariantChange, 'path' | 'from' | 'to'>;
export type Settings = readonly Setting[];

/** What makes a variant of the one that it takes the place of. */
export function settingsOf(view: View, variant: VariantResult): Settings {
  const from = replacedBy(view, variant);
  const [old, own] = [from, variant].map(({ changes = [] }) => changes);
  const paths = [...new Set([...old!, ...own!].map(({ path }) => path))].sort(byCodeUnit);
  const isPart = (path: string): boolean =>
    paths.some((other) => path.startsWith(`${other}.`) || path.startsWith(`${other}[`));
  // A change of a mapping and one of its part are no differences of single values.
  if (from !== view.baseline && paths.some(isPart)) return [];
  return paths.flatMap((path) => {
    const [before, after] = [old!, own!].map((all) => all.find((one) => one.path === path));
    const usual = (before ?? after)!.from;
    const [then, now] = [before, after].map((one) => (one === undefined ? usual : one.to));
    return flow(then) === flow(now) ? [] : [{ path, from: then, to: now }];
  });
}

/** `a: 6 → 12 and b: unset → 24`, and the same by their paths. */
export function settingsTexts(all: Settings): { readonly values: string; readonly paths: string } {
  const values = groupsOf(all.flatMap(leavesOf)).map(groupWords);
  return { values: listed(values), paths: listed(all.map(({ path }) => path)) };
}

/** Settings with their values, in a line; of very many the first ones, and how many more the patch below has. */
export function settingsLineText(all: Settings): string {
  const groups = groupsOf(all.flatMap(leavesOf));
  const left = groups.slice(MOST).flat().length;
  const words = groups.slice(0, MOST).map(groupWords);
  return left > 0 ? `${words.join(', ')} and ${left} more in the patch of Do` : listed(words);
}

/** Settings that a line names. */
const MOST = 12;

/** Neighbours in the same mapping, which a text names once. */
function groupsOf(leaves: Settings): readonly Settings[] {
  const groups: Setting[][] = [];
  for (const leaf of leaves) {
    const last = groups.at(-1);
    if (last !== undefined && parentOf(last[0]!) === parentOf(leaf)) last.push(leaf);
    else groups.push([leaf]);
  }
  return groups;
}

function parentOf({ path }: Setting): string {
  return path.slice(0, path.lastIndexOf('.') + 1);
}

/** `backoff: { kind: constant → exponential, jitter: unset → full }`. */
function groupWords(group: Settings): string {
  const [first] = group;
  if (group.length === 1) return wordsOf(first!);
  const parent = parentOf(first!);
  const own = group.map((one) => wordsOf({ ...one, path: one.path.slice(parent.length) }));
  return `${parent.slice(0, -1)}: { ${own.join(', ')} }`;
}

function wordsOf({ path, from, to }: Setting): string {
  return `${path}: ${valueWords(from)} → ${valueWords(to)}`;
}

function valueWords(value: unknown): string {
  return value === null ? 'unset' : flow(value);
}

/** The parts of a mapping or a list that differ, each as deep in the file as both sides are alike. */
export function leavesOf({ path, from, to }: Setting): Settings {
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length)
    return from.flatMap((one: unknown, i) => {
      const name = isMap(one) && typeof one['name'] === 'string' ? one['name'] : i;
      return leavesOf({ path: `${path}[${name}]`, from: one, to: to[i] as unknown });
    });
  if (isMap(from) && isMap(to)) {
    const keys = new Set([...sortedKeys(from), ...sortedKeys(to)]);
    return [...keys].flatMap((key) =>
      leavesOf({ path: `${path}.${key}`, from: valueIn(from, key), to: valueIn(to, key) }),
    );
  }
  return flow(from) === flow(to) ? [] : [{ path, from, to }];
}

function valueIn(map: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : null;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
