import { describe, expect, it } from 'vitest';
import { failingSteps, type FailingSteps } from '../../src/analysis/verdicts/failing-time.js';
import { run } from '../theory/program.js';

function failing(fault: string, wait = '40ms'): FailingSteps {
  const { plans, records } = run(`
faultline: 1
title: The end of a run
run: { duration: 30s, warmup: 2s, step: 500ms }
services: { shop: { runtime: async, endpoints: { buy: [ wait: ${wait} ] } } }
workloads: { users: { arrivals: constant(100/s), patience: 5s, requests: [ { call: shop.buy } ] } }
faults: [ ${fault} ]
`);
  return failingSteps(plans[0]!, records[0]![0]!);
}

describe('the time in which users fail', () => {
  // Of the last step, 8 % have had no time to end.
  it('does not contain requests that the end of the run cuts off', () => {
    const { seconds, toEnd, until } = failing(
      '{ id: out, kind: error, target: shop, share: 100%, at: 10s, for: 5s }',
    );
    expect({ seconds, toEnd, until }).toEqual({ seconds: 5, toEnd: false, until: 15 });
  });

  it('lasts to the end if requests fail there', () => {
    const { seconds, toEnd } = failing(
      '{ id: out, kind: error, target: shop, share: 100%, at: 20s, for: 30s }',
    );
    expect({ seconds, toEnd }).toEqual({ seconds: 10, toEnd: true });
  });

  it('lasts to the end if requests hang there', () => {
    expect(failing('{ id: out, kind: hang, target: shop, at: 10s, for: 30s }').toEnd).toBe(true);
  });
});
