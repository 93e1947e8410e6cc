import { expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { proofOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

/** What to do, proved by runs without each fault and without a setting tried. */
const advised = async (yaml: string): Promise<string> => {
  const ran = run(yaml);
  const proofs = new Map([['base', await proofOf(ran, { candidates: [] })]]);
  const { file, plans, records } = ran;
  const result = summarise(file, plans, records, '0.0.0', null, null, proofs);
  return plainWords(answerOf(viewOf(result)).act ?? []);
};

const answered = (faults: string): Promise<string> =>
  advised(`
faultline: 1
title: A push
run: { duration: 90s, warmup: 5s, seed: 2 }
gateways:
  edge:
    middleware: [ { rateLimit: { rate: 400/s, burst: 50 } } ]
    routes: [ { name: search, to: search.query } ]
services: { search: { cpu: 4, endpoints: { query: [ work: exponential(5ms) ] } } }
workloads: { apps: { arrivals: poisson(200/s), requests: [ { call: edge } ] } }
faults: [ ${faults} ]
budgets: [ apps.success >= 99% ]
`);

const push = (id: string, at: string, rate: string): string =>
  `{ id: ${id}, kind: change, set: { "gateways.edge.middleware[rateLimit].rateLimit.rate": ${rate} }, at: ${at}, for: 20s }`;

it('a change of the system that does the harm is to be taken back, which the run without it shows', async () => {
  expect(await answered(push('push', '30s', '60/s'))).toMatch(
    /^Take the change back: 0 requests fail instead of 2,\d{3}\b/u,
  );
  const two = `${push('push', '30s', '60/s')}, ${push('harmless', '60s', '380/s')}`;
  expect(await answered(two)).toMatch(
    /^Take the change back: without “.+ is 60\/s instead of 400\/s” 0 requests fail instead of 2,\d{3}\b/u,
  );
  expect(
    await answered('{ id: slow, kind: slow, target: search, factor: 90, at: 30s, for: 20s }'),
  ).not.toContain('change back');
});

const rolled = (work: string, lifecycle = ''): Promise<string> =>
  advised(`
faultline: 1
title: A version
run: { duration: 120s, warmup: 5s, seed: 2 }
services:
  search:
    replicas: 4
    cpu: 1
    concurrency: 40
    ${lifecycle}
    version: v1
    versions: { v1: {}, v2: { endpoints: { query: [ work: ${work} ] } } }
    rollout: { kind: rolling, to: v2, at: 20s, maxSurge: 1, maxUnavailable: 0 }
    endpoints: { query: [ work: 5ms ] }
workloads: { apps: { arrivals: poisson(500/s), patience: 1s, requests: [ { call: search.query } ] } }
budgets: [ apps.success >= 99% ]
`);

it('a version that cannot serve the load is to be taken back, but not one whose rollout only drops requests', async () => {
  // 500/s of 12 ms need 6 of 4 cores.
  expect(await rolled('12ms')).toMatch(
    /^Take the rollout back: 0 requests fail instead of \d{1,3},\d{3}\b/u,
  );
  const abrupt = 'lifecycle: { startup: 5s, drain: false }';
  expect(await rolled('5ms', abrupt)).not.toContain('back');
});
