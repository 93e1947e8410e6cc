import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { Result, VariantResult } from '../../src/contracts/result/result.js';

const FILE = new URL('../../scenarios/checkout.yaml', import.meta.url);

/**
 * The flagship scenario with a run of 30 s: inventory is slow from 6 s to 10 s, the provider hangs from
 * 10 s to 18 s. `patches` are replacements in the text, each of which has to find its place.
 */
export function flagship(...patches: readonly (readonly [from: string, to: string])[]): string {
  let text = readFileSync(FILE, 'utf8');
  const all = [
    ['duration: 180s, warmup: 20s', 'duration: 30s, warmup: 2s'],
    ['replications: 5', 'replications: 1'],
    ['at: 60s, for: 40s', 'at: 10s, for: 8s'],
    ['at: 52s, for: 20s', 'at: 6s, for: 4s'],
    ...patches,
  ] as const;
  for (const [from, to] of all) {
    if (!text.includes(from)) throw new Error(`the flagship has no ${JSON.stringify(from)}`);
    text = text.replace(from, to);
  }
  return text;
}

/** The same scenario with the entries of every map in the opposite order. */
export function reversed(text: string): string {
  return stringify(turned(parse(text)));
}

/** Figures of a run for the components and calls that both scenarios have. */
export function figures(variant: VariantResult, without: readonly string[] = []): unknown {
  const kept = Object.entries(variant.components).filter(([name]) => !without.includes(name));
  const { edges, budgets, summary, perReplication } = variant;
  const states = Object.entries(variant.cascade.states).filter(([name]) => !without.includes(name));
  const cascade = { ...variant.cascade, states: Object.fromEntries(states) };
  const runs = perReplication.map(({ requests, unfinished, attempts }) => ({
    requests,
    unfinished,
    attempts,
  }));
  return { components: Object.fromEntries(kept), edges, budgets, cascade, summary, runs };
}

/** The result without the parts that come from traces. */
export function withoutTraces(result: Result): Result {
  const variants = result.variants.map(({ contributors: _parts, blame: _places, ...variant }) => ({
    ...variant,
    exemplars: [],
  }));
  return { ...result, variants };
}

function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, turned(one)] as const);
  return Object.fromEntries(entries.reverse());
}
