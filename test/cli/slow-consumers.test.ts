import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import type { FixResult } from '../../src/contracts/result/fix.js';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** One consumer of 20 ms a message handles 50/s, and 80/s come: 30/s are left, 3,600 after 120 s and 150 more of the warm-up. */
const slow = (source: string, of = 'jobs'): string => `
faultline: 1
title: consumers that are too slow
run: { duration: 120s, warmup: 5s, replications: 2 }
${source}
services: { worker: { endpoints: { handle: [ wait: 20ms ] } } }
workloads:
  users: { arrivals: constant(80/s), requests: [ { name: put, steps: [ publish: { topic: jobs } ] } ] }
budgets: [ ${of}.lag < 100 ]
`;
const SOURCES = {
  queue:
    'queues: { jobs: { kind: simple, consumers: [ { call: worker.handle, concurrency: 1 } ] } }',
  topic:
    'topics: { jobs: { kind: kafka, partitions: 4, subscribers: [ { group: workers, call: worker.handle, concurrency: 1 } ] } }',
};

describe.each(Object.entries(SOURCES))('consumers of a %s that are too slow', (name, source) => {
  it('are a saturated resource, the cause from the start on, and the setting to change', () => {
    const path = folder.put(
      `${name}.yaml`,
      slow(source, name === 'topic' ? 'jobs.workers' : 'jobs'),
    );
    const json = folder.at(`${name}.json`);
    const { stdout } = faultline(['run', path, '--json', json, '--out', folder.at('out')]);
    const [variant] = (JSON.parse(readFileSync(json, 'utf8')) as Result).variants;
    const [first] = variant!.headroom!.components;
    expect([first!.resource, first!.of]).toEqual(['consumers', 'jobs']);
    // By hand: 50/s of 80/s.
    expect(first!.factor).toBeCloseTo(50 / 80, 1);
    const backlog = variant!.cascade.events.find(({ kind }) => kind === 'backlog')!;
    // The age of a topic falls for a moment with each poll.
    expect(backlog.at).toBeLessThan(10);
    expect(variant!.cascade.sentence).toContain('jobs has too few consumers (proved)');
    expect(stdout.replaceAll(/\s+/gu, ' ')).toMatch(
      /do Set (?:queues\.jobs\.consumers|topics\.jobs\.subscribers)\[0\]\.concurrency to 2 \(now 1\): of [\d,]+ messages that wait for jobs\S* on average, \d+ remains?; “jobs\S*lag < 100” holds: [\d.]+\./u,
    );
  });
});

it('fix raises their concurrency', () => {
  const path = folder.put('tuned.yaml', slow(SOURCES.queue));
  const json = folder.at('tuned.json');
  const { stdout } = faultline(['fix', path, '--quiet', '--json', json]);
  const { fixed } = JSON.parse(readFileSync(json, 'utf8')) as FixResult;
  expect(fixed.answer?.settings).toEqual([
    { path: 'queues.jobs.consumers[0].concurrency', from: '1', to: '2' },
  ]);
  // No request fails before or after.
  expect(stdout).not.toContain('fewer failed requests');
});

