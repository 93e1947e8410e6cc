import { expect } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { LimiterState, PolicyKind } from '../../src/contracts/patterns/policy.js';
import { createPolicy, FakeCalls, MS } from './fake-calls.js';

/** Waits in ms of instant calls through a limiter at these times in ms; null = refused at once. */
export function waits(
  kind: PolicyKind,
  written: object,
  timesMs: readonly number[],
): (number | null)[] {
  const calls = new FakeCalls();
  const { policy } = createPolicy(calls, kind, written);
  const all = timesMs.map((at) => calls.call([policy], at * MS));
  calls.run();
  expect(policy.held()).toBe(0);
  return all.map((call, k) => {
    if (call.outcome === OUTCOME.ok) return (call.endNs - timesMs[k] * MS) / MS;
    expect(call.outcome! & 31).toBe(OUTCOME.rejectedRateLimit);
    expect(call.endNs).toBe(timesMs[k] * MS);
    return null;
  });
}

/** How many of the calls at each of these times in ms go on. */
export function admitted(
  kind: PolicyKind,
  written: object,
  batches: readonly (readonly [atMs: number, calls: number])[],
): number[] {
  const got = waits(
    kind,
    written,
    batches.flatMap(([at, calls]) => new Array<number>(calls).fill(at)),
  );
  let from = 0;
  return batches.map(([, calls]) => {
    const batch = got.slice(from, (from += calls));
    return batch.filter((wait) => wait !== null).length;
  });
}

/** The middleware of a kind. */
export function limiterOf(kind: PolicyKind, written: object): LimiterState {
  return kind.limiter!(kind.schema.parse(written));
}

/**
 * Drives the middleware with many keys that come and go, and compares it with one meter per key that is never
 * dropped: both must give the same results.
 */
export function expectNothingForgotten(kind: PolicyKind, written: object, stepNs: number): void {
  const limiter = limiterOf(kind, written);
  const kept = new Map<number, LimiterState>();
  for (let k = 0; k < 12_000; k++) {
    const u = unit(1, 2, 3, 4, k);
    // Keys drift, so that all of them become idle at some time; a few return later.
    const key = u < 0.06 ? Math.floor(u * 60_000) : Math.floor(k / 3 + u * 9);
    const now = k * stepNs;
    let own = kept.get(key);
    if (own === undefined) kept.set(key, (own = limiterOf(kind, written)));
    expect(limiter.take(now, key)).toBe(own.take(now, 0));
  }
  expect(kept.size).toBeGreaterThan(3_000);
}

/** A process that restarts 1 ms after its first call; the outcome of a call at the same time as ever. */
export function afterRestart(kind: PolicyKind, written: object, nextMs: readonly number[]) {
  const calls = new FakeCalls();
  const { policy } = createPolicy(calls, kind, written);
  calls.call([policy], 0);
  calls.at(MS, () => policy.reset!());
  const next = nextMs.map((at) => calls.call([policy], at * MS));
  calls.run();
  return next.map(({ outcome }) => outcome === OUTCOME.ok);
}

/** Retry-After of the middleware in ms, after this number of requests of one instant were admitted. */
export function retryAfterMs(
  kind: PolicyKind,
  written: object,
  takenAtMs: readonly number[],
  nowMs: number,
): number {
  const limiter = limiterOf(kind, written);
  for (const at of takenAtMs) limiter.take(at * MS, 0);
  expect(limiter.take(nowMs * MS, 0)).toBe(-1);
  const left = limiter.retryNs(nowMs * MS, 0);
  // Its promise is exact: a nanosecond earlier is refused, and then one is admitted.
  expect(limiter.take(nowMs * MS + left - 1, 0)).toBe(-1);
  expect(limiter.take(nowMs * MS + left, 0)).toBe(0);
  return left / MS;
}
