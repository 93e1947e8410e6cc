import { describe, expect, it } from 'vitest';
import { circuitBreakerHystrix } from '../../src/patterns/policies/circuit-breaker-hystrix.js';
import { circuitBreakerPolly } from '../../src/patterns/policies/circuit-breaker-polly.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { PolicyKind } from '../../src/contracts/patterns/policy.js';
import { unit } from '../../src/kernel/rng.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

/** One call: when it is made, how long it takes, whether it fails; all in ms. */
interface Call {
  readonly at: number;
  readonly takes: number;
  readonly fails: boolean;
}

/** A breaker in its simplest form: the calls it admits, and its reaction to a result. */
interface Reference {
  tick(now: number): void;
  admit(now: number): boolean;
  result(now: number, fails: boolean): void;
  readonly states: (readonly [number, string])[];
}

/** Bursts and lulls of calls with a share of failures that changes with each burst. */
function traffic(seed: number): readonly Call[] {
  const draw = (k: number, what: number): number => unit(seed, 77, k, what, 0);
  const calls: Call[] = [];
  let at = 0;
  for (let burst = 0; burst < 30; burst++) {
    const failing = draw(burst, 0) < 0.5 ? 0.9 : 0.1;
    const spacing = 1 + Math.floor(draw(burst, 1) * 60);
    const length = 5 + Math.floor(draw(burst, 2) * 30);
    for (let k = 0; k < length; k++) {
      const id = burst * 100 + k;
      const takes = draw(id, 3) < 0.7 ? 0 : Math.floor(draw(id, 4) * draw(id, 4) * 900);
      calls.push({ at, takes, fails: draw(id, 5) < failing });
      at += Math.floor(draw(id, 6) * 2 * spacing);
    }
    at += Math.floor(draw(burst, 7) * 3000);
  }
  return calls;
}

/** Ms by ms: results, the tick, new calls; a call of no time ends before the next one is made. */
function told(reference: Reference, calls: readonly Call[]) {
  const ends = new Map<number, boolean[]>();
  const passed: number[] = [];
  let next = 0;
  const last = Math.max(...calls.map(({ at, takes }) => at + takes));
  for (let now = 0; now <= last + 5000; now++) {
    for (const fails of ends.get(now) ?? []) reference.result(now, fails);
    reference.tick(now);
    for (; next < calls.length && calls[next].at === now; next++) {
      const { takes, fails } = calls[next];
      if (!reference.admit(now)) continue;
      passed.push(next);
      if (takes === 0) reference.result(now, fails);
      else ends.set(now + takes, [...(ends.get(now + takes) ?? []), fails]);
    }
  }
  return { passed, states: reference.states };
}

function driven(kind: PolicyKind, written: object, planned: readonly Call[]) {
  const calls = new FakeCalls();
  calls.callee = ({ frame }) => {
    const { takes, fails } = planned[frame];
    return { afterNs: takes * MS, outcome: fails ? OUTCOME.serverError : OUTCOME.ok };
  };
  const { policy, transitions } = createPolicy(calls, kind, written);
  const results = planned.map(({ at }) => calls.call([policy], at * MS));
  calls.run();
  expect(policy.held()).toBe(0);
  return {
    passed: results.flatMap(({ outcome }, k) => (outcome === OUTCOME.rejectedBreaker ? [] : [k])),
    states: transitions.map(({ atNs, state }) => [atNs / MS, state] as const),
  };
}

/** Snapshots every 100 ms that never rest, over a list of all results. */
class EndlessHystrix implements Reference {
  readonly states: (readonly [number, string])[] = [];
  private state = 'closed';
  private start = -1;
  private openedAt = 0;
  private results: { bucket: number; fails: boolean }[] = [];
  private bucket = 0;

