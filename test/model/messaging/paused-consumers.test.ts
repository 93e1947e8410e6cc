import { describe, expect, it } from 'vitest';
import { ended, golden } from '../../golden/tracing.js';

/** A consumer behind a breaker that the first failure opens for a second; the first message fails once. */
const guarded = (where: string, reader: string, kind: string, faults: string): string => `
policies: { guarded: { circuitBreaker: { kind: simple, failureThreshold: 1, openDuration: 1s } } }
${where}: { jobs: { kind: ${kind}, ${reader}: [ { ${where === 'topics' ? 'group: g, ' : ''}call: worker.handle, policy: guarded } ] } }
services:
  worker: { endpoints: { handle: [ wait: 100ms ] } }
  shop: { endpoints: { buy: [ publish: jobs ] } }
workloads:
  users: { arrivals: { at: [ 1s, 1s, 1s ] }, requests: [ { call: shop.buy } ] }
faults: [ { id: bad, kind: error, target: worker, afterWork: true, share: 100%, at: 0s, for: 1500ms }, ${faults} ]
`;

describe.each([
  ['queues', 'consumers', 'simple'],
  ['queues', 'consumers', 'rabbitmq'],
  ['topics', 'subscribers', 'kafka'],
  ['topics', 'subscribers', 'bus'],
])('a paused consumer (%s, %s, %s)', (where, reader, kind) => {
  const ends = (faults: string): number[] =>
    ended(golden(guarded(where, reader, kind, faults)).at('worker.handle'))
      .filter((end) => end > 1500)
      .sort((a, b) => a - b);

  it('continues once its probe has succeeded', () => {
    // Open from 1.1 s to 2.1 s, when the poll that runs every 100 ms is admitted.
    expect(ends('')).toEqual([2200, 2300, 2400]);
  });

  it('asks for another probe where its process died with the first one', () => {
    const all = ends('{ id: dies, kind: crash, target: worker, at: 2150ms, for: 1s }');
    // A member of a group that died without leaving is removed after 45 s, and the rebalance takes 3 s.
    const back = kind === 'kafka' ? 48_000 : 3150;
    expect(all).toEqual([2150, back + 100, back + 200, back + 300]);
  });
});
