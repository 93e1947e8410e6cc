import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { cellText, outcomeColumns } from '../../src/report/view/columns.js';
import { compareFinding } from '../../src/report/words/findings-compare.js';
import { lossFinding } from '../../src/report/words/findings.js';
import { upTo } from '../../src/report/base/format.js';
import { renderHtml } from '../../src/report/page/html.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { behindWords } from '../../src/report/words/unseen-words.js';
import { viewOf } from '../../src/report/view/view.js';
import { chainOf } from '../../src/report/words/chain.js';
import { saidWords } from '../support/said.js';
import type { Result } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

/** The section of a page as a document, and its text with single spaces. */
const sectionOf = (result: Result, id: string) => {
  const page = renderHtml(result, { command: 'faultline run', version: '0.0.0' });
  const section = new JSDOM(page).window.document.getElementById(id);
  if (section === null) throw new Error(`no section ${id}`);
  const plain = (text: string | null): string => (text ?? '').replace(/\s+/gu, ' ').trim();
  const rows = [...section.querySelectorAll('.after tr')].map((row) =>
    [...row.children].map((cell) => plain(cell.textContent)),
  );
  return {
    section,
    title: plain(section.querySelector('h2')!.textContent),
    panels: [...section.querySelectorAll('.pl')].map((one) => plain(one.textContent)),
    text: plain(section.textContent),
    rows,
  };
};

/** 100 messages/s for a consumer that is away from 20 s to 25 s: 8 ms a message gain 25/s on them, 5 ms 100/s. */
const BACKLOG = run(`
faultline: 1
title: A consumer that is away
run: { duration: 60s, timeline: 1s }
topics:
  jobs:
    kind: kafka
    subscribers: [ { group: workers, call: worker.handle, commit: afterEach, rebalance: { staticMembership: true } } ]
services:
  worker: { endpoints: { handle: [ work: 8ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: submit, steps: [ publish: jobs ] } ] }
faults: [ { id: away, kind: crash, target: worker, at: 20s, for: 5s } ]
variants:
  - { name: slow }
  - { name: quick, set: { services.worker.endpoints.handle: [ work: 5ms ] } }
  - { name: long, set: { "faults[away].for": 39s } }
`).result;

/** The same with 500 waiting from the start, and a fault that hits no consumer, or that leaves enough of them. */
const SPARED = run(`
faultline: 1
title: A fault that leaves nothing behind
run: { duration: 60s, timeline: 1s }
topics:
  jobs:
    kind: kafka
    subscribers: [ { group: workers, call: worker.handle, commit: afterEach, autoOffsetReset: earliest, rebalance: { staticMembership: true } } ]
services:
  worker: { endpoints: { handle: [ work: 8ms ] } }
  other: { endpoints: { serve: [ work: 1ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: submit, steps: [ publish: jobs ] } ] }
faults: [ { id: away, kind: crash, target: other, at: 20s, for: 5s } ]
variants:
  - { name: spared, set: { topics.jobs.backlog: 500 } }
  - { name: hit, set: { "faults[away].target": worker } }
`).result;

describe('a backlog that is empty at the end of a fault', () => {
  const view = viewOf(SPARED);

  it('is not said to be gone in no time', () => {
    expect(SPARED.variants[0]!.metered['jobs.workers']!.drain!.away!.value).toBe(0);
    const column = outcomeColumns(view).find(({ key }) => key === 'unseen.drain')!;
    expect(SPARED.variants.map((variant) => cellText(column, variant))).toEqual([
      'none left',
      `20 s`,
    ]);
    expect(compareFinding(view)).toBe(
      `No backlog outlives the fault with spared; it is gone 20 s after it with hit`,
    );
  });

  it('is no number in the table of messages either', () => {
    const { rows } = sectionOf(SPARED, 'messages');
    const drained = rows[0]!.indexOf('Drained');
    expect(rows.slice(1).map((row) => [row[0], row[drained]])).toEqual([
      ['jobs.workers spared', 'none left'],
      ['jobs.workers hit', '20 s'],
    ]);
  });
});

