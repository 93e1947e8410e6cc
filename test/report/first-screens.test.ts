import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import type { Counterfactuals } from '../../src/contracts/result/counterfactual.js';
import type { Result } from '../../src/contracts/result/result.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { renderHtml } from '../../src/report/page/html.js';
import { explainedOf } from '../../src/report/view/explained.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { causeParts } from '../../src/report/words/causes.js';
import { clearedLine } from '../../src/report/words/innocents.js';
import { otherLoadText } from '../../src/report/words/other-load.js';
import { proofOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

/** The answers of the first screen, then the lines below them. */
function told(result: Result): { readonly what: string; readonly act: string; also: string } {
  const { what, act, also } = answerOf(viewOf(result));
  return {
    what: plainWords(what),
    act: plainWords(act ?? []),
    also: also.map(plainWords).join('\n'),
  };
}

/** A scenario with the further runs of its variant. */
async function proved(text: string): Promise<Result> {
  const ran = run(text);
  const proofs = new Map([[ran.plans[0]!.variant, await proofOf(ran)]]);
  return summarise(ran.file, ran.plans, ran.records, '0.0.0', null, null, proofs);
}

const page = (result: Result): string =>
  renderHtml(result, { command: 'faultline run a.yaml', version: '0.0.0' });

const shop = (rest: string): string => `
faultline: 1
title: Shop
run: { duration: 60s, warmup: 5s, replications: 1 }
policies: { pay: { timeout: 2s } }
services:
  shop: { outbound: pay, endpoints: { buy: [ call: bank.pay ] } }
  bank: { replicas: 2, endpoints: { pay: [ wait: 20ms ] } }
  ads: { endpoints: { show: [ wait: 5ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: buy, call: shop.buy }, { name: look, call: ads.show } ] }
${rest}`;

describe('settings', () => {
  it('have the value before and after, also where a policy is new, and a line where the sentence has no room', () => {
    const { act, also } = told(
      run(
        shop(`faults: [ { id: down, kind: error, target: bank, share: 100%, at: 20s, for: 10s } ]
variants:
  - { name: plain }
  - name: guarded
    set:
      policies.pay.circuitBreaker: { kind: gobreaker, interval: 5s, timeout: 2s, tripAfter: { failureRatio: 50%, minRequests: 10 } }
      policies.pay.fallback: { after: 2ms }
      policies.pay.timeout: 1s
      services.bank.replicas: 3
budgets: [ users.success >= 99% ]`),
      ).result,
    );
    expect(act).toBe('Use guarded: it holds the budget (4 settings, below).');
    const [settings] = also.split('\n').filter((line) => line.startsWith('Settings of guarded'));
    expect(settings).toBe(
      'Settings of guarded against plain: policies.pay: { circuitBreaker: unset → { kind: gobreaker, interval: 5s, timeout: 2s, tripAfter: { failureRatio: 50%, minRequests: 10 } }, fallback: unset → { after: 2ms } }, policies.pay.timeout.after: 2s → 1s and services.bank.replicas: 2 → 3.',
    );
  });
});

describe('the first screen', () => {
  const grown = run(`
faultline: 1
title: Errors that grow
run: { duration: 60s, warmup: 5s, replications: 1 }
services: { shop: { endpoints: { buy: [ wait: 2ms ] } } }
workloads: { users: { arrivals: constant(1000/s), requests: [ call: shop.buy ] } }
faults:
  - { id: few, kind: error, target: shop, share: 1%, at: 20s, for: 50s }
  - { id: many, kind: error, target: shop, share: 50%, at: 30s, for: 50s }
`).result;

  it('says when the first requests fail, where the curve leaves 0 before the onset', () => {
    expect(told(grown).what).toMatch(
      /^buy requests: success \d[\d.]+ % from 30 s to the end of the run; the first fail from 20 s\.$/u,
    );
  });

  it('names no end of a fault that is there until the run ends', () => {
    const text = page(grown);
    expect(text).toMatch(/with 500, from 20\s/u);
    expect(text).not.toMatch(/20 to 60\ss/u);
  });

  it('names the kind of request that succeeds least', () => {
    const { result } = run(
      shop('faults: [ { id: down, kind: error, target: bank, share: 100%, at: 20s, for: 10s } ]'),
    );
    expect(page(result)).toMatch(/data-of="Worst">[\d.]+.%<small>buy<\/small>/u);
  });

  it('says that the budgets of another load count, and that its figures are not compared', () => {
    const { result } = run(
      shop(`variants:
  - { name: usual }
  - { name: rush, set: { workloads.users.arrivals: constant(200/s) } }
budgets: [ users.success >= 99% ]`),
    );
    expect(otherLoadText(viewOf(result))).toMatch(/and is not ranked; the budgets count\.$/u);
  });
});

describe('a variant that the runs do not decide', () => {
  it('breaks no budget, which is another thing than that none holds them', () => {
    const { result } = run(`
faultline: 1
title: Close
run: { duration: 20s, warmup: 1s, replications: 2 }
services: { shop: { endpoints: { buy: [ wait: exponential(20ms), { fail: 500, probability: 1% } ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ call: shop.buy ] } }
variants:
  - { name: today }
  - { name: worse, set: { "services.shop.endpoints.buy.steps[1].probability": 40% } }
budgets: [ users.success >= 98.9% ]
`);
    const verdicts = result.variants.map(({ budgets }) => budgets[0]!.verdict);
    expect(verdicts).toEqual(['inconclusive', 'fail']);
    expect(told(result).act).toMatch(
      /^today breaks no budget, but these runs do not decide all of them/u,
    );
  });
});

describe('harm that no request shows', () => {
  const saga = readFileSync('scenarios/order-saga.yaml', 'utf8').replace(
    /replications: \d+/u,
    'replications: 1',
  );

  it('is named where a fault is cleared of it, which may do other harm', () => {
    const { result } = run(saga);
    const variant = result.variants.find(({ name }) => name === 'orchestrated-in-memory')!;
    const fault = { fault: 'payments-stop', role: 'undecided', without: null, alone: 0 } as const;
    const unseen = [
      {
        kind: 'unsettled',
        subject: 'place-order',
        harm: 2,
        background: 0,
        faults: [fault],
        interventions: [],
      },
    ] as const;
    const counterfactuals = { unseen, interventions: [] } as unknown as Counterfactuals;
    expect(plainWords(clearedLine({ ...variant, counterfactuals }))).toBe(
      'Not to blame for 2 broken place-order sagas: payments crashes (alone it does none of this).',
    );
    expect(told(result).also).toContain(
      'Difference of orchestrated from orchestrated-in-memory: no saga breaks instead of 0.02 %, in one pair of runs with the same random draws, so without an interval.',
    );
    expect(told(result).also).toMatch(/, drained [\d.]+ s after “payments crashes” ended[;.]/u);
  });
});

describe('a change that is no setting', () => {
  it('is said to be none', async () => {
    const result = await proved(`
faultline: 1
title: A lock
run: { duration: 30s, warmup: 5s, seed: 26, replications: 1 }
keys: { tenant: { kind: uniform, count: 1 } }
services:
  billing:
    replicas: 4
    endpoints: { charge: [ lock: { on: tenant, scope: service, acquireTimeout: 200ms, steps: [ wait: 10ms ] } ] }
workloads: { users: { arrivals: poisson(150/s), requests: [ { call: billing.charge } ] } }
`);
    expect(told(result).act).toMatch(
      /^No setting was tried \(faultline fix does\); without waits for the locks of billing: 0 requests fail instead of [\d,]+/u,
    );
    const [variant] = result.variants;
    const own = variant!.counterfactuals!;
    const vain = { ...own.interventions[0]!, kind: 'capacity', role: 'none' } as const;
    const tried = { ...own, interventions: [...own.interventions, vain] };
    expect(told({ ...result, variants: [{ ...variant!, counterfactuals: tried }] }).act).toMatch(
      /^No tried setting helps \(faultline fix tries more\); without waits for the locks of billing: 0 requests/u,
    );
  });
});

describe('the title of the causes', () => {
  it('is a finding where no fault is a cause', async () => {
    const result = await proved(`
faultline: 1
title: A limit
run: { duration: 60s, seed: 3, replications: 1 }
services:
  api: { runtime: async, endpoints: { ask: [ call: partner.complete ] } }
  partner:
    runtime: async
    middleware: [ { rateLimit: { kind: tokenBucket, rate: 60/s, burst: 60 } } ]
    endpoints: { complete: [ wait: 200ms ] }
workloads: { users: { arrivals: constant(100/s), requests: [ { name: ask, call: api.ask } ] } }
`);
    const [explained] = explainedOf(result.variants);
    expect(causeParts(explained!).title).toMatch(
      /^Without the limits of partner users no longer fail/u,
    );
  });
});

describe('messages that are given up', () => {
  const worker = (fault: string, orders: string): string => `
faultline: 1
title: Orders
run: { duration: 60s, replications: 1 }
topics: { failed: { kind: kafka, partitions: 1 }, orders: { kind: kafka, partitions: 6, subscribers: [ { group: pay, call: worker.pay, ${orders} } ] } }
services:
  api: { endpoints: { order: [ publish: orders ] } }
  worker: { replicas: 2, concurrency: 4, endpoints: { pay: [ { call: bank.charge, policy: { timeout: 1s } } ] } }
  bank: { endpoints: { charge: [ wait: 20ms ] } }
workloads: { users: { arrivals: constant(40/s), requests: [ { call: api.order } ] } }
faults: [ { id: bank-fails, ${fault}, target: bank, at: 10s, for: 10s } ]
`;
  const given = 'retry: { attempts: 2 }, onPoison: deadLetter, deadLetter: failed';

  it('are said before a backlog that drains: nothing handles them later', () => {
    const { what } = told(toldOf(worker('kind: error, share: 100%', given)));
    expect(what).toMatch(/^\d+ messages end as dead letters\.$/u);
  });

  it('are said after a backlog that does not drain', () => {
    const endless = worker('kind: error, share: 100%', given).replace('wait: 20ms', 'wait: 500ms');
    const { what, also } = told(toldOf(endless));
    expect(what).toMatch(/^Up to [\d,]+ messages wait for orders\.pay/u);
    expect(also).toMatch(/messages end as dead letters/u);
  });
});

function toldOf(text: string): Result {
  const { file, plans, records } = run(text);
  return summarise(file, plans, records, '0.0.0');
}
