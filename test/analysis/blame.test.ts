import { describe, expect, it } from 'vitest';
import type { VariantResult } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

function variantOf(text: string): VariantResult {
  return run(text, { traceShare: 1 }).variant();
}

/** Users call the shop ten times a second, and the shop calls the bank. */
const scenario = (rest: string, faults: string): string => `
faultline: 1
title: Shop and bank
run: { duration: 60s, warmup: 5s, drain: 5s, timeline: 1s }
network: { latency: 0ms }
${rest}
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] }
faults: [ ${faults} ]
`;

const BANK = '  bank: { endpoints: { pay: [ wait: 10ms ] } }';
const FAILS = '{ id: f, kind: error, target: bank, share: 100%, at: 20s, for: 10s }';

describe('the origin of failed requests', () => {
  it('is the component that fails, however far below', () => {
    const { blame } = variantOf(
      scenario(
        `services:\n  shop: { endpoints: { buy: [ call: pay.go ] } }\n  pay: { endpoints: { go: [ call: bank.pay ] } }\n${BANK}`,
        FAILS,
      ),
    );
    // 10 s of 10 requests a second are a sixth of the 60 s.
    expect(blame).toMatchObject({ failed: 100, sampled: 100 });
    expect(blame!.outage).toBeCloseTo(10, 6);
    expect(blame!.parts).toEqual([{ subject: 'bank', kind: 'error', share: 1 }]);
  });

  it('is the slow component where a caller gives up, not the caller', () => {
    const { blame } = variantOf(
      scenario(
        `services:\n  shop: { endpoints: { buy: [ { call: bank.pay, policy: { timeout: 50ms } } ] } }\n${BANK}`,
        '{ id: f, kind: slow, target: bank, factor: 100, at: 20s, for: 10s }',
      ),
    );
    expect(blame!.parts).toEqual([{ subject: 'bank', kind: 'own', share: 1 }]);
  });

  it('is the queue of a component without a free worker, and a refusal once it is full', () => {
    const { blame } = variantOf(
      scenario(
        `services:\n  shop: { endpoints: { buy: [ { call: bank.pay, policy: { timeout: 250ms } } ] } }\n  bank: { concurrency: 1, queue: { capacity: 2 }, endpoints: { pay: [ wait: 10ms ] } }`,
        '{ id: f, kind: slow, target: bank, factor: 20, at: 20s, for: 10s }',
      ),
    );
    const kinds = blame!.parts.map(({ subject, kind }) => `${subject} ${kind}`);
    expect(new Set(kinds)).toEqual(new Set(['bank queue', 'bank refused', 'bank own']));
    expect(blame!.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('is the component whose failures opened the breaker', () => {
    const { blame } = variantOf(
      scenario(
        `services:\n  shop: { endpoints: { buy: [ { call: bank.pay, policy: { circuitBreaker: { kind: simple, failureThreshold: 5, openDuration: 60s } } } ] } }\n${BANK}`,
        FAILS,
      ),
    );
    expect(blame!.parts.map(({ subject, kind }) => `${subject} ${kind}`)).toEqual([
      'bank opened',
      'bank error',
    ]);
  });

  it('is the call that the bulkhead of its caller refuses', () => {
    const { blame } = variantOf(
      scenario(
        `services:\n  shop: { runtime: async, endpoints: { buy: [ { call: bank.pay, policy: { bulkhead: { maxConcurrent: 1 } } } ] } }\n${BANK}`,
        '{ id: f, kind: slow, target: bank, factor: 100, at: 20s, for: 10s }',
      ),
    );
    expect(blame!.parts.map(({ subject, kind }) => `${subject} ${kind}`)).toEqual([
      'shop->bank rejected',
    ]);
  });

  it('is not a failure that a fallback covers', () => {
    const { blame } = variantOf(
      scenario(
        `services:\n  shop: { endpoints: { buy: [ { call: bank.pay, policy: { fallback: { status: 202 } } } ] } }\n${BANK}`,
        FAILS,
      ),
    );
    expect(blame).toMatchObject({ failed: 0, sampled: 0, parts: [] });
  });
});

describe('a component whose workers are all held', () => {
  it('passes the blame on to the component that holds them', () => {
    // 10/s x 2 s = 20 calls in flight fill the 5 workers of the shop and of the gate before it.
    const { blame } = variantOf(
      scenario(
        `services:\n  shop: { concurrency: 5, queue: { capacity: 5 }, endpoints: { buy: [ call: bank.pay ] } }\n  bank: { concurrency: unlimited, endpoints: { pay: [ wait: 10ms ] } }`,
        '{ id: f, kind: slow, target: bank, factor: 200, at: 20s, for: 20s }',
      ),
    );
    expect(blame!.failed).toBeGreaterThan(100);
    expect(blame!.parts).toEqual([{ subject: 'bank', kind: 'holds', share: 1 }]);
  });
});

describe('the times of a fault', () => {
  it('run from its start to the onset and the worst step, and from its end to the recovery', () => {
    const { faultTimes } = variantOf(
      scenario(`services:\n  shop: { endpoints: { buy: [ call: bank.pay ] } }\n${BANK}`, FAILS),
    );
    const [{ fault, onset, peak, recovery }] = faultTimes!;
    expect(fault).toBe('f');
    expect(onset.value).toBeLessThanOrEqual(1);
    // The first full step in which all requests fail ends 1 s after the start.
    expect(peak.value).toBe(1);
    expect(recovery).toMatchObject({ value: 0, never: 0 });
  });

  it('are unknown where users notice nothing', () => {
    const { faultTimes } = variantOf(
      scenario(
        `services:\n  shop: { endpoints: { buy: [ call: bank.pay ] } }\n${BANK}\n  idle: { endpoints: { x: [ wait: 1ms ] } }`,
        '{ id: f, kind: slow, target: idle, factor: 5, at: 20s, for: 10s }',
      ),
    );
    expect(faultTimes![0]).toMatchObject({ onset: { value: null }, peak: { value: null } });
    // Nothing uses the target.
    expect(faultTimes![0].recovery.value).toBeNull();
  });
});
