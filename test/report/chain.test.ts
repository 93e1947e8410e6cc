import { describe, expect, it } from 'vitest';
import { chainOf } from '../../src/report/words/chain.js';
import { worstVariantOf } from '../../src/report/view/worst-variant.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { unseenSentences } from '../../src/report/words/unseen-words.js';
import { summaryText } from '../../src/report/text/text.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

/** 100 messages/s for a consumer good for 200, which is away at these times: [from, seconds]. */
const away = (...times: readonly (readonly [number, string])[]): readonly string[] => {
  const { result } = run(`
faultline: 1
title: A consumer that is away
run: { duration: 300s, replications: 1 }
queues: { jobs: { kind: simple, consumers: [ { call: worker.handle } ] } }
services: { worker: { endpoints: { handle: [ work: 5ms ] } } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: put, steps: [ publish: { topic: jobs } ] } ] }
faults:
${times.map(([at, seconds], i) => `  - { id: f${i}, kind: crash, target: worker, at: ${at}s, for: ${seconds} }`).join('\n')}
`);
  return chainOf(viewOf(result), result.variants[0]!).map(
    ({ when, subject, text }) => `${when} ${subject}${text === '' ? '' : `: ${text}`}`,
  );
};

const FIRST = [
  '60 s worker crashes',
  '60 s jobs falls behind: up to 1,001 messages wait, the oldest for 10 s',
  '70 s The fault ends',
];

