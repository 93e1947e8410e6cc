import { describe, expect, it } from 'vitest';
import type { Ending } from '../../src/contracts/result/cascade.js';
import { storyBlocks } from '../../src/report/story/blocks.js';
import { run } from '../theory/program.js';

interface Told {
  readonly ending: Ending;
  readonly sentence: string;
  /** The items of the account, in order. */
  readonly lines: string;
}

const SERVICES = `
services:
  db: { concurrency: 4, queue: { capacity: 50 }, endpoints: { get: [ wait: 10ms ] } }
  shop: { runtime: async, endpoints: { buy: [ { call: db.get, policy: { timeout: 200ms } } ] } }
`;

function told(rest: string, services = SERVICES): Told {
  const { result, variant } = run(
    `faultline: 1\ntitle: A run that decides little\n${services}${rest}`,
  );
  const { endings, sentence } = variant().cascade;
  const items = storyBlocks(result, { source: 'a.yaml' }).flatMap((block) =>
    block.kind === 'list' ? block.items : [],
  );
  return { ending: endings[0]!, sentence, lines: items.join('\n') };
}

const users = (duration: string, faults: string): string => `
run: { duration: ${duration}, warmup: 2s }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
faults: [ ${faults} ]
`;

describe('a run that is too short for a verdict', () => {
  it('says that it ends too soon after the fault', () => {
    const { ending, lines } = told(
      users('16s', '{ id: out, kind: error, target: db, share: 100%, at: 5s, for: 8s }'),
    );
    expect(ending).toMatchObject({ verdict: 'undecided', reason: 'tooShort' });
    expect(lines).toContain(
      'Whether it recovers; the run does not show it: it ends less than 20 s after the last fault or change of the load (a longer run.duration).',
    );
  });

  it('says that the fault lasts to its end', () => {
    const { ending, lines } = told(
      users('16s', '{ id: out, kind: error, target: db, share: 100%, at: 5s, for: 60s }'),
    );
    expect(ending).toMatchObject({ verdict: 'undecided', reason: 'faultLasts' });
    expect(lines).toContain('the fault lasts to its end (an earlier end of the fault');
  });

  it('does not call a fault of the last second harmless', () => {
    const { ending, lines } = told(
      users('30s', '{ id: late, kind: slow, target: db, factor: 1.2, at: 29s, for: 1s }'),
    );
    expect(ending).toMatchObject({ verdict: 'undecided', reason: 'tooLate' });
    expect(lines).toContain('(late): it starts 1 s before the end of the run');
    expect(lines).toContain(
      'the fault begins less than 5 s before its end (a longer run.duration)',
    );
  });

  it('says that no request comes after the fault', () => {
    const { ending } = told(`
run: { duration: 60s, warmup: 2s }
workloads: { users: { arrivals: constant(100/s), stop: 20s, requests: [ { call: shop.buy } ] } }
faults: [ { id: out, kind: error, target: db, share: 100%, at: 10s, for: 20s } ]
`);
    expect(ending).toMatchObject({ verdict: 'undecided', reason: 'noRequests' });
  });
});

describe('a fault that lasts', () => {
  it('for the entire run is part of the usual conditions', () => {
    const { ending, sentence, lines } = told(
      users('40s', '{ id: weak, kind: error, target: db, share: 20%, at: 0s, for: none }'),
    );
    expect(ending).toMatchObject({ verdict: 'untouched', reason: 'background' });
    expect(sentence).toContain('users.buy: success 79');
    expect(lines).not.toContain('Whether it recovers');
  });

  it('without an end degrades users for good if they do not come back', () => {
    const { ending, sentence } = told(
      users('60s', '{ id: weak, kind: error, target: db, share: 20%, at: 10s, for: none }'),
    );
    expect(ending).toMatchObject({ verdict: 'lost', reason: 'faultStays' });
    expect(sentence).toContain('users stay degraded for good: the fault has no end');
  });

  it('without an end is overload if the load is above the capacity', () => {
    const { ending } = told(
      users('60s', '{ id: rush, kind: load, target: users, factor: 8, at: 10s, for: none }'),
    );
    expect(ending).toMatchObject({ verdict: 'overloaded', reason: 'load', subject: 'db' });
  });

  it('is no longer felt if users are back before the end of the run', () => {
    const { ending, sentence } = told(
      users('60s', '{ id: rush, kind: load, target: users, factor: 6, at: 10s, for: none }'),
      SERVICES.replace(
        'db: { concurrency: 4,',
        'db: { autoscaling: { metric: cpu, target: 50%, max: 8, syncPeriod: 5s }, lifecycle: { startup: 1s }, cpu: 1, concurrency: 4,',
      ).replace('wait: 10ms', 'work: 5ms'),
    );
    expect(ending).toMatchObject({ verdict: 'recovered', reason: 'during' });
    expect(sentence).toContain('success is back while the fault lasts');
  });

  it('from the start is over when users are healthy after it', () => {
    const { ending, sentence } = told(
      users('60s', '{ id: weak, kind: error, target: db, share: 50%, at: 0s, for: 20s }'),
    );
    expect(ending).toMatchObject({ verdict: 'recovered', reason: 'back' });
    expect(sentence).toContain('user requests fail and success is back after the fault');
  });
});

