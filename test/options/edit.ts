import type { Tree } from './figures.js';
import { companions } from './companions.js';
import type { Segment } from './schema.js';
import { pathOf } from './schema.js';
import { bare } from './values.js';

/** A place in a scenario at which an option can be set. */
export interface Spot {
  /** Keys that lead to the option. */
  readonly keys: readonly (string | number)[];
  /** How many of its segments the scenario has already. */
  readonly depth: number;
  readonly present: unknown;
}

/** Entries of a map or a list that are looked at. */
const ENTRIES = 6;
/** Fields next to the verb of a step. */
const MODIFIERS: ReadonlySet<string> = new Set([
  ...['onError', 'optional', 'policy', 'times', 'when', 'chance', 'name', 'fallback'],
]);

/** The places of a scenario in which an option can be set: those that have it first. */
export function spotsOf(tree: Tree, segments: readonly Segment[]): readonly Spot[] {
  const found: Spot[] = [];
  const go = (at: unknown, index: number, keys: readonly (string | number)[]): void => {
    if (index === segments.length) {
      found.push({ keys, depth: index, present: at });
      return;
    }
    const { key } = segments[index]!;
    const missing = (): void => {
      const rest = segments.slice(index).map((one) => nameFor(one.key));
      found.push({ keys: [...keys, ...rest], depth: index, present: undefined });
    };
    if (!fits(at, segments, index)) return;
    if (typeof at !== 'object' || at === null) return missing();
    if (key === '[]') {
      if (!Array.isArray(at)) return;
      if (at.length === 0) return missing();
      const next = segments[index + 1]?.key;
      // One more entry, of a kind or with a verb that none of the existing ones can have.
      if (next !== undefined) {
        const rest = segments.slice(index + 1).map((one) => nameFor(one.key));
        found.push({ keys: [...keys, at.length, ...rest], depth: index, present: undefined });
      }
      const entries = at.map((inner: unknown, k) => ({ inner, k }));
      const alike = entries.filter(({ inner }) => fits(inner, segments, index + 1));
      for (const { inner, k } of alike.slice(0, ENTRIES)) {
        if (!isOtherVerb(segments, index, inner, next)) go(inner, index + 1, [...keys, k]);
      }
    } else if (key === '*') {
      const entries = Object.entries(at);
      if (entries.length === 0) return missing();
      for (const [name, inner] of entries.slice(0, ENTRIES)) go(inner, index + 1, [...keys, name]);
    } else if (Array.isArray(at)) return;
    else if (key in at) go((at as Tree)[key], index + 1, [...keys, key]);
    else missing();
  };
  go(tree, 0, []);
  return found.sort((a, b) => b.depth - a.depth);
}

/** A step or an entry of a middleware that does something else than the one that is looked for. */
function isOtherVerb(
  segments: readonly Segment[],
  index: number,
  entry: unknown,
  next: string | undefined,
): boolean {
  if (Array.isArray(entry) !== (next === '[]')) return next !== undefined;
  if (next === '[]') return false;
  const isVerb = MODIFIERS.has(next ?? '') === false && isListOfVerbs(segments, index);
  if (!isVerb || typeof entry !== 'object' || entry === null || Array.isArray(entry)) return false;
  return !(next! in entry);
}

function isListOfVerbs(segments: readonly Segment[], index: number): boolean {
  const before = segments[index - 1]?.key ?? '';
  return ['middleware', 'steps'].includes(before) || segments[index - 2]?.key === 'endpoints';
}

function nameFor(key: string): string | number {
  return key === '[]' ? 0 : key === '*' ? 'x1' : key;
}

/** A fault, a key or a topic of another kind is another thing: it is left as it is. */
function fits(at: unknown, segments: readonly Segment[], index: number): boolean {
  const before = segments[index - 1];
  if (before === undefined || before.kind === null) return true;
  if (typeof at !== 'object' || at === null) return false;
  const kind = (at as Tree).kind;
  return kind === before.kind || (kind === undefined && before.isDefaultKind);
}

/** The scenario with a value at a place, and the objects that must enclose it; `undefined` omits the option. */
export function withValue(
  tree: Tree,
  segments: readonly Segment[],
  { keys }: Spot,
  value: unknown,
  names: readonly string[],
): Tree {
  const copy = structuredClone(tree);
  let at: unknown = copy;
  for (let k = 0; k < keys.length; k++) {
    const key = keys[k]!;
    const isLast = k === keys.length - 1;
    const parent = at as Record<string | number, unknown>;
    if (isLast) {
      if (value === undefined) {
        if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else delete parent[key];
      } else parent[key] = value;
      break;
    }
    const next = segments[k + 1]!;
    if (typeof parent[key] !== 'object' || parent[key] === null) {
      const { node, kind, isDefaultKind } = segments[k]!;
      parent[key] =
        next.key === '[]'
          ? []
          : {
              ...bare(node, names),
              ...companions(pathOf(segments.slice(0, k + 1)), tree),
              ...(kind === null || isDefaultKind ? {} : { kind }),
            };
    }
    at = parent[key];
  }
  return copy;
}
