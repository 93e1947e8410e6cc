import { expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { proofOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

const answered = async (faults: string): Promise<string> => {
  const ran = run(`
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
  const proofs = new Map([['base', await proofOf(ran, { candidates: [] })]]);
  const { file, plans, records } = ran;
  const result = summarise(file, plans, records, '0.0.0', null, null, proofs);
  return plainWords(answerOf(viewOf(result)).act ?? []);
};

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
