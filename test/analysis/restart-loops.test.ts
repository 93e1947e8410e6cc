import { describe, expect, it } from 'vitest';
import { chainOf } from '../../src/report/words/chain.js';
import { serviceRows, slotsChart } from '../../src/report/charts/services.js';
import { inline } from '../../src/report/drawing/draw.js';
import { viewOf } from '../../src/report/view/view.js';
import { run, type Ran } from '../theory/program.js';

/** Four replicas that must all be up, in front of a bank that is slow from 10 to 20 s. */
const fleet = (platform: string, more = ''): Ran =>
  run(`
faultline: 1
title: By hand
run: { duration: 120s, warmup: 5s, seed: 11, replications: 1 }
platform: ${platform}
services:
  shop:
    replicas: 4
    runtime: async
    cpu: 1
    memory: { limit: 512MiB, base: 112MiB, perRequest: 1MiB }
    lifecycle: { startup: uniform(2s 8s) }
    endpoints: { pay: [ work: 5ms, call: bank.charge ] }
    ${more}
  bank: { endpoints: { charge: [ wait: 50ms ] } }
workloads:
  users: { arrivals: poisson(700/s), requests: [ { call: shop.pay } ] }
faults:
  - { id: sluggish, kind: slow, target: bank, factor: 200, at: 10s, for: 10s }
`);

const story = (ran: Ran) => ran.variant().cascade;
const ends = (ran: Ran): string | undefined => {
  const view = viewOf(ran.result);
  return chainOf(view, ran.variant()).at(-1)?.text;
};

/** A shop that is down from 20 to 60 s. */
const gone = (platform: string, length = '150s', more = ''): Ran =>
  run(`
faultline: 1
title: By hand
run: { duration: ${length}, warmup: 5s }
platform: ${platform}
services: { shop: { replicas: 3, endpoints: { buy: [ wait: 20ms ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: out, kind: crash, target: shop, at: 20s, for: 40s${more} } ]
`);
const over = (ran: Ran): string | undefined =>
  story(ran).events.find(({ kind }) => kind === 'faultEnd')?.text;

describe('processes that die again when they are back', () => {
  it('are what sustains a failure that continues after its fault', () => {
    const ran = fleet('{ kind: kubernetes }');
    expect(story(ran).verdicts).toEqual(['metastable']);
    expect(story(ran).loops).toEqual([{ through: ['shop'], mechanism: 'restarts' }]);
    expect(story(ran).sentence).toMatch(/Feedback loop: shop \(dies again when it is back\)\./u);
    expect(ends(ran)).toBe('sustained by shop, which dies again when it is back (likely)');
  });

  it('are reported with their down times, where they wait', () => {
    const killed = (ran: Ran): string | undefined =>
      story(ran).events.find(({ kind }) => kind === 'killed')?.text;
    expect(killed(fleet('{ kind: kubernetes }'))).toMatch(
      /^20 deaths for lack of memory, away for up to 4\d(\.\d)? s$/u,
    );
    expect(killed(fleet('{ kind: none }'))).toMatch(/^\d+ deaths for lack of memory$/u);
  });

  it('are no loop where each dies once behind the fault', () => {
    const ran = fleet('{ kind: kubernetes }', 'admission: { concurrencyLimit: { limit: 300 } }');
    expect(story(ran).loops).toEqual([]);
    expect(story(ran).verdicts).toEqual(['recovered']);
  });
});

describe('a crash on a platform', () => {
  it('says with which restart everything is back', () => {
    const ran = gone('{ kind: kubernetes }');
    expect(over(ran)).toBe(
      'over: shop crashes; the last of 3 instances is back after 30 s, with restart 4',
    );
    expect(story(ran).verdicts).toEqual(['slowRecovery']);
  });

  it('has no running process before that, whichever were started in vain', () => {
    const { step, series } = gone('{ kind: kubernetes }').variant().timeline;
    const up = series['shop']!.up.map((value, k) => [k * step, value] as const);
    expect(up.filter(([at]) => at < 20).every(([, value]) => value === 3)).toBe(true);
    expect(up.filter(([at]) => at >= 20 && at < 90).every(([, value]) => value === 0)).toBe(true);
    expect(up.filter(([at]) => at >= 90).every(([, value]) => value === 3)).toBe(true);
  });

  it('is reported for one process without a count, and a kill without its end', () => {
    const ran = run(`
faultline: 1
title: By hand
run: { duration: 100s, warmup: 5s }
platform: { kind: kubernetes, endpointPropagation: 1s }
services: { shop: { replicas: 3, lifecycle: { startup: 4s }, endpoints: { buy: [ wait: 20ms ] } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: out, kind: crash, target: shop, instances: [1], at: 20s, for: 0s } ]
`);
    expect(over(ran)).toBe('over: shop[1] crashes; it is back after 4 s');
    const steps = chainOf(viewOf(ran.result), ran.variant()).map(({ subject }) => subject);
    expect(steps).not.toContain('The fault ends');
    expect(steps[0]).toBe('shop[1] crashes');
  });

  it('is undecided while processes still wait for their restart', () => {
    const ran = gone('{ kind: kubernetes, restart: { initial: 4m } }');
    expect(over(ran)).toBe('over: shop crashes; 3 of 3 instances do not come back in this run');
    expect(story(ran).verdicts).toEqual(['undecided']);
  });

  it('is for good with restart: false', () => {
    const ran = gone('{ kind: none }', '150s', ', restart: false');
    expect(ran.variant().faults[0]!.words).toBe('shop crashes permanently');
    expect(story(ran).verdicts).toEqual(['lost']);
    expect(story(gone('{ kind: kubernetes }', '150s', ', restart: false')).verdicts).toEqual([
      'lost',
    ]);
  });

  it('does not count processes that another fault has ended', () => {
    const ran = run(`
faultline: 1
title: By hand
run: { duration: 150s, warmup: 5s, seed: 2 }
platform: { kind: kubernetes }
services: { shop: { replicas: 4, endpoints: { buy: [ wait: 20ms ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
faults:
  - { id: three, kind: crash, target: shop, instances: [0, 1, 2], at: 10s, for: 40s }
  - { id: kill, kind: crash, target: 'shop[3]', at: 75s, for: 0s }
`);
    const texts = story(ran)
      .events.filter(({ kind }) => kind === 'faultEnd')
      .map(({ text }) => text);
    expect(texts).toEqual([
      'over: shop[0] to shop[2] crash; the last of 3 instances is back after 30 s, with restart 4',
      'over: shop[3] crashes',
    ]);
  });
});