describe('the story of a fault', () => {
  it('ends where its own trouble does, and says when the next one brings it back', () => {
    expect(away([60, '10s'], [150, '40s'])).toEqual([
      ...FIRST,
      '80 s jobs recovers: caught up after 20 s',
      '150 s worker crashes: jobs falls behind again, until 230 s',
    ]);
  });

  it('ends with what never does, whichever fault it is of', () => {
    const steps = away([60, '10s'], [150, 'none']);
    expect(steps.slice(0, 4)).toEqual([...FIRST, '150 s worker crashes: jobs falls behind again']);
    expect(steps[4]).toMatch(
      /^until the end jobs not caught up: 15,00\d messages still wait at 300 s, since 150 s$/u,
    );
  });

  it('is one where the next fault comes before it is over', () => {
    // 500 of the 1,000 are left at 75 s; 1,500 at 85 s are handled by 100 s.
    const steps = away([60, '10s'], [75, '10s']);
    expect(steps[1]).toMatch(/^60 s jobs falls behind: up to 1,50\d messages wait/u);
    expect([steps[0], ...steps.slice(2)]).toEqual([
      '60 s worker crashes',
      '75 s worker crashes',
      '85 s The faults end',
      '100 s jobs recovers: caught up after 40 s',
    ]);
  });

  it('names a cause that joins before the first one ends', () => {
    const steps = away([60, '40s'], [80, '40s']);
    expect([steps[0], ...steps.slice(2)]).toEqual([
      '60 s worker crashes',
      '80 s worker crashes',
      '120 s The faults end',
      '180 s jobs recovers: caught up after 120 s',
    ]);
  });

  it('reports nothing for a harmless fault', () => {
    expect(away([60, '10s'], [150, '500ms'])).toEqual([
      ...FIRST,
      '80 s jobs recovers: caught up after 20 s',
    ]);
  });

  it('is that of the next fault if the first is harmless', () => {
    expect(away([20, '500ms'], [60, '10s'])).toEqual([
      ...FIRST,
      '80 s jobs recovers: caught up after 20 s',
    ]);
  });

  it('names faults that begin at the same instant, and where all of them end', () => {
    const { result } = run(`
faultline: 1
title: Three replicas pause at once
run: { duration: 60s, replications: 1 }
services: { shop: { replicas: 3, concurrency: 4, endpoints: { buy: [ work: 10ms ] } } }
workloads: { users: { arrivals: constant(200/s), requests: [ { name: buy, call: shop.buy } ] } }
faults:
  - { id: a, kind: pause, target: 'shop[0]', at: 20s, for: 2s }
  - { id: b, kind: pause, target: 'shop[1]', at: 20s, for: 2s }
  - { id: c, kind: pause, target: 'shop[2]', at: 20s, for: 3s }
`);
    const steps = chainOf(viewOf(result), result.variants[0]!);
    expect(steps[0]).toMatchObject({
      when: '20 s',
      subject: '3 faults at once',
      text: 'shop[0] is paused, shop[1] is paused and shop[2] is paused',
    });
    const ends = steps.filter(({ subject }) => subject.includes('end'));
    expect(ends.map(({ when, subject }) => [when, subject])).toEqual([['23 s', 'The faults end']]);
  });

  it('shows what a flush loses as its own step', () => {
    const { result } = run(`
faultline: 1
title: A flush during the catch-up
run: { duration: 60s, replications: 1 }
queues: { jobs: { kind: simple, consumers: [ { call: worker.handle } ] } }
services: { worker: { endpoints: { handle: [ work: 5ms ] } } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: put, steps: [ publish: { topic: jobs } ] } ] }
faults:
  - { id: down, kind: crash, target: worker, at: 10s, for: 20s }
  - { id: purge, kind: flush, target: jobs, at: 30s }
`);
    const steps = chainOf(viewOf(result), result.variants[0]!);
    const flush = steps.find(({ subject }) => subject === 'jobs is flushed');
    expect(flush?.when).toBe('30 s');
    expect(flush?.text).toMatch(/^1,99\d messages never have their effect$/u);
  });

  it('ends with the users where a component is back only with its own fault', () => {
    const { result } = run(`
faultline: 1
title: A failover
run: { duration: 90s, replications: 1 }
services: { shop: { endpoints: { buy: [ query: db.insert ] } } }
databases:
  db: { kind: postgres, replicas: { count: 1, lag: 500ms }, operations: { insert: { wait: 1ms, write: true } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { name: buy, call: shop.buy } ] } }
faults: [ { id: crash, kind: crash, target: db, role: primary, at: 20s, for: 60s } ]
`);
    const steps = chainOf(viewOf(result), result.variants[0]!);
    const back = steps.filter(({ subject }) => subject.endsWith('is healthy again'));
    expect(back.map(({ when, subject }) => [when, subject])).toEqual([
      ['55 s', 'users.buy is healthy again'],
    ]);
  });

  it('says whose doing it is where another fault is there meanwhile, and ends with its own', () => {
    const { result } = run(`
faultline: 1
title: Two at once
run: { duration: 120s, replications: 1 }
services:
  shop: { concurrency: 64, endpoints: { buy: [ call: bank.pay ] } }
  bank: { concurrency: 64, endpoints: { pay: [ wait: 20ms ] } }
  mail: { concurrency: 64, endpoints: { send: [ wait: 20ms ] } }
workloads:
  users: { arrivals: constant(100/s), patience: 2s, requests: [ { call: shop.buy } ] }
  letters: { arrivals: constant(100/s), requests: [ { call: mail.send } ] }
faults:
  - { id: bank, kind: crash, target: bank, at: 40s, for: 15s }
  - { id: mail, kind: crash, target: mail, at: 50s, for: 30s }
`);
    const steps = chainOf(viewOf(result), result.variants[0]!);
    const other = steps.filter(({ subject }) => subject === 'mail crashes');
    expect(other.map(({ when, text }) => [when, text])).not.toEqual([]);
    expect(steps.map(({ subject }) => subject)).not.toContain('mail fails');
    expect(steps[steps.length - 1]!.subject).not.toBe('mail recovers');
  });

  it('reports users first among the components that the next fault hurts', () => {
    const { result } = run(`
faultline: 1
title: Two faults of one service
run: { duration: 60s, replications: 1 }
services:
  api: { endpoints: { get: [ call: store.get ] } }
  store: { endpoints: { get: [ work: 5ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { name: get, call: api.get } ] } }
faults:
  - { id: one, kind: error, target: store, share: 100%, at: 10s, for: 5s }
  - { id: two, kind: error, target: store, share: 50%, at: 30s, for: 10s }
`);
    const steps = chainOf(viewOf(result), result.variants[0]!);
    expect(steps).toHaveLength(5);
    expect(steps.at(-2)!.text).toMatch(/^was unhealthy for 5.s$/u);
    const last = steps.at(-1)!;
    const [when, subject, text] = [last.when, last.subject, last.text].map((words) => words);
    expect(when).toBe('30 s');
    expect(subject).toMatch(/^store fails 50/u);
    expect(text).toMatch(/^users.get fails( in part)? again, until 40 s$/u);
  });

  it('reports events below a tenth of a second, in a column that stays aligned', () => {
    const { result } = run(`
faultline: 1
title: A slow answer of 30 ms
run: { duration: 1s, replications: 1, warmup: 0s, timeline: 10ms }
services:
  shop: { concurrency: 4, queue: { capacity: 20 }, endpoints: { buy: [ { call: bank.charge, policy: { timeout: 20ms } } ] } }
  bank: { concurrency: 4, queue: { capacity: 20 }, endpoints: { charge: [ wait: 2ms ] } }
workloads: { users: { arrivals: poisson(1000/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: slow, at: 40ms, for: 30ms, target: bank, kind: slow, factor: 50 } ]
`);
    const paint = { bold: (t: string) => t, dim: (t: string) => t, red: (t: string) => t };
    const options = { columns: 100, paint, file: 'a.yaml', wall: null, report: null };
    const lines = summaryText(result, options).split('\n');
    expect(lines.join('\n')).toContain('* while bank 50x slower from 40 to 70 ms.');
    const story = lines.filter((text) => /^ +(base +)?[\d.]+ m?s {2}/u.test(text));
    expect(story[0]).toBe('  base         40 ms  bank 50x slower');
    expect(story.some((text) => text.includes('  70 ms  The fault ends'))).toBe(true);
    expect(story.some((text) => / 0(\.0)? s /u.test(text))).toBe(false);
    const ends = story.map((text) => /^ +(?:base +)?[\d.]+ m?s/u.exec(text)![0].length);
    expect(new Set(ends)).toEqual(new Set([ends[0]]));
  });
});

