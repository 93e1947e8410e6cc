import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** The fault of a service that is reported. */
function toldOf(...faults: readonly string[]): string | null {
  const { result } = run(`
faultline: 1
title: One fault after another
run: { duration: 100s, warmup: 5s }
services:
  shop: { concurrency: 64, queue: { capacity: 20 }, endpoints: { buy: [ call: pay.charge ] } }
  pay: { concurrency: 64, endpoints: { charge: [ wait: 20ms ] } }
workloads: { users: { arrivals: poisson(100/s), patience: 5s, requests: [ { call: shop.buy } ] } }
faults: [ ${faults.join(', ')} ]
`);
  return result.variants[0]!.summary.recovery.fault;
}

const ERRORS = '{ id: errors, kind: error, target: pay, share: 15%, at: 20s, for: 10s }';

describe('the fault that is reported', () => {
  it('is a later one that costs far more, when all was well between them', () => {
    const crash = '{ id: crash, kind: crash, target: pay, at: 60s, for: 20s }';
    expect(toldOf(ERRORS)).toBe('errors');
    expect(toldOf(ERRORS, crash)).toBe('crash');
  });

  it('is the first one where a later one is hardly worse', () => {
    const again = ERRORS.replace('errors', 'again').replace('15%', '18%').replace('20s', '60s');
    expect(toldOf(ERRORS, again)).toBe('errors');
  });

  it('is the first one where it is still felt when the next one comes', () => {
    const crash = '{ id: crash, kind: crash, target: pay, at: 35s, for: 20s }';
    expect(toldOf(ERRORS, crash)).toBe('crash');
    const slow = '{ id: slow, kind: slow, target: pay, factor: 40, at: 20s, for: 14s }';
    expect(toldOf(slow, crash.replace('35s', '34s'))).toBe('slow');
  });
});
