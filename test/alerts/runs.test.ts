import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

const SHOP = `
run: { duration: 10m, replications: 1, timeline: 15s }
network: { latency: 0ms }
services: { shop: { endpoints: { buy: [ wait: 5ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: outage, kind: error, target: shop, at: 305s, for: 60s } ]
`;

const alertsOf = (alerts: string, more = SHOP) => {
  const { result } = run(`faultline: 1\ntitle: Alerts\n${more}alerts:\n${alerts}`);
  return result.variants[0]!.alerts!;
};

describe('alerts of a run', () => {
  it('come in the order in which they fire, with those last that stay silent', () => {
    const { rules, faultAt, failed } = alertsOf(`  rules:
    silent: { when: users.success < 1%, over: 5m }
    late: { when: users.success < 50%, over: 1m, for: 30s }
    soon: { when: users.success < 99%, over: 1m }
`);
    expect(rules.map(({ name }) => name)).toEqual(['soon', 'late', 'silent']);
    expect(faultAt).toBe(305);
    // 600 of 6000 requests fail; the last one is under way at the end.
    expect(failed).toBeCloseTo(0.1, 3);
    expect(rules[2]!.after).toMatchObject({ value: null, never: 1 });
  });

  it('count the minutes that an outage costs of the error budget', () => {
    const { budgets } = alertsOf(`  objective: 99%
  period: 10d
  rules: { soon: { when: users.success < 99% } }
`);
    // A tenth of ten minutes, of a hundredth of ten days.
    expect(budgets).toHaveLength(1);
    expect(budgets[0]!.spent).toBeCloseTo(1, 3);
    expect(budgets[0]!.minutes).toBeCloseTo(144, 9);
  });

  it('say what limits the answer', () => {
    const { notes } = alertsOf('  rules: { burn: { burnRate: 14.4, objective: 99.9% } }\n');
    expect(notes).toEqual([
      'A window of 1h has only 305s before the first fault, so the alert fires earlier than in production: write history: 1h.',
    ]);
    const coarse = SHOP.replace('timeline: 15s', 'timeline: 30s');
    expect(alertsOf('  rules: { queue: { when: shop.queue > 5 } }\n', coarse).notes).toEqual([
      'Levels are recorded every 30s, more coarsely than they are scraped: write run.timeline: 15s.',
    ]);
  });

  it('evaluate recorded rules before those that use them, and end their series with their elements', () => {
    const { rules } = alertsOf(`  groups:
    - name: shop
      rules:
        - record: users:failed:rate1m
          expr: sum(rate(user_requests_total{outcome="serverError"}[1m])) > 0
        - { alert: Failing, expr: 'users:failed:rate1m > 1', labels: { severity: page } }
`);
    // First failure in the scrape at 315 s, the second sample at 330 s: 25 s after the fault. The last window with two
    // samples of a rise ends before 420 s, and the recorded series with it.
    expect(rules[0]).toMatchObject({ name: 'Failing', severity: 'page', firesFor: 90 });
    expect(rules[0]!.after.value).toBe(25);
  });

  it('look back as far as the rules whose records they use', () => {
    const { notes } = alertsOf(`  groups:
    - name: shop
      rules:
        - { record: users:rate10m, expr: 'sum(rate(user_requests_total[10m]))' }
        - { alert: Quiet, expr: 'users:rate10m < 1' }
`);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('A window of 10m has only 305s before the first fault');
  });

  it('fail like a rule of Prometheus where elements do not belong together one to one', () => {
    const two = SHOP.replace('shop: {', 'shop: { replicas: 2,');
    const { rules } = alertsOf(
      `  groups:
    - name: shop
      rules: [ { alert: Twice, expr: 'up / on(service) up > 0' } ]
`,
      two,
    );
    expect(rules[0]!.error).toMatch(/^Twice: several elements on the right of \//);
  });

  it('change no digest and no trace of the run', () => {
    const plain = run(`faultline: 1\ntitle: Alerts\n${SHOP}`).result;
    const watched = run(
      `faultline: 1\ntitle: Alerts\n${SHOP}alerts: { rules: { soon: { when: users.success < 99% } } }\n`,
    ).result;
    expect(watched.digest).toBe(plain.digest);
    expect(watched.variants[0]!.exemplars).toEqual(plain.variants[0]!.exemplars);
  });
});