describe('deaths that sustain nothing', () => {
  /** Bursts of 12 requests that kill `batch`, which no other component calls, while a bank hangs for \`shop\`. */
  const beside = (bursts: readonly number[]): Ran =>
    run(`
faultline: 1
title: By hand
run: { duration: 130s, warmup: 5s, seed: 3 }
platform: { kind: custom, restart: { initial: 1s, max: 100s, factor: 100, resetAfter: 8s } }
services:
  shop: { runtime: async, memory: { limit: 60MiB, base: 10MiB, perRequest: 1MiB }, endpoints: { buy: [ call: bank.charge ] } }
  bank: { endpoints: { charge: [ wait: 20ms ] } }
  batch: { memory: { limit: 10MiB, base: 1MiB, perRequest: 1MiB }, endpoints: { job: [ wait: 100ms ] } }
workloads:
  users: { arrivals: poisson(200/s), requests: [ { call: shop.buy } ] }
  nightly: { arrivals: { at: [ ${bursts.flatMap((at) => Array.from({ length: 12 }, () => `${at}s`)).join(', ')} ] }, requests: [ { call: batch.job } ] }
faults: [ { id: sluggish, kind: slow, target: bank, factor: 100, at: 30s, for: 4s } ]
`);

  it('are those of a process that has died before any fault too', () => {
    const ran = beside([2, 11, 20, 29, 38, 47, 56, 65, 74, 83, 92, 101, 110, 119]);
    expect(story(ran).loops).toEqual([]);
    expect(story(ran).verdicts).not.toEqual(['metastable']);
  });

  it('are those of the aftermath, behind which a process only waits', () => {
    const wait = (duration: string): Ran =>
      run(`
faultline: 1
title: By hand
run: { duration: ${duration}, warmup: 5s, seed: 3 }
platform: { kind: custom, restart: { initial: 1s, factor: 60, max: 5m } }
services:
  shop: { runtime: async, memory: { limit: 60MiB, base: 10MiB, perRequest: 1MiB }, endpoints: { buy: [ call: bank.charge ] } }
  bank: { concurrency: 10, endpoints: { charge: [ wait: 20ms ] } }
workloads:
  users: { arrivals: poisson(200/s), requests: [ { call: shop.buy } ] }
  other: { arrivals: poisson(250/s), requests: [ { call: bank.charge } ] }
faults: [ { id: spike, kind: load, target: other, factor: 200, at: 30s, for: 100ms } ]
`);
    expect(story(wait('90s')).verdicts).toEqual(['undecided']);
    expect(story(wait('90s')).events.find(({ kind }) => kind === 'killed')!.text).toMatch(
      /and more$/u,
    );
    const over = story(wait('200s'));
    expect(over.verdicts).toEqual(['slowRecovery']);
    expect(over.loops).toEqual([]);
  });
});

describe('the picture of a service whose processes do not all run', () => {
  const picture = (ran: Ran, name: string): string | null => {
    const view = viewOf(ran.result);
    const row = serviceRows(view, ran.variant()).find(({ node }) => node.name === name)!;
    const drawing = slotsChart(view, row, ran.variant());
    return drawing === null ? null : `${drawing.description} ${inline(drawing, 'id').markup}`;
  };

  it('shows how many do, with a limit of slots or without one', () => {
    const ran = fleet('{ kind: kubernetes }');
    expect(picture(ran, 'shop')).toMatch(
      /^No limit of slots\. At least 0 of 4 processes run\..*stroke-dasharray="3 2"/su,
    );
    expect(picture(ran, 'bank')).toBeNull();
  });

  it('says in the story that all that is left is in use', () => {
    const saturated = story(fleet('{ kind: kubernetes }')).events.find(
      ({ kind }) => kind === 'saturated',
    );
    expect(saturated!.text).toMatch(/^all cores that run in use, [\d.]+ of 4 on average$/u);
  });
});

describe('deaths that no user notices', () => {
  const killer = (more: string): string =>
    story(
      run(`
faultline: 1
title: By hand
run: { duration: 120s, warmup: 5s, seed: 3 }
platform: { kind: kubernetes }
services:
  worker: { endpoints: { handle: [ work: 5ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs } ] } }
queues: { jobs: { kind: sqs, visibilityTimeout: 2s, maxReceiveCount: 5, deadLetter: dead, consumers: [ { call: worker.handle } ] }, dead: { kind: sqs } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: api.submit } ] } }
${more}`),
    ).sentence;

  it('are reported with their consequences', () => {
    const sentence = killer(
      'faults: [ { id: bad, kind: poison, target: jobs, effect: crash, at: 20s, for: 100ms } ]',
    );
    expect(sentence).toContain(
      'no user request fails. worker: 5 deaths, away for up to 40 s, it dies again when it is back. jobs falls behind',
    );
  });
});
