import { expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { run } from '../theory/program.js';

/** Ten images of 150 ms each: with 512 MiB, 0.29 cores, they take 5.2 s, and with a whole core 1.5 s. */
const thumbnails = (memory: string) =>
  run(`
faultline: 1
title: Thumbnails
run: { duration: 60s, warmup: 5s, seed: 3, replications: 1 }
services: { api: { endpoints: { upload: [ publish: images ] } } }
functions:
  thumb: { kind: lambda, memory: ${memory}, reserved: 30, endpoints: { make: [ { work: 150ms, times: messages } ] } }
queues: { images: { kind: sqs, consumers: [ { call: thumb.make } ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: api.upload } ] } }
budgets: [ images.age.max < 20s, thumb.timedOut < 5 ]
`).result;

it('why is the timeout of a function, where it ends the executions', () => {
  const result = thumbnails('512MiB');
  const why = plainWords(answerOf(viewOf(result)).why ?? []);
  const [, ended, all] =
    /^the timeout of thumb ends ([\d,]+) of ([\d,]+) executions \(measured\)\.$/u.exec(why)!;
  expect(Number(ended)).toBeGreaterThan(0.9 * Number(all.replace(',', '')));
  expect(result.variants[0]!.budgets.map(({ verdict }) => verdict)).toEqual(['fail', 'fail']);
  // 100/s of 150 ms need 15 of the 30.
  const enough = thumbnails('1769MiB');
  expect(enough.variants[0]!.budgets.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
  expect(plainWords(answerOf(viewOf(enough)).why ?? [])).not.toContain('timeout');
});

it('why is not a function that handles other messages than those of the broken budget', () => {
  const { result } = run(`
faultline: 1
title: Thumbnails and mails
run: { duration: 60s, warmup: 5s, seed: 3, replications: 1 }
services:
  api: { endpoints: { upload: [ { publish: images }, { publish: mails } ] } }
  mailer: { concurrency: 2, endpoints: { send: [ wait: 200ms ] } }
functions:
  thumb: { kind: lambda, memory: 512MiB, reserved: 30, endpoints: { make: [ { work: 150ms, times: messages } ] } }
queues:
  images: { kind: sqs, consumers: [ { call: thumb.make } ] }
  mails: { kind: simple, consumers: [ { call: mailer.send } ] }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: api.upload } ] } }
budgets: [ mails.age.max < 20s ]
`);
  const why = plainWords(answerOf(viewOf(result)).why ?? []);
  expect(why).toMatch(/^mailer is saturated/u);
});