describe('a backlog in the report', () => {
  const view = viewOf(BACKLOG);
  const column = (key: string) => outcomeColumns(view).find((one) => one.key === `unseen.${key}`)!;
  const texts = (key: string): readonly string[] =>
    BACKLOG.variants.map((variant) => cellText(column(key), variant));

  it('has its size and the time it lives in the table of variants', () => {
    expect(texts('backlog')).toEqual(['501', '501', '3,901']);
    const { drain } = BACKLOG.variants[0]!.metered['jobs.workers']!;
    // From 501 to the one that was there before the fault, at 25/s: 20 s; at 100/s: 5 s.
    expect(drain!.away!.value).toBeCloseTo(20, 0);
    expect(texts('drain')).toEqual([`20 s`, `5 s`, 'never']);
  });

  it('decides whose timeline is shown if every request succeeds everywhere', () => {
    expect(BACKLOG.variants.map(({ summary }) => summary.success.value)).toEqual([1, 1, 1]);
    expect(view.worstVariant.name).toBe('long');
    const last = chainOf(view, view.worstVariant).at(-1)!;
    expect(last.subject).toBe('jobs.workers not caught up');
    expect(last.text).toMatch(/ messages still wait at 60.s$/u);
  });

  it('appears in the verdict and in the title of the table', () => {
    const said = plainWords(saidWords(view));
    expect(said).toContain(
      'long: up to 3,901 messages wait for jobs.workers, the oldest for 39 s, and the backlog outlives the run.',
    );
    expect(said).toContain('quick falls least behind: up to 501 messages wait, drained 5 s after');
    // Once: the comparison of variants is in the table.
    expect(said.match(/3,901/gu)).toHaveLength(1);
    expect(compareFinding(view)).toBe('3,901 wait at most with long, 501 with slow and quick');
    expect(behindWords(view, { among: () => false, detail: 'full' })).toBeNull();
  });

  it('has a section with its flow, whose table leaves out what never happened', () => {
    const { title, panels, rows, text } = sectionOf(BACKLOG, 'messages');
    expect(title).toBe(
      `Up to 3,901 messages wait for jobs.workers in long, the oldest for 39 s, never drained; in quick it is 501, drained 5 s after the fault`,
    );
    expect(panels).toEqual([
      'messages not yet handled',
      'age of the oldest of them',
      'messages handled per second',
    ]);
    expect(rows[0]).toEqual([
      '',
      'Handled',
      'Most waiting',
      'Oldest',
      'Drained',
      'Delay p50',
      'Delay p99',
    ]);
    expect(rows.slice(1).map((row) => row.slice(0, 5))).toEqual([
      ['jobs.workers slow', '5,999', '501', '5.01 s', '20 s'],
      ['jobs.workers quick', '5,999', '501', '5 s', '5 s'],
      ['jobs.workers long', '2,123', '3,901', '39 s', 'never'],
    ]);
    expect(text).toContain('0 throughout: redelivered, twice, dead letters and lost.');
  });
});

/** 100 messages/s for two partitions and one consumer good for 50: all in one, or half in each. */
const SPREAD = run(`
faultline: 1
title: Messages of one key
run: { duration: 10s, timeline: 1s }
keys: { one: uniform(count=1), four: { kind: sequence, count: 4 } }
topics:
  jobs:
    kind: kafka
    partitions: 2
    subscribers: [ { group: workers, call: worker.handle, commit: afterEach } ]
services:
  api: { endpoints: { put: [ publish: { topic: jobs, key: one } ] } }
  worker: { endpoints: { handle: [ work: 20ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: api.put } ] }
variants:
  - { name: one-key }
  - { name: four-keys, set: { "services.api.endpoints.put": [ publish: { topic: jobs, key: four } ] } }
`).result;

describe('a hot partition in the report', () => {
  it('has a panel and a sentence if most of the backlog is in one', () => {
    const { panels, text, rows } = sectionOf(SPREAD, 'messages');
    expect(panels).toContain('of these in the hottest partition');
    expect(text).toContain('messages wait in one partition of jobs.workers in one-key');
    expect(rows[0]![3]).toBe('In one partition');
    expect(rows[1]![3]).toBe(rows[1]![2]);
  });

  it('has none where it is spread evenly', () => {
    const even = { ...SPREAD, variants: SPREAD.variants.slice(1) };
    expect(sectionOf(even, 'messages').panels).not.toContain('of these in the hottest partition');
  });
});

