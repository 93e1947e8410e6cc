import { afterAll, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

/** A record that fails in every attempt blocks a partition. */
const TEXT = `faultline: 1
title: Blocked
run: { duration: 240s, seed: 3 }
keys: { device: uniform(count=1000) }
services:
  ingest: { endpoints: { put: [ publish: { topic: readings, key: device } ] } }
  enricher: { endpoints: { on: [ wait: 2ms ] } }
topics:
  readings:
    kind: kafka
    partitions: 2
    subscribers:
      - { group: enrichment, call: enricher.on, concurrency: 2, retry: { attempts: 2, backoff: { kind: constant, base: 50ms } }, onPoison: block }
workloads: { devices: { arrivals: poisson(200/s), requests: [ { name: put, call: ingest.put } ] } }
faults:
  - { id: slow, kind: slow, target: enricher.on, factor: 4, at: 10s, for: 20s }
  - { id: bad, kind: poison, target: readings, share: 1%, effect: error, at: 40s, for: 10s }
budgets: [ devices.success >= 99% ]
expect: [ readings.enrichment.age.max > 60s ]
`;

const folder = new Folder();
afterAll(() => folder.remove());

it('a run that holds its budgets and never drains has its cause and its remedy, proved', () => {
  const run = (...more: string[]): string => {
    const path = folder.put('blocked.yaml', TEXT);
    return faultline(['run', path, '--out', folder.at('out'), ...more]).stdout;
  };
  const text = run();
  expect(text).toMatch(/holds its budgets, never drains/);
  const [, waiting, left] =
    /why {3}1 % of the messages of readings cannot be handled \(proved\): of ([\d,]+) messages that wait for readings\.enrichment on average, ([\d,]+) remains? without it/.exec(
      text,
    )!;
  const number = (digits: string | undefined): number => Number(digits!.replaceAll(',', ''));
  expect(number(left)).toBeLessThan(number(waiting) / 10);
  expect(text).toMatch(
    /do {4}Let the consumers of readings\.enrichment give up a message that they cannot handle, with onPoison: deadLetter and a deadLetter queue/,
  );
  expect(text).toMatch(
    /The faults make readings\.enrichment fall behind.* and \d+ with messages of readings passed over/,
  );
  // The same run with the advice drains.
  const subscriber = 'topics.readings.subscribers[enrichment]';
  const advised = TEXT.replace('onPoison: block', 'onPoison: deadLetter, deadLetter: dead')
    .replace('workloads:', '  dead: { kind: kafka, partitions: 1 }\nworkloads:')
    .replace(/expect: .*\n/, '');
  const path = folder.put('advised.yaml', advised);
  const after = faultline(['run', path, '--out', folder.at('out')]).stdout;
  expect(after).not.toContain('never drains');
  expect(run('--set', `${subscriber}.onPoison=skip`)).not.toContain('never drains');
});
