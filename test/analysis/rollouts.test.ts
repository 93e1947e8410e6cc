import { describe, expect, it } from 'vitest';
import { run, type Ran } from '../theory/program.js';

/** Ten pods behind a gateway, with a rollout at 30 s. The new version fails 20 % of requests if it is bad. */
const rolled = (rollout: string, more: Record<string, string> = {}): Ran =>
  run(`
faultline: 1
title: By hand
run: { duration: 150s, warmup: 10s, seed: 5${more['runs'] ?? ''} }
gateways: { edge: { routes: [ { match: { path: / }, to: shop.buy } ] } }
services:
  shop:
    replicas: 10
    lifecycle: { startup: 5s }
    endpoints: { buy: [ wait: 10ms ] }
    versions: { v1: {}, v2: { ${more['v2'] ?? ''} } }
    rollout: { to: v2, at: 30s, ${rollout} }
workloads: { users: { arrivals: constant(100/s), requests: [ { name: buy, call: edge } ] } }
faults: [ ${more['faults'] ?? ''} ]
budgets: [ ${more['budgets'] ?? ''} ]
`);

const BAD = 'endpoints: { buy: [ wait: 10ms, { fail: 500, probability: 20% } ] }';
const WATCHED = 'analysis: { expect: [ canary.success >= 99% ], interval: 20s }';
const CANARY = 'kind: canary, steps: [ { weight: 10% }, { pause: 30s } ]';

const told = (ran: Ran): readonly string[] =>
  ran
    .variant()
    .cascade.events.filter(({ kind }) => ['fault', 'faultEnd', 'rollout'].includes(kind))
    .map(({ at, text }) => `${at}: ${text}`);

describe('the story of a rollout', () => {
  it('is that of a harmless version', () => {
    const ran = rolled('kind: rolling');
    expect(told(ran)).toEqual([
      '30: shop goes from v1 to v2 in a rolling update',
      '40: the rollout to v2 is complete, 10 s after it began',
    ]);
    const { cascade, faults } = ran.variant();
    expect(cascade.sentence).toBe(
      'shop goes from v1 to v2 in a rolling update: users notice nothing.',
    );
    expect(cascade.verdicts).toEqual(['untouched']);
    // It is over when the new version has everything.
    expect(faults).toMatchObject([
      { id: 'shop@v2', target: ['shop'], spans: [{ from: 30, until: 40 }] },
    ]);
  });

  it('lasts while the new version does more harm than the old one', () => {
    const ran = rolled('kind: rolling', { v2: BAD });
    const { cascade, faults } = ran.variant();
    expect(faults[0]!.spans).toEqual([{ from: 30, until: 150 }]);
    expect(cascade.sentence).toContain(
      'shop goes from v1 to v2 in a rolling update at 30 s (likely) -> ',
    );
    expect(cascade.sentence).toContain('users stay degraded for good: shop@v2 stays in service');
  });

  it('says which share the new version gets, and why the old one is back', () => {
    const ran = rolled(`${CANARY}, ${WATCHED}`, { v2: BAD });
    expect(told(ran)).toEqual([
      '30: shop goes from v1 to v2 as a canary',
      '35: v2 has 10 % of the requests from here on',
      expect.stringMatching(
        /^55: v1 serves all traffic again 20 s after the first requests; 1 check failed; v2 answered 1\.\d+ % of the requests$/,
      ),
    ]);
    expect(ran.variant().cascade.verdicts).toEqual(['untouched']);
  });

  it('is in the journal by its name', () => {
    const { journal } = rolled(`${CANARY}, ${WATCHED}`, { v2: BAD }).variant();
    expect(
      journal
        .filter(({ kind }) => kind === 'rollout')
        .map(({ subject, value }) => `${subject} ${value}`),
    ).toEqual(['shop begun', 'shop 10%', 'shop failedLook', 'shop 0%', 'shop rolledBack']);
    const instances = journal.filter(({ kind }) => kind === 'instance');
    expect(
      instances.every(({ subject, value }) => subject.startsWith('shop[') && value !== undefined),
    ).toBe(true);
  });

  it('says that a failed check holds it, or is passed over', () => {
    const held = rolled(`${CANARY}, ${WATCHED}, onFailure: pause`, { v2: BAD });
    expect(told(held).slice(-1)).toEqual(['55: a failed check holds v2 where it is']);
    const goesOn = rolled(`${CANARY}, ${WATCHED}, onFailure: continue`, { v2: BAD });
    expect(told(goesOn).slice(-2)).toEqual([
      '55: v2 continues despite 1 failed check',
      '70: the rollout to v2 is complete, 40 s after it began',
    ]);
  });

  it('says when a second set has all requests, and when it has everything', () => {
    const ran = rolled(`kind: blueGreen, scaleDownDelay: 40s, ${WATCHED}`);
    expect(told(ran)).toEqual([
      '30: shop goes from v1 to v2 blue-green',
      '35: v2 has all of the requests from here on',
      '75: the rollout to v2 is complete, 45 s after it began',
    ]);
  });

  it('does not lay a later fault at its door', () => {
    const faults = '{ id: f, kind: error, target: shop, status: 500, at: 80s, for: 20s }';
    const ran = rolled('kind: rolling', { faults });
    expect(ran.variant().cascade.innocent.map(({ fault }) => fault)).toContain('shop@v2');
    expect(ran.variant().cascade.verdicts).toEqual(['recovered']);
  });
});

describe('figures of a rollout', () => {
  it('are what its budgets ask for, the same in the table of versions', () => {
    const ran = rolled(`${CANARY}, ${WATCHED}`, {
      v2: BAD,
      runs: ', replications: 3',
      budgets:
        'shop.rollout.result == rolledBack, shop.rollout.result != promoted, { expect: shop.rollout.result == promoted, severity: warning }, shop.rollout.duration < 26s, shop.rollout.exposed < 1.5%',
    });
    const { budgets, metered } = ran.variant();
    expect(budgets.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'fail', 'pass', 'pass']);
    expect(budgets.map(({ value }) => value).slice(0, 4)).toEqual([1, 1, 0, 25]);
    // 10 % of 20 s, of 150 s.
    expect(budgets[4]!.value).toBeCloseTo(0.0133, 2);
    expect(metered['shop']!.rollout).toEqual({
      kind: 'canary',
      from: 'v1',
      to: 'v2',
      promoted: 0,
      rolledBack: 3,
      running: 0,
      seconds: [25, 25, 25],
      medians: { from: 0.01, to: 0.01 },
    });
    const total = (name: string): number => {
      const meter = metered['shop']!.meters[`rollout.${name}`]!;
      return meter.form === 'counter' ? meter.total : NaN;
    };
    expect(total('old') + total('next')).toBe(total('served'));
    expect(total('oldGood')).toBe(total('old'));
    expect(total('nextGood') / total('next')).toBeCloseTo(0.8, 1);
  });

  it('break every limit of time where it does not end', () => {
    const ran = rolled('kind: canary, steps: [ { weight: 10% }, { pause: none } ]', {
      budgets: 'shop.rollout.duration < 1h, shop.rollout.result == running',
    });
    expect(ran.variant().budgets.map(({ verdict }) => verdict)).toEqual(['fail', 'pass']);
  });
});
