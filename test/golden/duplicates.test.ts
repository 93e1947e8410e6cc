import { describe, expect, it } from 'vitest';
import { golden } from './tracing.js';

/** Executions of one charge beyond the first, over the whole run. */
function duplicates(policy: string, fault: string, endpoint = 'wait: 20ms'): number {
  const { ran } = golden(
    `
policies: { pay: ${policy} }
services:
  shop: { runtime: async, outbound: pay, endpoints: { order: [ call: bank.charge ] } }
  bank: { endpoints: { charge: ${endpoint} } }
workloads: { users: { arrivals: { at: [1s] }, requests: [ { call: shop.order } ] } }
faults: [ { id: trouble, ${fault} } ]
`,
    '10s',
  );
  const plan = ran.plans[0]!;
  const bank = plan.components.findIndex(({ name }) => name === 'bank');
  const part = plan.parts.findIndex(({ component }) => component === bank);
  return ran.records[0]![0]!.parts[part]!.duplicates.reduce((a, b) => a + b, 0);
}

const RETRY = '{ timeout: 200ms, retry: { attempts: 3, on: [timeout, error] } }';
const SPLIT = 'kind: partition, between: [shop, bank], direction: from, at: 0s, for: 5s';

describe('duplicate executions', () => {
  it('count the first one too where only its answer was lost', () => {
    expect(duplicates(RETRY, SPLIT, '[ wait: 20ms ]')).toBe(2);
  });

  it('count executions that took effect and then answered with an error', () => {
    const flaky = 'kind: error, target: bank, afterWork: true, at: 0s, for: 1030ms';
    // Executions end at 1020, 1040 and 1060 ms; the first two arrived while errors were injected.
    expect(duplicates(RETRY, flaky, '[ wait: 20ms ]')).toBe(2);
  });

  it('count none where the callee is idempotent', () => {
    const safe = '{ idempotent: true, steps: [ wait: 20ms ] }';
    expect(duplicates(RETRY, SPLIT, safe)).toBe(0);
  });

  it('count none where the error came before the work', () => {
    const refused = 'kind: error, target: bank, at: 0s, for: 1010ms';
    expect(duplicates(RETRY, refused, '[ wait: 20ms ]')).toBe(0);
  });

  const HEDGE = '{ timeout: 200ms, hedge: { after: 10ms } }';
  const NONE = 'kind: error, target: bank, at: 8s, for: 1s';

  it('count what a hedge and its original both did to the end', () => {
    expect(duplicates(HEDGE, NONE, '[ wait: 20ms ]')).toBe(1);
    expect(duplicates(HEDGE, NONE, '[ wait: 5ms ]')).toBe(0);
    expect(duplicates(HEDGE, SPLIT, '[ wait: 20ms ]')).toBe(1);
    expect(duplicates(HEDGE, NONE, '{ idempotent: true, steps: [ wait: 20ms ] }')).toBe(0);
  });

  it('count a hedge that was sent when the original had been executed already', () => {
    // Executed at 1009 ms, answered at 1018 ms; the hedge leaves at 1010 ms.
    const far = 'kind: latency, target: shop->bank, add: 9ms, at: 0s, for: 5s';
    expect(duplicates(HEDGE, far, '[ wait: 1ns ]')).toBe(1);
  });

  it('count none after a refused connection: the callee never saw the call', () => {
    const away = 'kind: crash, target: bank, at: 0s, for: 1010ms';
    const again =
      '{ retry: { attempts: 3, on: [connect], backoff: { kind: constant, base: 20ms } } }';
    expect(duplicates(again, away, '[ wait: 20ms ]')).toBe(0);
  });
});
