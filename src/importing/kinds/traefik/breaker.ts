import type { Cell } from '../../cell.js';
import { from, list, map, plain, type WrittenMap } from '../../written.js';
import { durationOf } from '../istio/retries.js';

/** What a part of an expression says: a share of failures, a share of slow responses, or how many requests it needs. */
interface Part {
  readonly threshold?: string;
  readonly sign?: string;
  readonly failOn?: readonly (string | number)[];
  readonly slow?: string;
  readonly slowRate?: string;
  readonly minCalls?: number;
}

/** What Traefik answers with a 502 or a 504, and such answers of the service. */
const NETWORK = ['connect', 'reset', 'timeout', 502, 504];

const NUMBER = String.raw`(\d+(?:\.\d+)?)`;
const PARTS: readonly (readonly [RegExp, (...values: readonly string[]) => Part])[] = [
  [
    new RegExp(`^NetworkErrorRatio\\(\\)(>=?)${NUMBER}$`),
    (sign, ratio) => ({ sign, threshold: percent(Number(ratio)), failOn: NETWORK }),
  ],
  [
    new RegExp(`^ResponseCodeRatio\\(500,600,(?:0|100|200),600\\)(>=?)${NUMBER}$`),
    (sign, ratio) => ({ sign, threshold: percent(Number(ratio)) }),
  ],
  [
    new RegExp(`^LatencyAtQuantileMS\\(${NUMBER}\\)(>=?)${NUMBER}$`),
    (quantile, _, limit) => ({ slow: `${limit}ms`, slowRate: percent(1 - Number(quantile) / 100) }),
  ],
  [
    new RegExp(`^RequestThreshold\\(\\)(>=?)(\\d+)$`),
    (sign, count) => ({ minCalls: Number(count) + (sign === '>' ? 1 : 0) }),
  ],
];

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))}%`;
}

/**
 * The breaker of an expression, of which each part may stand alone, or with a number of requests that it needs; undefined = it
 * has no counterpart. Counters have ten buckets of one second, and times six of ten seconds. Source: vulcand/oxy
 * cbreaker/cbreaker.go, memmetrics/roundtrip.go.
 */
export function breakerOf(breaker: Cell | undefined): WrittenMap | undefined {
  const expression = breaker?.get('expression');
  const parts = partsOf((expression?.text() ?? '').replace(/\s+/g, ''));
  if (parts === null) return undefined;
  const { threshold, sign = '>', slow, slowRate, minCalls, failOn } = parts;
  const isTimed = threshold === undefined;
  const read = (value: string | number | undefined): ReturnType<typeof from> | undefined =>
    value === undefined ? undefined : from(value, expression);
  const open = durationOf(breaker?.get('fallbackDuration'));
  const check = durationOf(breaker?.get('checkPeriod'));
  const byDefault = (value: string): ReturnType<typeof plain> => ({
    ...plain(value),
    note: 'Traefik default',
  });
  return map({
    kind: plain('custom'),
    window: plain('time'),
    windowSize: plain(isTimed ? '60s' : '10s'),
    buckets: isTimed ? plain(6) : undefined,
    // No share is above all requests.
    threshold: isTimed ? plain('100%') : from(threshold, expression),
    tripOp: from(sign, expression),
    minCalls: read(minCalls),
    slow: read(slow),
    slowRate: read(slowRate),
    evaluateEvery: check ?? byDefault('100ms'),
    open: open ?? byDefault('10s'),
    failOn: failOn === undefined ? undefined : list(failOn.map(plain)),
  });
}

/** Parts between `||`, or one of them `&&` a number of requests; null = one has no counterpart. */
function partsOf(expression: string): Part | null {
  const isBoth = expression.includes('&&');
  if (isBoth && expression.includes('||')) return null;
  const parts = expression.split(isBoth ? '&&' : '||').map(partOf);
  const counts = KEYS.map((key) => parts.filter((part) => part?.[key] !== undefined).length);
  const [ratios = 0, times = 0, volumes = 0] = counts;
  const isKnown = !parts.includes(null) && ratios <= 1 && times <= 1;
  const fits = isBoth ? ratios + times === 1 && volumes === 1 : ratios + times > 0 && volumes === 0;
  return isKnown && fits ? (Object.assign({}, ...parts) as Part) : null;
}

const KEYS = ['threshold', 'slow', 'minCalls'] as const;

function partOf(text: string): Part | null {
  for (const [pattern, read] of PARTS) {
    const [found, ...values] = pattern.exec(text) ?? [];
    if (found !== undefined) return read(...values);
  }
  return null;
}
