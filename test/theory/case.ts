import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** One model with a known answer. */
export interface TheoryCase {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The topology in words. */
  readonly words: string;
  readonly expect: readonly Expectation[];
}

export interface Expectation {
  readonly metric: string;
  readonly value?: number | boolean | readonly number[];
  readonly tolerance_rel?: number;
  readonly tolerance_abs?: number;
  readonly kind: 'exact' | 'approx' | 'bound' | 'shape';
  readonly relation?: string;
}

/** Measured values, by the name of the metric in the case. */
export type Measures = Readonly<Record<string, number | boolean | readonly number[] | null>>;

export interface Run<P> {
  /** Parameters of the case, the lengths shortened by `share`. */
  readonly p: P & { readonly duration: number; readonly warmup: number; readonly count: number };
  readonly share: number;
}

export const CASES: readonly TheoryCase[] = JSON.parse(
  readFileSync(new URL('./cases.json', import.meta.url), 'utf8'),
) as TheoryCase[];

export interface Options {
  /** Share of the stated length or number of requests that is run; 1 = all of it. */
  readonly share?: number;
  /** Metrics with an absolute tolerance that are statistical nevertheless. */
  readonly sampled?: readonly string[];
}

/**
 * Measures a case and compares every figure with its theory. A shorter run widens relative tolerances,
 * which are about four standard errors, by the square root of the ratio of the lengths.
 */
export function theory(
  id: string,
  measure: (of: Run<Record<string, number>>) => Measures,
  options: Options = {},
): void {
  const found = CASES.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no case ${id}`);
  it(`${id}: ${found.title}`, () => {
    const share = options.share ?? 1;
    const params = found.params as Record<string, number>;
    const p = {
      ...params,
      duration: Math.round((params['duration_s'] ?? 0) * share),
      warmup: Math.round((params['warmup_s'] ?? 0) * Math.min(1, Math.max(share, 0.5))),
      count: Math.round((params['requests'] ?? 0) * share),
    };
    const measured = measure({ p, share });
    const stretch = Math.sqrt(1 / share);
    const lines = found.expect.map((one) => {
      const isSampled = options.sampled?.includes(one.metric) === true;
      return verdict(one, measured[one.metric] ?? null, stretch, isSampled);
    });
    if (process.env['THEORY_TABLE'] !== undefined) {
      console.log(lines.map(({ line }) => `${id} ${line}`).join('\n'));
    }
    const wrong = lines.filter(({ ok }) => !ok).map(({ line }) => line);
    expect(wrong, found.words).toEqual([]);
    expect(Object.keys(measured).sort()).toEqual(found.expect.map(({ metric }) => metric).sort());
  });
}

interface Line {
  readonly ok: boolean;
  readonly line: string;
}

function verdict(
  one: Expectation,
  measured: Measures[string],
  stretch: number,
  isSampled: boolean,
): Line {
  const { metric, value } = one;
  if (typeof measured !== 'number' || typeof value !== 'number') {
    const ok = JSON.stringify(measured) === JSON.stringify(value);
    const line = `${metric}: ${JSON.stringify(measured)}, expected ${JSON.stringify(value)}`;
    return { ok, line };
  }
  const relative = (one.tolerance_rel ?? 0) * Math.abs(value) * stretch;
  const absolute = (one.tolerance_abs ?? 0) * (isSampled ? stretch : 1);
  const tolerance = Math.max(relative, absolute);
  const upTo = one.relation === '<=';
  const ok = upTo ? measured <= value + tolerance : Math.abs(measured - value) <= tolerance;
  const sign = upTo ? '<=' : '=';
  return { ok, line: `${metric}: ${measured}, expected ${sign} ${value} +- ${tolerance}` };
}
