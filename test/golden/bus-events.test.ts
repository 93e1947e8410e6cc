import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { answered, ended, golden, metered, outcomes } from './tracing.js';

/** A command of 10 ms and an insert of 5 ms in a transaction with 2 ms of commit, then 20 ms of something else. */
const shop = (topic: string, steps: string, mails = 'work: 30ms'): string => `
topics:
  placed: { kind: bus, ${topic} subscribers: [ { group: stock, call: shop.reserve }, { group: mail, call: HANDLER.send } ] }
services:
  shop:
    endpoints:
      buy: ${steps}
      reserve: [ query: db.insert ]
      send: [ ${mails} ]
  mailer: { endpoints: { send: [ ${mails} ] } }
databases: { db: { operations: { insert: { work: 5ms, write: true } } } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] }
`;

const inside =
  '[ transaction: { database: db, commit: 2ms, steps: [ query: db.insert, publish: placed, work: 20ms ] } ]';
const domain = (steps = inside, mails = 'work: 30ms'): string =>
  shop('event: domain,', steps, mails).replace('HANDLER', 'shop');
const sent = (event: string, steps = inside): string =>
  shop(event, steps)
    .replace('HANDLER', 'mailer')
    .replace('{ group: stock, call: shop.reserve }, ', '');

describe('EB-1: domain events', () => {
  it('are handled where they are raised, one handler after the other, in the transaction', () => {
    const traced = golden(domain());
    // 5 ms, then the insert of `reserve` over the same connection and 30 ms of `send`, then 20 and 2 ms.
    expect(answered(traced.requests)).toEqual([5 + 5 + 30 + 20 + 2]);
    expect(ended(traced.at('db.insert'))).toEqual([5, 10]);
    expect(traced.at('shop.reserve')).toHaveLength(0);
  });

  it('fail the step with the first handler that fails, and the transaction with it', () => {
    const traced = golden(domain(inside, 'fail: serverError'));
    expect(outcomes(traced.requests)).toEqual(['serverError']);
    expect(answered(traced.requests)).toEqual([10]);
    expect(traced.at('db.commit')).toHaveLength(0);
  });

  it('can be caught as any step can', () => {
    const caught = '[ { publish: placed, optional: true }, work: 1ms ]';
    const traced = golden(domain(caught, 'fail: serverError'));
    expect(outcomes(traced.requests)).toEqual(['ok']);
    expect(answered(traced.requests)).toEqual([6]);
  });

  it('are refused from another process, with what is about waiting, and in a circle', () => {
    const problems = (text: string): string =>
      problemsOf(`faultline: 1\ntitle: x\nrun: { duration: 1s }\n${text}`);
    expect(problems(shop('event: domain,', inside).replace('HANDLER', 'mailer'))).toContain(
      'mailer.send is not in shop',
    );
    expect(problems(domain().replace('event: domain,', 'event: domain, stored: false,'))).toContain(
      'remove stored',
    );
    expect(problems(domain('[ publish: { topic: placed, count: 3 } ]'))).toContain('remove count');
    expect(problems(domain(undefined, 'publish: placed'))).toMatch(/itself|circle|cycle/);
  });
});

describe('EB-1: integration events', () => {
  it('leave right behind the commit', () => {
    expect(ended(golden(sent('')).at('mailer.send'))).toEqual([5 + 30]);
    expect(ended(golden(sent('event: integration,')).at('mailer.send'))).toEqual([5 + 20 + 2 + 30]);
  });

  it('never leave without it', () => {
    const fails = inside.replace('work: 20ms', 'work: 20ms, fail: serverError');
    const at = golden(sent('', fails));
    expect([metered(at, 'published', 'placed'), outcomes(at.requests)]).toEqual([
      1,
      ['serverError'],
    ]);
    const behind = golden(sent('event: integration,', fails));
    expect(metered(behind, 'published', 'placed')).toBe(0);
    expect(behind.at('mailer.send')).toHaveLength(0);
  });

  it('leave at once where there is no transaction', () => {
    const traced = golden(
      sent('event: integration,', '[ work: 3ms, publish: placed, work: 20ms ]'),
    );
    expect(ended(traced.at('mailer.send'))).toEqual([33]);
  });

  it('are no dual write that a rollback makes a ghost of', () => {
    const fails = inside.replace('work: 20ms', 'query: db.insert');
    const dead = `${sent('', fails)}faults: [ { id: dies, kind: crash, target: shop, at: 7ms, for: 1s } ]`;
    const ghosts = (text: string): number => metered(golden(text), 'ghostEvents', 'shop');
    expect(ghosts(dead)).toBe(1);
    expect(ghosts(dead.replace('kind: bus, ', 'kind: bus, event: integration,'))).toBe(0);
  });
});

describe('EB-1: events of the system', () => {
  /** Three changes, 100 ms apart; the second of three processes is down for the second one. */
  const config = (replicas: string): string => `
topics: { changed: { kind: bus, event: system, subscribers: [ { group: refresh, call: shop.reload } ] } }
services:
  config: { endpoints: { change: [ publish: changed ] } }
  shop: { ${replicas}, endpoints: { reload: [ wait: 20ms ] } }
workloads:
  people: { arrivals: { at: [ 100ms, 200ms, 300ms ] }, requests: [ { call: config.change } ] }
faults: [ { id: down, kind: crash, target: "shop[1]", at: 150ms, for: 100ms } ]
`;

  it('reach every process that is up, and are lost to the others', () => {
    const traced = golden(config('replicas: 3'));
    expect(ended(traced.at('shop.reload')).sort((a, b) => a - b)).toEqual([
      120, 120, 120, 220, 220, 320, 320, 320,
    ]);
    const heard = [0, 1, 2].map((index) => metered(traced, 'consumed', `changed.refresh-${index}`));
    expect(heard).toEqual([3, 2, 3]);
    expect(metered(traced, 'lostEffects', 'changed.refresh-1')).toBe(1);
  });

  it('count processes that are written by zone', () => {
    const zones = 'network: { zones: { east: {}, west: {} } }\n';
    const traced = golden(zones + config('zone: { east: 2, west: 1 }'));
    expect(metered(traced, 'consumed', 'changed.refresh-2')).toBe(3);
  });
});