  tick(now: number): void {
    if (this.start < 0 || now === this.start || (now - this.start) % 100 !== 0) return;
    const seen = this.results.filter(({ bucket }) => bucket > this.bucket - 5);
    const errors = seen.filter(({ fails }) => fails).length;
    this.bucket++;
    if (this.state !== 'closed' || seen.length < 4) return;
    if (Math.trunc((errors / seen.length) * 100) >= 50) this.open(now);
  }

  admit(now: number): boolean {
    if (this.start < 0) this.start = now;
    if (this.state === 'closed') return true;
    if (this.state === 'halfOpen') this.open(now);
    else if (now > this.openedAt + 200) {
      this.enter(now, 'halfOpen');
      return true;
    }
    return false;
  }

  result(now: number, fails: boolean): void {
    if (this.state === 'halfOpen') {
      if (fails) this.open(now);
      else {
        this.enter(now, 'closed');
        this.start = now;
        this.results = [];
        this.bucket = 0;
      }
    }
    this.results.push({ bucket: this.bucket, fails });
  }

  private open(now: number): void {
    this.openedAt = now;
    this.enter(now, 'open');
  }

  private enter(now: number, state: string): void {
    this.state = state;
    this.states.push([now, state]);
  }
}

/** Sub-windows of 100 ms in a growing list that is summed up at each failure. */
class PlainPolly implements Reference {
  readonly states: (readonly [number, string])[] = [];
  private state = 'closed';
  private blockedUntil = 0;
  private windows: { start: number; results: boolean[] }[] = [];

  tick(): void {
    // Nothing happens by the clock alone.
  }

  admit(now: number): boolean {
    if (this.state === 'closed') return true;
    if (this.state === 'halfOpen' || now < this.blockedUntil) return false;
    this.enter(now, 'halfOpen');
    return true;
  }

  result(now: number, fails: boolean): void {
    if (this.state === 'halfOpen') {
      if (fails) this.open(now);
      else {
        this.windows = [];
        this.enter(now, 'closed');
      }
      return;
    }
    const present = this.windows.at(-1);
    if (present === undefined || now - present.start >= 100) {
      this.windows.push({ start: now, results: [fails] });
    } else present.results.push(fails);
    const all = this.windows
      .filter(({ start }) => now - start < 1000)
      .flatMap(({ results }) => results);
    const failures = all.filter((one) => one).length;
    if (!fails || this.state !== 'closed' || all.length < 4) return;
    if (failures / all.length >= 0.4) this.open(now);
  }

  private open(now: number): void {
    this.blockedUntil = now + 500;
    this.enter(now, 'open');
  }

  private enter(now: number, state: string): void {
    this.state = state;
    this.states.push([now, state]);
  }
}

describe('breakers against the plainest telling of their rules', () => {
  const seeds = Array.from({ length: 40 }, (_, k) => k + 1);

  it('hystrix: snapshots that rest while there is nothing to count change nothing', () => {
    const written = {
      requestVolumeThreshold: 4,
      sleepWindow: '200ms',
      rollingWindow: '500ms',
      snapshotInterval: '100ms',
    };
    let transitions = 0;
    for (const seed of seeds) {
      const calls = traffic(seed);
      const expected = told(new EndlessHystrix(), calls);
      expect(driven(circuitBreakerHystrix, written, calls), `seed ${seed}`).toEqual(expected);
      transitions += expected.states.length;
    }
    expect(transitions).toBeGreaterThan(1000);
  });

  it('polly: running sums over a ring are the sums over all sub-windows', () => {
    const written = {
      failureRatio: '40%',
      minimumThroughput: 4,
      samplingDuration: '1s',
      breakDuration: '500ms',
    };
    let transitions = 0;
    for (const seed of seeds) {
      const calls = traffic(seed);
      const expected = told(new PlainPolly(), calls);
      expect(driven(circuitBreakerPolly, written, calls), `seed ${seed}`).toEqual(expected);
      transitions += expected.states.length;
    }
    expect(transitions).toBeGreaterThan(1000);
  });
});