/** 20 queries/s of 10 ms over one connection or four; for two seconds they take 100 ms. */
const POOLS = run(`
faultline: 1
title: One connection
run: { duration: 10s, timeline: 1s }
services: { api: { concurrency: 100, endpoints: { get: [ query: db.read ] } } }
databases: { db: { pool: { maxOpen: 1, maxIdle: 1 }, operations: { read: { wait: 10ms } } } }
workloads: { users: { arrivals: constant(20/s), requests: [ { call: api.get } ] } }
faults: [ { id: slow, kind: slow, target: db, factor: 10, at: 4s, for: 2s } ]
variants:
  - { name: one }
  - { name: four, set: { databases.db.pool: { maxOpen: 4, maxIdle: 4 } } }
`).result;

describe('connection pools in the report', () => {
  it('have a section if requests wait, with all variants in it', () => {
    const { title, panels, rows } = sectionOf(POOLS, 'pools');
    expect(title).toBe('Up to 20 calls of api wait for a connection to db in one, none in four');
    expect(panels).toEqual(['share of the connections in use', 'callers that wait for one']);
    expect(rows[0]!.slice(0, 4)).toEqual(['', 'Connections', 'In use', 'Most waiting']);
    expect(rows.slice(1).map((row) => [row[0], row[1], row[3]])).toEqual([
      ['api->db one', '1', '20'],
      ['api->db four', '4', '0'],
    ]);
  });

  it('have none if nothing waits', () => {
    const enough = { ...POOLS, variants: POOLS.variants.slice(1) };
    expect(() => sectionOf(enough, 'pools')).toThrow('no section pools');
  });
});

/** 100 events/s for a view that takes 12 ms an event, each read 50 ms after it; or written with the event. */
const VIEWS = run(`
faultline: 1
title: Views that lag
run: { duration: 4s, timeline: 1s }
keys: { order: unique }
services:
  shop:
    endpoints:
      buy: [ append: orders, wait: 50ms, query: { database: views, operation: select, of: list } ]
eventStores: { orders: { stream: { key: order } } }
databases: { views: { operations: { select: 0ms } } }
projections: { list: { from: orders, work: 12ms } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
variants: [ { name: behind }, { name: inline, set: { projections.list.lifecycle: inline } } ]
`).result;

describe('stale reads in the report', () => {
  it('have their distribution, and a word for the variant that has none', () => {
    const { section, title, text } = sectionOf(VIEWS, 'projections');
    const chart = section.querySelector('figure svg desc')!.textContent;
    // The view falls behind by 2 ms with each event, and a read comes 50 ms after its own event: all but the first
    // twenty are stale.
    expect(chart).toContain(`behind: 94.9\u202f% above 0, at most `);
    expect(text).toContain('In inline every read is up to date.');
    expect(title).toBe('94.9 % of the reads of list are stale in behind, none in inline');
  });
});

/** The shipment of two of nine sagas fails, and with it the refund of their charge. */
const SAGAS = run(`
faultline: 1
title: A refund that fails
run: { duration: 10s, drain: 20s, timeline: 1s }
services:
  shop: { endpoints: { buy: [ saga: order ] } }
  bank: { endpoints: { charge: [ wait: 1ms ], refund: [ fail: 500 ] } }
  depot: { endpoints: { ship: [ wait: 1ms ], recall: [ wait: 1ms ] } }
sagas:
  order:
    kind: orchestrated
    orchestrator: shop
    onCompensationFailure: fail
    steps:
      - { name: charge, call: bank.charge, compensation: bank.refund }
      - { name: ship, call: depot.ship, compensation: depot.recall }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: closed, kind: error, target: depot, at: 3.5s, for: 2s } ]
`).result;

