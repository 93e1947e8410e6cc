import { describe, expect, it } from 'vitest';
import { all, fieldsText, leadText, setFieldsText } from '../../src/cli/explain/fields.js';
import { callText, lines, plainText } from '../../src/cli/explain/values.js';
import { processText } from '../../src/cli/explain/process-text.js';
import { versionText } from '../../src/cli/explain/version-text.js';
import { lognormalOfMean, lognormalOfQuantiles } from '../../src/kernel/distribution.js';
import { load } from '../theory/program.js';

describe('the fields of an object', () => {
  const own = { name: 'jobs', delayNs: 0, kind: 'sqs', fifo: false, waitTimeNs: 2e10, dead: null };

  it('have the names and quantities of a scenario, the kind first', () => {
    expect(fieldsText(own)).toBe('sqs, delay: 0s, fifo: false, waitTime: 20s, dead: none');
    expect(fieldsText({ batchBytes: 16384, reset: 'latest', rate: 5, capacity: Infinity })).toBe(
      'batchSize: 16KiB, autoOffsetReset: latest, rate: 5/s, capacity: unlimited',
    );
  });

  it('are left out, or have other words, where the section says so', () => {
    expect(setFieldsText(own)).toBe('sqs, waitTime: 20s');
    expect(setFieldsText(own, { fifo: 'always', waitTimeNs: 'hidden', dead: 'ifGiven' })).toBe(
      'sqs, fifo: false',
    );
    const words = { fifo: (is: boolean) => (is ? 'in order' : null), waitTimeNs: () => 'long' };
    expect(fieldsText(own, { ...words, ...all('hidden', 'delayNs dead') })).toBe(
      'sqs, waitTime: long',
    );
  });

  it('have a unit that their name does not show', () => {
    const link = { bandwidth: 1048576, loss: 0.025, own: null };
    const words = { bandwidth: 'bandwidth', loss: 'share', own: 'size' } as const;
    expect(fieldsText(link, words)).toBe('bandwidth: 1MiB/s, loss: 2.5%');
    expect(setFieldsText({ loss: 0 }, { loss: 'share' })).toBe('');
  });

  it('follow the values that lead', () => {
    const queue = { discipline: 'codel', capacity: 100, targetNs: 5e6, maxWaitNs: null };
    expect(leadText(queue, ['capacity', 'discipline'])).toBe('100 codel { target: 5ms }');
    expect(leadText({ capacity: 100 }, ['capacity'])).toBe('100');
  });
});

describe('values', () => {
  it('are distributions as a scenario writes them', () => {
    expect(plainText(lognormalOfQuantiles(2e5, 1e6))).toBe('lognormal(p50=200us p99=1ms)');
    expect(plainText(lognormalOfMean(1e7, 1.5))).toBe('lognormal(p50=5547us p99=69.33ms)');
    expect(plainText({ kind: 'constant', valueNs: 15e6 })).toBe('15ms');
    expect(plainText({ kind: 'empirical', valuesNs: [3e6, 5e6] })).toBe('empirical(3ms 5ms)');
    const slow = { weight: 0.05, of: { kind: 'exponential', meanNs: 1e9 } };
    const branches = [{ weight: 0.95, of: { kind: 'constant', valueNs: 2e6 } }, slow];
    expect(plainText({ kind: 'mixture', branches })).toBe(
      'mixture(95%=2ms 5%=exponential(mean=1s))',
    );
  });

  it('are references, and kinds with the values of their fields', () => {
    expect(plainText({ call: { component: 'shop', part: 'buy' } })).toBe('{ call: shop.buy }');
    expect(plainText({ component: 'edge', part: null })).toBe('edge');
    expect(callText({ kind: 'eventual' })).toBe('eventual');
    const wait = { kind: 'waitForVersion', withinNs: 2e8, then: 'stale' };
    expect(callText(wait)).toBe('waitForVersion(200ms, stale)');
  });
});

describe('a rollout', () => {
  const versionsOf = (rollout: string): readonly string[] =>
    lines(
      load(`
faultline: 1
title: A rollout
run: { duration: 10s }
services:
  shop:
    endpoints: { buy: [ work: 1ms ] }
    versions: { v1: {}, v2: { endpoints: { buy: [ work: 2ms ] } } }
    rollout: { to: v2, at: 1s, ${rollout} }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }
`).variants[0]!.scenario.services,
      ({ versions }) => versionText(versions!),
    );

  it('without promotion never takes over', () => {
    expect(versionsOf('kind: blueGreen, autoPromotion: false')).toEqual([
      'shop: v1 to v2, blueGreen, at: 1s, ' +
        'autoPromotion: false, so it never takes over: its preview replicas run without traffic, scaleDownDelay: 30s',
    ]);
  });

  it('shows the fields of its kind alone', () => {
    expect(versionsOf('kind: rolling, maxSurge: 1')).toEqual([
      'shop: v1 to v2, rolling, at: 1s, maxSurge: 1, maxUnavailable: 25%',
    ]);
    expect(versionsOf('kind: recreate')).toEqual(['shop: v1 to v2, recreate, at: 1s']);
  });
});

it('policies of AWS have the names that a scenario has for their fields', () => {
  const scenario = load(`
faultline: 1
title: Target tracking
run: { duration: 10s }
services:
  shop: { cpu: 1, autoscaling: { kind: targetTracking, metric: cpu, target: 50%, max: 4, period: 30s, scaleInPeriods: 5 }, endpoints: { buy: [ work: 1ms ] } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }
`).variants[0]!.scenario;
  expect(processText(scenario.services.get('shop')!)).toContain(
    'period: 30s, evaluationPeriods: 3, scaleInPeriods: 5, scaleOutCooldown: 5m, scaleInCooldown: 5m',
  );
});