describe('consumers with the one handler of the default, beside a fault that has no part in it', () => {
  /** 20 ms a message: 50/s of 150/s, so three handlers are just too few, and four are enough. */
  const text = `
faultline: 1
title: a backlog beside a fault
run: { duration: 60s, warmup: 5s, replications: 3 }
queues: { jobs: { kind: simple, consumers: [ { call: worker.handle } ] } }
services:
  worker: { endpoints: { handle: [ wait: exponential(20ms) ] } }
  prices: { endpoints: { get: [ wait: 5ms ] } }
workloads:
  users: { arrivals: poisson(150/s), requests: [ { name: put, steps: [ publish: jobs ] }, { call: prices.get, weight: 0.01 } ] }
faults: [ { id: slow-prices, kind: slow, target: prices, factor: 1.5, at: 30s, for: 5s } ]
budgets: [ jobs.lag < 40 ]
`;

  it('are the answer, with the setting to change', () => {
    const path = folder.put('beside.yaml', text);
    const { stdout } = faultline(['run', path, '--out', folder.at('out')]);
    const plain = stdout.replaceAll(/\s+/gu, ' ');
    expect(plain).toMatch(
      /why worker is saturated: its 1 consumer of jobs handles (?:49|50|51)[.\d]*\/s of 1[45]\d[.\d]*\/s \(measured\)\./u,
    );
    expect(plain).toContain('do Set queues.jobs.consumers[0].concurrency to 4 (now 1)');
  });

  it('are the measured answer where no further runs are made', () => {
    const path = folder.put('beside.yaml', text);
    const { stdout } = faultline(['run', path, '--no-explain', '--out', folder.at('out')]);
    expect(stdout.replaceAll(/\s+/gu, ' ')).toMatch(
      /why worker is saturated: its 1 consumer of jobs handles (?:49|50|51)[.\d]*\/s of 1[45]\d[.\d]*\/s \(measured\)\./u,
    );
  });

  it('are more than one step away: fix goes on where one run holds what three do not', () => {
    const path = folder.put('beside.yaml', text);
    const json = folder.at('beside.json');
    faultline(['fix', path, '--quiet', '--json', json]);
    const { fixed } = JSON.parse(readFileSync(json, 'utf8')) as FixResult;
    expect(fixed.answer?.settings).toEqual([
      { path: 'queues.jobs.consumers[0].concurrency', from: '1', to: '4' },
    ]);
  });
});

describe('a budget on a backlog, beside users who fail for another reason', () => {
  /** The function handles 2 / 100 ms = 20/s of 90/s, and of 4 / 30 ms = 133/s while the api is full and users fail, so that two times and four times as many are too few. */
  const text = `
faultline: 1
title: mails wait, and orders fail
run: { duration: 90s, seed: 3, replications: 2 }
queues: { mails: { kind: sqs, consumers: [ { call: mailer.invoke, batch: 1, concurrency: 2 } ] } }
functions: { mailer: { kind: lambda, steps: [ wait: 100ms ] } }
services: { api: { concurrency: 4, queue: { capacity: 4 }, endpoints: { order: [ wait: 30ms, publish: mails ] } } }
workloads:
  users:
    arrivals: { kind: stages, start: 90/s, stages: [ { duration: 40s, target: 90/s }, { duration: 0s, target: 250/s }, { duration: 20s, target: 250/s }, { duration: 0s, target: 90/s }, { duration: 30s, target: 90/s } ] }
    requests: [ { name: order, call: api.order } ]
budgets: [ mails.age.max < 20s ]
`;

  it('is what the report explains and helps, and the gain is that of a run with the change', () => {
    const path = folder.put('mails.yaml', text);
    const plain = (args: readonly string[]): string =>
      faultline(['run', path, '--out', folder.at('out'), ...args]).stdout.replaceAll(/\s+/gu, ' ');
    const said = plain([]);
    expect(said).toMatch(/what “mails\.age\.max < 20s” is not held: [\d.]+ s; up to /u);
    expect(said).toMatch(
      /why mailer is saturated: its 2 consumers of mails handle (?:19|20)[.\d]*\/s of 13[0-6][.\d]*\/s \(measured\)\./u,
    );
    expect(said).toMatch(/No budget covers the \d+(?:\.\d)? % of order requests that fail[.,]/u);
    const advised =
      /do Set queues\.mails\.consumers\[0\]\.concurrency to 16 \(now 2\): of [\d,]+ messages that wait for mails on average, (\d+) remain/u.exec(
        said,
      );
    const json = folder.at('changed.json');
    const changed = plain(['--set', 'queues.mails.consumers[0].concurrency=16', '--json', json]);
    expect(changed).toMatch(/1\/1 pass/u);
    const { variants } = JSON.parse(readFileSync(json, 'utf8')) as Result;
    const waiting = variants.at(-1)!.metered.mails!.meters.waiting!;
    const mean = waiting.form === 'gauge' ? waiting.mean : NaN;
    expect(Math.abs(Number(advised![1]) - mean)).toBeLessThan(3);
  });
});
