import { describe, expect, it } from 'vitest';
import { DualWrites } from '../../../src/model/modules/messaging/dual-writes.js';
import { Producer } from '../../../src/model/modules/messaging/producer.js';
import { strands } from '../../../src/model/data/strands/strands.js';
import type { World } from '../../../src/model/modules/world.js';
import { ended, golden } from '../../golden/tracing.js';
import { MS } from '../../support/fake-calls.js';

describe('a change and a message past an outbox', () => {
  /** One endpoint, part 5, with both marks. */
  function endpoint() {
    strands.reset();
    const counts = new Map<string, number>();
    const writes = new DualWrites({
      plan: { parts: { 5: { component: 1 } } },
      meters: {
        counter: (name: string) => name,
        count: (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1),
      },
    } as unknown as World);
    const [written, published] = (['written', 'published'] as const).map((half) =>
      writes.actOf({ part: 5, half } as never),
    );
    const open = (): number => {
      const strand = strands.open(0, 1, 2);
      strands.part[strand] = 5;
      strands.parent[strand] = -1;
      return strand;
    };
    return { writes, written, published, open, counts };
  }

  it('are both or none, or a death in between leaves a lost event or a ghost', () => {
    const { writes, written, published, open, counts } = endpoint();
    const [nothing, both, half, ghost] = [open(), open(), open(), open()];
    written.begin(both, 0);
    published.begin(both, 0);
    written.begin(half, 0);
    published.begin(ghost, 0);
    for (const job of [nothing, both]) writes.died(job);
    expect([...counts]).toEqual([]);
    writes.died(half);
    expect([...counts]).toEqual([['lostEvents', 1]]);
    writes.died(ghost);
    expect([...counts]).toEqual([
      ['lostEvents', 1],
      ['ghostEvents', 1],
    ]);
  });

  it('are those of the job, whichever of its branches made them, and of this job only', () => {
    const { writes, written, published, open, counts } = endpoint();
    const job = open();
    const branch = open();
    strands.parent[branch] = job;
    published.begin(job, 0);
    written.begin(branch, 0);
    writes.died(job);
    expect([...counts]).toEqual([]);
    // Its slot is another job now, which has done nothing, then one half.
    strands.life[job]++;
    writes.died(job);
    expect([...counts]).toEqual([]);
    written.begin(job, 0);
    writes.died(job);
    expect([...counts]).toEqual([['lostEvents', 1]]);
  });
});

describe('a producer that sends again (ProducerConfig: retry.backoff.ms, retry.backoff.max.ms)', () => {
  it('waits twice as long each time, up to the longest, a fifth more or less', () => {
    const spec = { backoffNs: 100 * MS, backoffMaxNs: 1000 * MS };
    const waits = [1, 2, 3, 4, 5, 6].map((failures) => {
      const all = Array.from({ length: 400 }, (_, k) =>
        Producer.prototype.backoffNs.call(
          { sending: { key: { a: 1, b: 2 }, spec } } as never,
          { failures, lineageA: k, lineageB: 7 } as never,
        ),
      );
      return [Math.min(...all) / MS, Math.max(...all) / MS];
    });
    const means = [100, 200, 400, 800, 1000, 1000];
    for (const [k, [least, most]] of waits.entries()) {
      expect(least).toBeGreaterThanOrEqual(0.8 * means[k]);
      expect(least).toBeLessThan(0.82 * means[k]);
      expect(most).toBeLessThanOrEqual(1.2 * means[k]);
      expect(most).toBeGreaterThan(1.18 * means[k]);
    }
  });
});

describe('a FIFO queue with thousands of messages', () => {
  it('hands out one of each key at a time, also those that waited far behind', () => {
    const run = golden(`
keys: { order: sequence(count=2) }
queues: { jobs: { kind: sqs, fifo: true, waitTime: 20s, consumers: [ { call: worker.handle, concurrency: 10 } ] } }
services:
  worker: { endpoints: { handle: [ wait: 10ms ] } }
  shop: { endpoints: { buy: [ publish: { topic: jobs, key: order, count: 10 } ] } }
workloads:
  users: { arrivals: { at: [ ${Array.from({ length: 300 }, () => '0s').join(', ')} ] }, requests: [ { call: shop.buy } ] }
`);
    const ends = ended(run.at('worker.handle'));
    expect(ends.length).toBe(3000);
    // Two at a time for 10 ms each.
    expect(Math.max(...ends)).toBe(15_000);
  });
});