describe('faults that never strike', () => {
  const late = '{ id: late, kind: crash, target: db, when: users.success < 1%, for: 5s }';

  it('leave a run without a fault, and each is named with the reason', () => {
    const { ending, sentence, lines } = told(users('30s', late));
    expect(ending).toMatchObject({ verdict: 'untouched', reason: 'noLoss' });
    expect(sentence).toBe('No fault strikes, and nothing degrades.');
    expect(lines).toContain(
      'it does not strike in the first replication, its condition is never met there.',
    );
  });
});

describe('a run that does not show why it stays down', () => {
  it('says that an autoscaler still adds instances', () => {
    const { ending } = told(
      `
run: { duration: 120s, warmup: 10s, seed: 7 }
workloads:
  users:
    arrivals: { kind: stages, start: 100/s, stages: [ { duration: 40s, target: 100/s }, { duration: 0s, target: 400/s } ] }
    patience: 5s
    requests: [ { call: front.page } ]
`,
      `
services:
  front: { concurrency: 200, queue: { capacity: 200 }, endpoints: { page: [ { call: mid.go, policy: { timeout: 500ms } } ] } }
  mid:
    replicas: 2
    concurrency: 10
    cpu: 1
    queue: { capacity: 100 }
    endpoints: { go: [ work: exponential(8ms) ] }
    lifecycle: { startup: 20s }
    autoscaling: { metric: cpu, target: 60%, min: 2, max: 8, syncPeriod: 15s }
`,
    );
    expect(ending).toMatchObject({ verdict: 'undecided', reason: 'scaling', subject: 'mid' });
  });

  it('says that the load is higher than any that was served, where a lock has no known ceiling', () => {
    const { ending, lines } = told(
      `
run: { duration: 90s, warmup: 10s, seed: 7 }
keys: { acct: hot(count=1000 hotShare=40% hotKeys=1) }
workloads:
  users:
    arrivals: { kind: stages, start: 80/s, stages: [ { duration: 40s, target: 80/s }, { duration: 0s, target: 220/s } ] }
    patience: 5s
    requests: [ { call: front.page } ]
`,
      `
services:
  front: { concurrency: 200, queue: { capacity: 200 }, endpoints: { page: [ { call: mid.go, policy: { timeout: 500ms } } ] } }
  mid:
    concurrency: 60
    queue: { capacity: 100 }
    endpoints: { go: [ lock: { on: acct, scope: service, acquireTimeout: 1s, steps: [ wait: exponential(15ms) ] } ] }
`,
    );
    expect(ending).toMatchObject({ verdict: 'undecided', reason: 'higherLoad', subject: 'mid' });
    expect(lines).toMatch(/users send 2\.\d+ times the requests that reached mid before/u);
  });
});

describe('the recovery after a fault', () => {
  it('counts up to the next fault, and the account says so', () => {
    const { lines } = told(
      users(
        '60s',
        '{ id: one, kind: error, target: db, share: 100%, at: 10s, for: 5s }, { id: two, kind: error, target: db, share: 50%, at: 40s, for: 30s }',
      ),
    );
    expect(lines).toMatch(
      /Success is back with the end of “db fails .+”, up to the next fault at 40 s\./u,
    );
  });
});
