import { describe, expect, it } from 'vitest';
import { remarksOn, scenario } from './lint-text.js';

/** 100 messages a second to a queue, whose handler calls `pay.charge`. */
const behind = (policy: string, pay = 'wait: 20ms', queue = 'kind: sqs'): string =>
  scenario([
    `queues: { jobs: { ${queue}, consumers: [ { call: work.handle, concurrency: 10 } ] } }`,
    'services:',
    '  shop: { endpoints: { buy: [ publish: jobs ] } }',
    '  work:',
    '    concurrency: 10',
    '    endpoints:',
    `      handle: { idempotent: true, steps: [ { call: pay.charge, policy: { ${policy} } } ] }`,
    '      ask: { idempotent: true, steps: [ wait: 1ms ] }',
    `  pay: { endpoints: { charge: { idempotent: true, steps: [ ${pay} ] } } }`,
    'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
  ]);

/** The same with a call in the place of the queue. */
const called = (text: string): string => text.replace('publish: jobs', 'call: work.handle');

const said = (text: string, rule: string): number => remarksOn(text, rule).length;

describe('calls behind a queue', () => {
  it.each([
    ['call-without-breaker', behind('timeout: 1s')],
    ['sync-cycle', behind('timeout: 1s', '{ call: work.ask, policy: { timeout: 500ms } }')],
  ])('%s: a handler holds no worker while it waits', (rule, text) => {
    expect(said(called(text), rule)).toBe(1);
    expect(said(text, rule)).toBe(0);
  });

  it('breaker-never-opens: a backlog may arrive at any rate', () => {
    const text = behind(
      'timeout: 1s, circuitBreaker: { kind: resilience4j, slidingWindowType: TIME_BASED, slidingWindowSize: 1s, minimumNumberOfCalls: 1000 }',
    );
    expect(said(called(text), 'breaker-never-opens')).toBe(1);
    expect(said(text, 'breaker-never-opens')).toBe(0);
  });

  it('deep-call-chain: a chain ends at a queue', () => {
    const text = behind('timeout: 1s').replace(
      'buy: [ publish: jobs ]',
      'buy: [ call: shop.b ], b: [ call: shop.c ], c: [ call: shop.d ], d: [ publish: jobs ]',
    );
    expect(said(called(text), 'deep-call-chain')).toBe(1);
    expect(said(text, 'deep-call-chain')).toBe(0);
  });

  it('unused calls of a dead letter queue are none: failures send it messages', () => {
    const text = behind('timeout: 1s').replace(
      'queues: {',
      'queues: { dead: { kind: sqs, consumers: [ { call: work.mend } ] },',
    );
    const mended = text
      .replace(
        'kind: sqs, consumers: [ { call: work.h',
        'kind: sqs, maxReceiveCount: 3, deadLetter: dead, consumers: [ { call: work.h',
      )
      .replace('      ask:', '      mend: [ call: pay.charge ]\n      ask:');
    expect(said(mended, 'call-without-time-limit')).toBe(1);
  });
});
