import { JUDGED_SECTIONS } from '../../src/contracts/scenario/judged.js';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { VariantResult } from '../../src/contracts/result/result.js';
import { canonicalJson } from '../../src/text/canonical.js';
import { dice } from '../support/dice.js';
import { run } from '../theory/program.js';

/** Each has other modules, and runs for about a second. */
const SCENARIOS = [
  'cache-two-levels',
  'canary-routes',
  'clock-skew',
  'discovery-consul',
  'failover',
  'fault-groups',
  'fault-when',
  'function-cold-starts',
  'load-surge',
  'mesh-locality',
  'nats-ack-wait',
  'noisy-tenant',
  'outbox',
  'search-overload',
];

type Tree = Record<string, unknown>;

/** A scenario with one run, and a baseline that does not depend on the order of the variants. */
function treeOf(name: string): Tree {
  const file = new URL(`../../scenarios/patterns/${name}.yaml`, import.meta.url);
  const tree = parse(readFileSync(file, 'utf8')) as Tree;
  (tree['run'] as Tree)['replications'] = 1;
  const variants = (tree['variants'] ?? []) as Tree[];
  if (variants[0] !== undefined && variants.every(({ baseline }) => baseline !== true)) {
    variants[0]['baseline'] = true;
  }
  return tree;
}

/** Lists at the top of a file whose order has no meaning for the figures. */
const UNORDERED: readonly string[] = ['variants', 'faults', ...JUDGED_SECTIONS];
/** The same in the result of a variant. */
const JUDGED_LISTS = ['budgets', 'expectations'] as const;

/** The tree with the keys of every mapping, the variants, the faults, the budgets and the expectations in another order. */
function shuffled(tree: unknown, roll: (n: number) => number, key: string | null = null): unknown {
  if (Array.isArray(tree)) {
    const items = tree.map((item) => shuffled(item, roll));
    return key !== null && UNORDERED.includes(key) ? mixed(items, roll) : items;
  }
  if (typeof tree !== 'object' || tree === null) return tree;
  const isTop = 'faultline' in tree;
  const entries = Object.entries(tree).map(([own, value]) => [
    own,
    shuffled(value, roll, isTop ? own : null),
  ]);
  return Object.fromEntries(mixed(entries, roll) as [string, unknown][]);
}

function mixed<T>(items: readonly T[], roll: (n: number) => number): readonly T[] {
  const left = [...items];
  return items.map(() => left.splice(roll(left.length), 1)[0]!);
}

const textOf = (tree: unknown): string => stringify(tree, { aliasDuplicateObjects: false });

/** Another load is compared with the first variant that has it, as it is written. */
const BY_ORDER: ReadonlySet<string> = new Set(['otherLoad', 'reference']);

/** Fields of two results of a variant that differ. Budgets and expectations are listed as written, so their order does not count. */
function differences(one: VariantResult, other: VariantResult): readonly string[] {
  const fields = [...new Set([...Object.keys(one), ...Object.keys(other)])] as const;
  const textIn = (variant: VariantResult, field: string): string =>
    JUDGED_LISTS.some((list) => list === field)
      ? variant[field as 'budgets']
          .map((budget) => canonicalJson(budget))
          .sort()
          .join()
      : canonicalJson(variant[field as keyof VariantResult] ?? null);
  return fields.filter(
    (field) => !BY_ORDER.has(field) && textIn(one, field) !== textIn(other, field),
  );
}

describe('the order of sections, keys, variants, faults and budgets', () => {
  it.each(SCENARIOS)('changes nothing in %s', (name) => {
    const tree = treeOf(name);
    const other = textOf(shuffled(tree, dice(name.length)));
    expect(other).not.toBe(textOf(tree));
    const [first, second] = [run(textOf(tree)).result, run(other).result];
    const byName = new Map(second.variants.map((variant) => [variant.name, variant]));
    expect(byName.size).toBe(first.variants.length);
    for (const variant of first.variants) {
      expect(differences(variant, byName.get(variant.name)!), variant.name).toEqual([]);
    }
  });
});