describe('broken sagas in the report', () => {
  it('are counted, and one of each kind is shown step by step', () => {
    const { title, section } = sectionOf(SAGAS, 'sagas');
    expect(title).toBe('2 of 9 order sagas come to no consistent end (inconsistent)');
    const rows = [...section.querySelectorAll('.broken tbody tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent!.trim()),
    );
    expect(rows).toEqual([
      ['charge', 'once', '–', 'remains'],
      ['ship', '–', '–', 'never happened'],
    ]);
    const ends = [...section.querySelectorAll('.flow desc')].map((one) => one.textContent);
    expect(ends).toEqual(['completed 7, inconsistent 2']);
  });
});

/** 25 of the 99 requests that have a response at the end arrive in 2.5 s. */
describe('the loss of variants that lose the same', () => {
  const half = (more: string): string => `
faultline: 1
title: One in four
run: { duration: 10s }
services: { s: { endpoints: { serve: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: s.serve } ] } }
faults: [ { id: down, kind: crash, target: s, at: 2s, for: 2500ms } ]
variants: [ { name: a }, { name: b${more} } ]
`;

  it('is one figure', () => {
    const { result } = run(half(''));
    expect(lossFinding(viewOf(result))).toBe(
      `25.3 % of requests never succeed, whichever the variant`,
    );
  });

  it('is two where they differ', () => {
    const { result } = run(half(', set: { "faults[down].for": 5s }'));
    expect(lossFinding(viewOf(result))).toBe(
      `50.5 % of requests never succeed with b, 25.3 % with a`,
    );
  });
});

/** 20 messages/s that a queue delays by 30 s before they are handled in 5 ms. */
const held = (faults: string): Result =>
  run(`
faultline: 1
title: A queue that holds messages back
run: { duration: 200s, timeline: 1s, replications: 1 }
queues:
  held: { kind: rabbitmq, messageTtl: 30s, deadLetter: work }
  work: { kind: rabbitmq, consumers: [ { call: worker.handle } ] }
services: { worker: { endpoints: { handle: [ work: 5ms ] } } }
workloads:
  users: { arrivals: constant(20/s), requests: [ { name: put, steps: [ publish: held ] } ] }
faults: [ ${faults} ]
`).result;

describe('messages that a queue holds back for their time to live', () => {
  it('are no backlog of that queue, nor are they old where they come then', () => {
    const { variants, ...rest } = held('');
    const { held: queue, work } = variants[0]!.metered;
    expect(queue).toMatchObject({ holdsBack: true, meters: { lag: { max: 600 } } });
    const { age } = work!.meters;
    expect(age!.form === 'gauge' && age!.max).toBeCloseTo(30.005, 9);
    expect(work!.waitedHere).toBeCloseTo(0.005, 3);
    expect(behindWords(viewOf({ variants, ...rest }), { detail: 'full' })).toBeNull();
  });

  it('are a backlog of a consumer that does not handle them when they arrive', () => {
    const view = viewOf(held('{ id: away, kind: crash, target: worker, at: 80s, for: 20s }'));
    expect(plainWords(behindWords(view, { detail: 'full' })!)).toBe(
      // 400 too many, 180 of them handled per second.
      `Up to 401 messages wait for work, the oldest for 20 s, drained 2.5 s after the fault`,
    );
  });
});

describe('what waits at most', () => {
  it('is reported for one as for many', () => {
    expect(upTo('1', 'call', ' of api')).toBe('Up to 1 call of api waits');
    expect(upTo('2,000', 'row')).toBe('Up to 2,000 rows wait');
  });
});

describe('variants whose answers differ in their time only', () => {
  const shop = (replications: number): string =>
    compareFinding(
      viewOf(
        run(`
faultline: 1
title: Nearly full
run: { duration: 20s, replications: ${replications} }
services: { shop: { concurrency: 1, endpoints: { buy: [ wait: exponential(8ms) ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
variants:
  - { name: fuller }
  - { name: freer, set: { services.shop.endpoints.buy: [ { wait: exponential(6ms) } ] } }
`).result,
      ),
    );

  it('are not said to be alike where so few runs cannot tell them apart', () => {
    expect(shop(2)).toMatch(
      /^Success does not differ; p99 of the responses is undecided \(.*(?:would decide|do not help).*\): .* with freer, .* with fuller$/,
    );
    expect(shop(8)).toMatch(
      /^Success does not differ; p99 of the responses is .* with freer, .* with fuller$/,
    );
  });
});
