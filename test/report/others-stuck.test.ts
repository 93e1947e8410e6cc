import { describe, expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { answerOf } from '../../src/report/words/answer.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

/** A poison message blocks a partition in one variant; in another one the only consumer is far too slow. */
const TEXT = `faultline: 1
title: Two backlogs
run: { duration: 120s, seed: 3 }
keys: { device: uniform(count=1000) }
services:
  ingest: { endpoints: { put: [ publish: { topic: readings, key: device } ] } }
  enricher: { endpoints: { on: [ wait: 2ms ] } }
topics:
  readings:
    kind: kafka
    partitions: 2
    subscribers:
      - { group: enrichment, call: enricher.on, concurrency: 2, retry: { attempts: 2, backoff: { kind: constant, base: 50ms } }, onPoison: deadLetter, deadLetter: dead }
  dead: { kind: kafka, partitions: 1 }
workloads: { devices: { arrivals: poisson(50/s), requests: [ { name: put, call: ingest.put } ] } }
faults: [ { id: bad, kind: poison, target: readings, share: 1%, effect: error, at: 20s, for: 30s } ]
variants:
  - { name: aside }
  - { name: blocks, set: { "topics.readings.subscribers[enrichment].onPoison": block }, remove: [ "topics.readings.subscribers[enrichment].deadLetter" ] }
  - { name: slow, set: { services.enricher.endpoints.on: [ wait: 500ms ] } }
budgets: [ devices.success >= 99% ]
`;

it('an advice for a variant that loses messages says so', () => {
  const skips = TEXT.replace('onPoison: deadLetter, deadLetter: dead', 'onPoison: skip')
    .replace(/^ {2}dead: .*\n/m, '')
    .replace(/^ {2}- \{ name: blocks.*\n/m, '')
    .replace('name: aside', 'name: skips');
  const { result } = run(skips);
  const { what, act } = answerOf(viewOf(result));
  expect(plainWords(what!)).toMatch(/10 messages are lost/);
  expect(plainWords(act!)).toBe(
    'skips falls least behind: up to 5 messages wait, drained when the fault ends; messages lost: 10.',
  );
});

describe('variants that never drain, beside the one that the answers are about', () => {
  it('have the reason in a note, on the terminal too', () => {
    const { result } = run(TEXT);
    const view = viewOf(result);
    const notes = answerOf(view).notes.map(plainWords);
    expect(view.worstVariant.name).toBe('slow');
    expect(notes).toEqual([
      'No budget covers the backlog of readings.enrichment.',
      'blocks: the backlog of readings stays for good: a message that its consumer cannot process holds up readings.',
    ]);
    // The same run, with the messages put aside, has no backlog at its end.
    const [aside, blocks] = result.variants;
    const isLasting = ({ kind }: { readonly kind: string }): boolean => kind === 'notRecovered';
    expect(aside!.cascade.events.some(isLasting)).toBe(false);
    expect(blocks!.cascade.events.some(isLasting)).toBe(true);
  });
});
