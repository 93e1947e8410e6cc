import { describe, expect, it } from 'vitest';
import { boundsOf, isBounded, isWeak } from '../../src/analysis/story/causes/bounds.js';
import { run } from '../theory/program.js';

/** Two services behind one door; `bank` has spare workers, `shop` calls it with a timeout. */
function scenario(faults: readonly string[]): string {
  return `faultline: 1
title: Strength of faults
run: { duration: 60s, warmup: 5s, seed: 3, replications: 3 }
network: { latency: 0.3ms }
policies:
  to-bank: { timeout: 900ms, retry: { attempts: 2, on: [timeout] } }
services:
  door:
    concurrency: 60
    endpoints: { go: { readOnly: true, steps: [ call: shop.go, call: side.go ] } }
  shop:
    concurrency: 20
    outbound: { bank: to-bank }
    endpoints: { go: { readOnly: true, steps: [ { wait: exponential(4ms) }, { call: bank.go } ] } }
  side:
    concurrency: 8
    endpoints: { go: { readOnly: true, steps: [ wait: exponential(10ms) ] } }
  bank:
    concurrency: 20
    endpoints: { go: { readOnly: true, steps: [ wait: exponential(40ms) ] } }
workloads:
  users: { arrivals: poisson(100/s), patience: 3s, requests: [ call: door.go ] }
faults:
${faults.map((fault) => `  - ${fault}`).join('\n')}
`;
}

/** The faults that the account names, and those that it calls innocent. */
function faultsOf(faults: readonly string[]): { named: string[]; innocent: string[] } {
  const { causes, innocent } = run(scenario(faults)).variant().cascade;
  return {
    named: causes.flatMap(({ fault }) => (fault === undefined ? [] : [fault])),
    innocent: innocent.map(({ fault }) => fault),
  };
}

const TIMEOUT =
  '{ id: push, kind: change, set: { policies.to-bank.timeout: 5ms }, at: 20s, for: 14s }';

describe('a fault', () => {
  it('explains no more than its written strength', () => {
    const of = (kind: string, config: unknown, share = 1): ReturnType<typeof boundsOf> =>
      boundsOf({ kind, config, share });
    expect(of('slow', { factor: 1.25 })).toEqual({ failed: 0, slower: 1.25, lateNs: 0 });
    const few = of('error', { status: 500, afterWork: false }, 0.002);
    expect(isWeak(of('slow', { factor: 1.25 }), 0.05)).toBe(false);
    expect([isBounded(few), isWeak(few, 0.05)]).toEqual([true, true]);
    expect(isBounded(of('hang', {}))).toBe(false);
  });

  it('is innocent beside a change at the same instant if it is mild', () => {
    const mild = '{ id: mild, kind: slow, target: side, factor: 1.2, at: 20s, for: 15s }';
    expect(faultsOf([mild, TIMEOUT])).toEqual({ named: ['push'], innocent: ['mild'] });
  });

  it('is innocent if it begins while another one does the harm elsewhere', () => {
    const errors = '{ id: errors, kind: error, target: bank, share: 80%, at: 20s, for: 14s }';
    const later = '{ id: later, kind: slow, target: side, factor: 1.3, at: 24s, for: 10s }';
    expect(faultsOf([errors, later])).toEqual({ named: ['errors'], innocent: ['later'] });
  });

  it('is a cause if it keeps users down after the end of the first', () => {
    const errors = '{ id: errors, kind: error, target: side, share: 98%, at: 15s, for: 12s }';
    expect(faultsOf([errors, TIMEOUT]).named).toEqual(['errors', 'push']);
  });
});
