import { powi } from '../../../kernel/math.js';
import type { Cell } from '../../cell.js';
import type { Component } from '../../system.js';
import { from, list, map, plain, type Written, type WrittenScalar } from '../../written.js';
import { pathsIn, plainName } from './layers.js';
import { countIn, numberIn } from './properties.js';

/** Settings of the annotations on the clients of a callee, by the annotation and the field: `retry.maxretries`. */
type Rules = ReadonlyMap<string, Cell>;

/** `com.shop.PaymentClient/charge/Retry/maxRetries`, and `"com.shop.PaymentClient/charge".retry.max-retries`. */
const RULES = [
  /(?:^|\.)([A-Za-z_]\w*)(?:\/\w+)?\/(Retry|Timeout|CircuitBreaker|Bulkhead)\/(\w+)$/,
  /^quarkus\.fault-tolerance\.(?:.*[."])?([A-Za-z_]\w*)(?:\/\w+)?"?\.(retry|timeout|circuit-breaker|bulkhead)\.([\w-]+)$/,
];

/**
 * Rules of MicroProfile Fault Tolerance that settings give the clients of other components. `calleeOf`: the component that a class
 * is named after. Source: microprofile.io, Fault Tolerance, Configuration; quarkus.io, SmallRye Fault Tolerance.
 */
export function rulesIn(
  settings: Cell,
  calleeOf: (name: string) => Component | undefined,
): ReadonlyMap<Component, Rules> {
  const found = new Map<Component, Map<string, Cell>>();
  for (const [path, cell] of pathsIn(settings)) {
    const [, type = '', annotation = '', field = ''] =
      RULES.map((rule) => rule.exec(path)).find((found) => found !== null) ?? [];
    const callee = type === '' ? undefined : calleeOf(type.replace(/(Rest)?Client$/, ''));
    if (callee === undefined) continue;
    const rules = found.get(callee) ?? new Map<string, Cell>();
    found.set(callee, rules);
    const key = `${plainName(annotation)}.${plainName(field)}`;
    if (rules.has(key)) cell.list('a callee has one policy: that of the first method');
    else rules.set(key, cell);
  }
  return found;
}

/** The fields of a bundle, with the defaults of the annotations. Their order is that of SmallRye: retry, breaker, time limit, bulkhead. */
export function bundleOf(rules: Rules): Map<string, Written> {
  const has = (annotation: string): boolean =>
    [...rules.keys()].some((key) => key.startsWith(`${annotation}.`));
  const fields = new Map<string, Written>();
  const set = (field: string, annotation: string, value: () => Written | undefined): void => {
    const written = has(annotation) ? value() : undefined;
    if (written !== undefined) fields.set(field, written);
  };
  set('retry', 'retry', () => retryOf(rules));
  set('circuitBreaker', 'circuitbreaker', () => breakerOf(rules));
  set('timeout', 'timeout', () => millis(rules.get('timeout.value')) ?? usual('1s'));
  set('bulkhead', 'bulkhead', () =>
    map({ maxConcurrent: countIn(rules.get('bulkhead.value')) ?? usual(10) }),
  );
  const order = list([...fields.keys()].map((field) => plain(field)));
  return fields.size < 2 ? fields : new Map<string, Written>([['order', order], ...fields]);
}

function usual(value: string | number): WrittenScalar {
  return { ...plain(value), note: 'MicroProfile default' };
}

function millis(cell: Cell | undefined): WrittenScalar | undefined {
  const ms = numberIn(cell);
  return ms === undefined || ms <= 0 ? undefined : from(`${ms}ms`, cell);
}

/**
 * A pause d is d + U(-j, j), and none where this is below 0: with the jitter above the pause, the same mean, which is (d + j)² / 4j.
 */
function retryOf(rules: Rules): Written | undefined {
  const [most, delay, jitter] = ['maxretries', 'delay', 'jitter'].map((field) =>
    rules.get(`retry.${field}`),
  );
  const count = numberIn(most);
  if (count === 0) return undefined;
  const pause = numberIn(delay) ?? 0;
  const spread = numberIn(jitter) ?? 200;
  const isWide = spread > pause;
  const base = Math.max(1, isWide ? 0 : pause - spread);
  const span = Math.round(isWide ? powi(pause + spread, 2) / (2 * spread) : 2 * spread);
  return map({
    attempts: count === undefined ? usual(4) : from(count < 0 ? 'unlimited' : count + 1, most),
    startBefore: millis(rules.get('retry.maxduration')),
    backoff: map({
      kind: plain('constant'),
      base: from(`${base}ms`, delay),
      jitter: span === 0 ? undefined : from(`${span}ms`, jitter),
    }),
  });
}

/** A rolling window of the latest calls; half open the first failure opens it again. */
function breakerOf(rules: Rules): Written {
  const of = (field: string): Cell | undefined => rules.get(`circuitbreaker.${field}`);
  const volume = countIn(of('requestvolumethreshold')) ?? usual(20);
  const ratio = numberIn(of('failureratio'));
  const successes = countIn(of('successthreshold')) ?? usual(1);
  return map({
    kind: plain('custom'),
    window: plain('count'),
    windowSize: volume,
    minCalls: volume,
    threshold:
      ratio === undefined
        ? usual('50%')
        : from(`${Number((ratio * 100).toPrecision(6))}%`, of('failureratio')),
    open: millis(of('delay')) ?? usual('5s'),
    halfOpen: map({ permits: successes, closeAfter: successes }),
  });
}
