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
      /remedy Set (?:queues\.jobs\.consumers|topics\.jobs\.subscribers)\[0\]\.concurrency to 2 \(now 1\): of [\d,]+ messages that wait for jobs\S* on average, \d+ remains?\./u,
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
