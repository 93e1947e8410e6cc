import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { plainWords, type Words } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { run } from '../theory/program.js';

const text = (words: Words | null): string => plainWords(words ?? []);
const answerFor = (yaml: string): { what: string; act: string; price: string } => {
  const { what, act, price } = answerOf(viewOf(run(yaml).result));
  return { what: text(what), act: text(act), price: text(price.words) };
};

it('a variant in which every request is refused is named, and compared with those of the same faults', () => {
  const yaml = readFileSync('scenarios/patterns/idempotency-key.yaml', 'utf8');
  const { what, act, price } = answerFor(yaml.replace('replications: 3', 'replications: 1'));
  expect(what).toBe(
    'slow-bank-in-haste: no fault is injected; every request is refused (client errors).',
  );
  // The variants with the lost responses answer another question.
  expect(act).toBe(
    'slow-bank serves users best: 100 % of requests succeed, slow-bank-in-haste 0 % (policies.pay.retry.backoff: unset → { kind: constant, base: 150ms }).',
  );
  expect(price).toMatch(/^Price of slow-bank against slow-bank-in-haste: /u);
});

/** A limit of 50/s, and a load of 100/s for a third of the time, or for all of it. */
const limited = (load: string): string => `
faultline: 1
title: A limit that does its work
run: { duration: 30s, warmup: 2s, seed: 3, replications: 1 }
gateways:
  edge: { routes: [ { match: { path: /* }, to: api.get } ], middleware: [ { rateLimit: { rate: 50/s, burst: 50 } } ] }
services: { api: { endpoints: { get: [ wait: 5ms ] } } }
workloads: { partner: { arrivals: ${load}, requests: [ { name: get, call: edge, path: /a } ] } }
budgets: [ partner.latency.p99 < 1s ]
`;

it('requests over a limit are refused, in the first answer and beside held budgets', () => {
  const calm = answerFor(limited('constant(100/s)'));
  expect(calm.what).toMatch(
    /^No fault is injected; [45]\d(\.\d)? % of requests are refused \(throttled\)\.$/u,
  );
  expect(calm.act).toMatch(
    /^It holds every budget; no budget covers the [45]\d(\.\d)? % of get requests that are refused\.$/u,
  );
  const surge = 'constant(40/s)';
  const fault =
    'faults: [ { id: surge, kind: load, target: partner, factor: 3, at: 10s, for: 10s } ]';
  const { what } = answerFor(`${limited(surge)}${fault}\n`);
  expect(what).toMatch(/^get requests: success .+; those that fail are refused \(throttled\)\.$/u);
});

it('where others fail too, none is said to be refused', () => {
  const both = limited('constant(100/s)').replace(
    'wait: 5ms',
    'wait: 5ms, { fail: 500, probability: 20% }',
  );
  const { what, act } = answerFor(both.replace('[ wait', '[ wait'));
  expect(`${what} ${act}`).not.toContain('refused');
  expect(act).toContain('that fail');
});
