import type { RefusedCalls } from '../../contracts/result/capacity.js';
import {
  entries,
  get,
  pathText,
  plain,
  type MapNode,
  type Node,
  type PathKey,
} from '../../scenario/located.js';
import { scaled } from '../../scenario/scaling.js';
import { settingsOf } from '../../scenario/tuning/settings.js';

/** A number of a limit on calls. */
interface AdmittedBy {
  readonly path: string;
  readonly now: Node;
}

/** A number, or a rate, that is not 0. Times, and shares such as a threshold, admit no more calls. */
const AMOUNT = /^(?=.*[1-9])\d+(\.\d+)?(\/\w+)?$/;

/** Where a component has limits on its requests. */
const SECTIONS = ['services', 'gateways', 'functions'] as const;
/**
 * The fields with these limits, by the words for them. Of a concurrency limit that adapts only the highest value counts: it
 * leaves the first one by itself, and its other numbers say how it adapts.
 */
const POLICIES: Readonly<Record<string, Limits>> = {
  'rate limit': { names: ['rateLimit'], amounts: null },
  'concurrency limit': {
    names: ['concurrencyLimit', 'admit'],
    amounts: ['concurrencyLimit', 'admit', 'limit', 'max'],
  },
};

interface Limits {
  readonly names: readonly string[];
  /** The numbers that limit calls; null = all of them. */
  readonly amounts: readonly string[] | null;
}

/** The numbers of the limits that refuse some calls: permits of a bulkhead, and all amounts of a rate limit. */
export function admittedBy(written: MapNode, refused: RefusedCalls): readonly AdmittedBy[] {
  return refused.of === 'callee' ? ofRequests(written, refused) : ofCalls(written, refused);
}

/** The amounts of all limits of a component with these words, at its entry, its endpoints and its routes. */
function ofRequests(written: MapNode, { callee, by }: RefusedCalls): readonly AdmittedBy[] {
  const limits = POLICIES[by];
  if (limits === undefined) return [];
  return SECTIONS.flatMap((section) => {
    const own = get(get(written, section), callee);
    return own === undefined ? [] : amountsIn(own, [section, callee], limits, false);
  });
}

function amountsIn(
  node: Node,
  path: readonly PathKey[],
  limits: Limits,
  isInside: boolean,
): readonly AdmittedBy[] {
  const { names, amounts } = limits;
  if (node.type === 'scalar') {
    const isOne = isInside && (amounts?.includes(String(path.at(-1))) ?? true);
    return isOne && AMOUNT.test(String(node.value)) ? [{ path: pathText(path), now: node }] : [];
  }
  const below: readonly (readonly [PathKey, Node])[] =
    node.type === 'list'
      ? node.items.map((item, k) => [k, item] as const)
      : entries(node).map(([name, { value }]) => [name, value] as const);
  return below.flatMap(([key, value]) =>
    amountsIn(value, [...path, key], limits, isInside || names.includes(String(key))),
  );
}

function ofCalls(written: MapNode, { fields }: RefusedCalls): readonly AdmittedBy[] {
  const found = new Map<string, AdmittedBy>();
  for (const { of, moves } of settingsOf(written)) {
    const own = 'bundle' in of ? fields.filter(({ bundle }) => bundle === of.bundle) : [];
    for (const { path, before } of moves) {
      const isOne = own.some(({ field }) => `.${path}.`.includes(`.${field}.`));
      if (isOne && before?.type === 'scalar' && AMOUNT.test(String(before.value)))
        found.set(path, { path, now: before });
    }
  }
  return [...found.values()];
}

/** A multiple of such a number; whole numbers stay whole. */
export function moreOf({ now }: AdmittedBy, by: number): string {
  const value = plain(now);
  if (typeof value === 'number') return String(Math.ceil(value * by - 1e-9));
  return String(plain(scaled(now, by)!));
}