describe('a report of messages that are lost', () => {
  const { result } = run(`
faultline: 1
title: Going on or pausing
run: { duration: 60s, replications: 1 }
policies:
  smtp: { circuitBreaker: { kind: simple, failureThreshold: 5, openDuration: 5s } }
topics:
  mails:
    kind: kafka
    subscribers: [ { group: sender, call: worker.send, retry: { attempts: 3 }, onPoison: skip } ]
services:
  shop: { endpoints: { buy: [ publish: mails ] } }
  worker: { endpoints: { send: [ call: smtp.deliver ] } }
  smtp: { endpoints: { deliver: [ wait: 5ms ] } }
workloads: { users: { arrivals: constant(50/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: outage, kind: crash, target: smtp, at: 10s, for: 20s } ]
variants:
  - { name: retrying, set: { 'topics.mails.subscribers[sender].retry': { attempts: 100, backoff: { kind: constant, base: 1s } } } }
  - { name: skipping }
`);
  const view = viewOf(result);

  it('tells the story of the variant that loses them, and how many in words', () => {
    expect(worstVariantOf(result).name).toBe('skipping');
    expect(unseenSentences(view).map(plainWords).join('. ')).toMatch(
      /^1,00\d messages are lost in skipping, none in retrying\. Up to 1,1\d\d messages wait for mails\.sender in retrying, /u,
    );
    expect(
      unseenSentences(viewOf({ ...result, replications: 2 }))
        .map(plainWords)
        .join('. '),
    ).toMatch(/^On average 1,00\d messages are lost per run in skipping, none in retrying\./u);
    const steps = chainOf(view, worstVariantOf(result)).map(({ subject }) => subject);
    expect(steps).toContain('mails.sender loses messages');
  });
});
