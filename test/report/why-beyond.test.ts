import { expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { outcomeColumns, cellText } from '../../src/report/view/columns.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import type { Result } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

const whyOf = (result: Result): string => plainWords(answerOf(viewOf(result)).why ?? []);

/** A front with workers that wait for a part of its page, and another request that needs only the front. */
const front = (policy: string): Result =>
  run(`
faultline: 1
title: A front whose part gets slow
run: { duration: 60s, warmup: 5s, seed: 5, replications: 1 }
services:
  front:
    concurrency: 60
    queue: { capacity: 100 }
    endpoints:
      home: [ { call: recs.top, policy: { timeout: ${policy} } } ]
      about: [ work: 1ms ]
  recs: { concurrency: 16, queue: { capacity: 100 }, endpoints: { top: [ wait: lognormal(p50=40ms p99=200ms) ] } }
workloads:
  app: { arrivals: poisson(100/s), requests: [ { call: front.home }, { call: front.about } ] }
faults: [ { id: slow, kind: slow, target: recs, factor: 20, at: 20s, for: 20s } ]
`).result;

it('Why names what is exhausted beyond the component that a fault slows down', () => {
  const words = whyOf(front('5s'));
  expect(words).toMatch(
    /^recs 20x slower \((?:proved|likely|guess)\); front: 60 of 60 workers wait for recs/u,
  );
});

it('Why of a bad version is the share of its requests that fails', () => {
  const released = (fails: string): Result =>
    run(`
faultline: 1
title: A bad version
run: { duration: 120s, warmup: 5s, seed: 5, replications: 1 }
platform: { kind: kubernetes }
services:
  api:
    replicas: 4
    endpoints: { get: [ wait: 5ms ] }
    versions: { v1: {}, v2: { endpoints: { get: [ wait: 5ms, { fail: 500, probability: ${fails} } ] } } }
    rollout: { to: v2, at: 30s, kind: rolling }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: api.get } ] } }
`).result;
  expect(whyOf(released('30%'))).toMatch(
    /^api goes from v1 to v2 .+; v2 fails (?:29|3[01])(?:\.\d+)? % of its requests, v1 none\.$/u,
  );
  expect(whyOf(released('0.1%'))).not.toContain('fails');
});

it('a variant whose requests are late and succeed has no outage', () => {
  const recovery = (result: Result): string => {
    const column = outcomeColumns(viewOf(result)).find(({ key }) => key === 'recovery')!;
    return cellText(column, result.variants[0]!);
  };
  const late = run(`
faultline: 1
title: Late
run: { duration: 60s, warmup: 5s, seed: 5, replications: 1 }
services: { api: { endpoints: { get: [ wait: exponential(10ms) ] } } }
workloads: { users: { arrivals: poisson(50/s), requests: [ { call: api.get } ] } }
faults: [ { id: slow, kind: slow, target: api, factor: 10, at: 20s, for: 10s } ]
`).result;
  expect(late.variants[0]!.summary.recovery.value).toBe(0);
  expect(recovery(late)).toBe('no outage');
  expect(recovery(front('200ms'))).not.toBe('no outage');
});

it('Why of a slow version is how long it takes, beside the share that fails', () => {
  const released = (steps: string): Result =>
    run(`
faultline: 1
title: A slow version
run: { duration: 120s, warmup: 5s, seed: 5, replications: 1 }
platform: { kind: kubernetes }
services:
  api:
    replicas: 4
    endpoints: { get: [ wait: 5ms ] }
    versions: { v1: {}, v2: { endpoints: { get: [ ${steps} ] } } }
    rollout: { to: v2, at: 30s, kind: rolling }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: api.get } ] } }
`).result;
  expect(whyOf(released('wait: 400ms'))).toMatch(
    /^api goes from v1 to v2 .+; v2 takes 4\d\d ms, v1 5(?:\.\d+)? ms\.$/u,
  );
  expect(whyOf(released('wait: 400ms, { fail: 500, probability: 30% }'))).toMatch(
    /; v2 takes 4\d\d ms and fails (?:29|3[01])(?:\.\d+)? %, v1 5(?:\.\d+)? ms\.$/u,
  );
});
