import type { VariantResult } from '../../contracts/result/result.js';
import type { VariantChange } from '../../contracts/scenario/scenario.js';
import { flow } from '../../text/flow.js';
import { sortedKeys } from '../../text/order.js';
import { listed } from '../base/format.js';
import type { View } from './view.js';

/** A setting that differs between two variants; null = not set. */
type Setting = Pick<VariantChange, 'path' | 'from' | 'to'>;
export type Settings = readonly Setting[];

/** What makes a variant of the baseline; for the baseline, of the variant that the report is about. */
export function settingsOf({ baseline, worstVariant }: View, variant: VariantResult): Settings {
  const { changes = [] } = variant === baseline ? worstVariant : variant;
  return variant === baseline
    ? changes.map(({ path, from, to }) => ({ path, from: to, to: from }))
    : changes;
}

/** `a: 6 → 12 and b: 24`, then the same by their paths; empty where there are none, or more than `most`. */
export function settingsTexts(all: Settings, most: number): readonly string[] {
  if (all.length === 0 || all.length > most) return [];
  const leaves = all.flatMap(leavesOf);
  const paths = listed(all.map(({ path }) => path));
  return leaves.length > most ? [paths] : [listed(leaves.map(wordsOf)), paths];
}

/** The first ones of any number of settings, and how many more there are. */
export function someSettings(all: Settings): string {
  const leaves = all.flatMap(leavesOf);
  const left = leaves.length - SOME;
  const words = leaves.slice(0, SOME).map(wordsOf);
  return left > 0 ? `${words.join(', ')} and ${left} more` : listed(words);
}

/** Settings that a line names, and letters of one with its values. */
const SOME = 6;
const SHORT = 80;

function wordsOf({ path, from, to }: Setting): string {
  if (to === null) return `no ${path}`;
  const text = `${path}: ${from === null ? '' : `${flow(from)} → `}${flow(to)}`;
  return text.length > SHORT ? path : text;
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
