import { describe, expect, it } from 'vitest';
import { readingOf } from '../../bench/accounts/reader.mjs';
import { textsOf } from '../../bench/accounts/surfaces.mjs';
import { prove } from '../../src/api/prove.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { storyBlocks } from '../../src/report/story/blocks.js';
import { cheapestWords } from '../../src/report/words/cheapest.js';
import { remediesOf } from '../../src/report/words/remedies.js';
import { answerOf } from '../../src/report/words/answer.js';
import { viewOf } from '../../src/report/view/view.js';
import type { Result } from '../../src/contracts/result/result.js';

/** The result with its proofs, and what it advises; each sentence of it is compared with its runs. */
async function advised(
  text: string,
): Promise<{ readonly result: Result; readonly act: string; readonly why: string | null }> {
  const result = await prove(text);
  const texts = textsOf(result, storyBlocks(result, { source: 'case.yaml' }));
  const { unread, wrong } = readingOf(
    result,
    // The page has the counts beside the words.
    texts.filter(({ place }) => place !== 'page causes'),
  );
  expect({ unread, wrong }).toEqual({ unread: [], wrong: [] });
  const { act, why } = answerOf(viewOf(result));
  return { result, act: plainWords(act!), why: why === null ? null : plainWords(why) };
}

/** 98/s of messages for consumers that take 10/s each: 10 of them fall behind only by chance. */
const mails = (budget: string): string => `faultline: 1
title: Mails
run: { duration: 60s, seed: 4, replications: 1 }
services:
  shop: { endpoints: { buy: [ publish: mails ] } }
  mailer: { endpoints: { send: { idempotent: true, steps: [ wait: 100ms ] } } }
queues:
  mails: { kind: sqs, consumers: [ { call: mailer.send, concurrency: 5 } ] }
workloads:
  users: { arrivals: poisson(98/s), requests: [ { call: shop.buy } ] }
budgets: [ ${budget} ]
`;

/** 5 workers take 50/s of 82/s; 10 of them take 100/s, with a queue that is full at times. */
const workers = (budgets: string): string => `faultline: 1
title: Workers
run: { duration: 60s, seed: 4, replications: 1 }
services:
  shop: { concurrency: 5, queue: { capacity: 10 }, endpoints: { buy: [ wait: 100ms ] } }
workloads:
  users: { arrivals: poisson(82/s), requests: [ { call: shop.buy } ] }
budgets: [ ${budgets} ]
`;

describe('a change that is advised', () => {
  it('says that it holds the budget, and is the smallest one that does', async () => {
    expect((await advised(mails('mails.lag.max < 2000'))).act).toMatch(
      /^Set queues\.mails\.consumers\[0\]\.concurrency to 10 \(now 5\): of [\d,]+ messages .*, \d+ remain; “mails\.lag\.max < 2000” holds: [\d,]+\.$/u,
    );
    expect((await advised(mails('mails.lag.max < 120'))).act).toMatch(
      /^Set queues\.mails\.consumers\[0\]\.concurrency to 20 \(now 5\): .*; “mails\.lag\.max < 120” holds: \d+\.$/u,
    );
  });

  it('says which budget it leaves broken', async () => {
    expect((await advised(mails('mails.age.max < 20ms'))).act).toMatch(
      /remain; “mails\.age\.max < 20ms” is still not held: \S+ s\.$/u,
    );
  });

  it('goes on where half of the failures are averted and the budget still breaks', async () => {
    const { result, act } = await advised(workers('users.success > 99.9%'));
    expect(act).toMatch(
      /^Set services\.shop\.concurrency to 20 \(now 5\): .*; “users\.success > 99\.9%” holds: 100 %\.$/u,
    );
    expect((await advised(workers('users.success > 95%'))).act).toContain('to 10 (now 5)');
    const { tried } = remediesOf(viewOf(result))!;
    expect(tried.find(({ words }) => words.includes('concurrency'))!.goals).toEqual({
      held: 1,
      of: 1,
    });
  });

  it('says which budget it breaks that holds now', async () => {
    const { act } = await advised(workers('users.success > 99.9%, users.goodput < 60/s'));
    expect(act).toMatch(
      /“users\.success > 99\.9%” holds: 100 % and “users\.goodput < 60\/s” breaks: 8\d(?:\.\d)?\/s\.$/u,
    );
  });

  it('is that of the variant that comes closest, where none holds every budget', async () => {
    // 100 requests/s of 25 ms need 2.5 workers: three with four places refuse 3 %, six next to none.
    const { act } = await advised(`faultline: 1
title: Closest, and short of workers
run: { duration: 30s, warmup: 2s, replications: 1 }
services:
  shop:
    concurrency: 64
    queue: { capacity: 4 }
    endpoints: { buy: [ { wait: 20ms }, { call: recs.get } ] }
  recs: { endpoints: { get: [ wait: 5ms ] } }
workloads: { users: { arrivals: poisson(100/s), requests: [ call: shop.buy ] } }
faults: [ { id: out, kind: error, target: recs, probability: 100%, at: 10s, for: 10s } ]
variants:
  - { name: plain }
  - name: guarded
    set: { "services.shop.endpoints.buy.steps[1].optional": true, services.shop.concurrency: 3 }
budgets: [ users.success >= 99%, users.success >= 50% during out ]
`);
    expect(act).toMatch(
      /^No variant holds every budget; guarded comes closest; set services\.shop\.concurrency to 6 \(now 3\): “users\.success >= 99%” holds: 99\.\d+ %\.$/u,
    );
  });

  it('may be a longer time until a queue delivers a message again', async () => {
    // 4 jobs of 2 s at once share 2 cores, so that each takes 4 s: more than 3 s, and less than 6 s.
    const { act, why } = await advised(`faultline: 1
title: Encoding
run: { duration: 300s, seed: 4, replications: 1 }
services:
  api: { endpoints: { upload: [ publish: jobs ] } }
  encoder: { cpu: 2, concurrency: 4, endpoints: { run: { idempotent: true, steps: [ work: 2s ] } } }
queues:
  jobs: { kind: sqs, visibilityTimeout: 3s, maxReceiveCount: 2, deadLetter: dead, consumers: [ { call: encoder.run, concurrency: 4 } ] }
  dead: { kind: sqs }
workloads:
  users: { arrivals: poisson(0.8/s), requests: [ { call: api.upload } ] }
budgets: [ jobs.lag.max < 15 ]
`);
    expect(why).toMatch(
      /^jobs delivers messages again that are still handled \(proved\): of \d+ messages that wait for jobs on average, \d+ remains? with 2x the time until jobs delivers a message again\.$/u,
    );
    expect(act).toMatch(
      /^Set queues\.jobs\.visibilityTimeout to 6s \(now 3s\): of .*; “jobs\.lag\.max < 15” holds: \d+\.$/u,
    );
  });

  it('is another value of a limit that is enough, and not its absence', async () => {
    const { result, act } = await advised(`faultline: 1
title: A quota for each tenant
run: { duration: 60s, warmup: 5s, seed: 9, replications: 1 }
keys: { tenant: zipf(count=50 exponent=1.1) }
policies: { quota: { rateLimit: { rate: 20/s, burst: 10, per: key, key: tenant } } }
services:
  api: { runtime: async, outbound: quota, endpoints: { report: [ call: render.make ] } }
  render: { concurrency: 80, endpoints: { make: { readOnly: true, steps: [ wait: 100ms ] } } }
workloads: { tenants: { arrivals: poisson(100/s), requests: [ { call: api.report } ] } }
budgets: [ tenants.success >= 99% ]
`);
    expect(act).toMatch(
      /^Set policies\.quota\.rateLimit\.rate to 40\/s \(now 20\/s\): 0 requests fail/u,
    );
    const [variant] = result.variants;
    expect(cheapestWords(variant!.counterfactuals!, variant!, '')).toMatch(
      /^Cheapest change tried: set policies\.quota\.rateLimit\.rate to 40\/s \(now 20\/s\)[;:]/u,
    );
  });

  it.each(['99%', '99.95%'])(
    'is a longer time to live, and not entries that never expire, for a success of %s',
    async (least) => {
      // Values that are read live for longer than the component that loads them is down.
      const { act } = await advised(`faultline: 1
title: Cached tokens
run: { duration: 90s, warmup: 20s, seed: 3 }
keys: { token: uniform(count=600) }
services:
  portal: { replicas: 3, concurrency: 100, endpoints: { open: [ { cache: { get: tokens, onMiss: [ call: idp.introspect ] } }, wait: 20ms ] } }
  idp: { replicas: 2, concurrency: 40, endpoints: { introspect: { readOnly: true, steps: [ wait: exponential(40ms) ] } } }
caches: { tokens: { keys: token, levels: [ { name: near, kind: redis, ttl: 20s } ] } }
workloads: { staff: { arrivals: poisson(60/s), patience: 3s, requests: [ { call: portal.open } ] } }
faults: [ { id: idp-out, kind: crash, target: idp, at: 30s, for: 20s } ]
budgets: [ staff.success >= ${least} ]
`);
      expect(act).toMatch(
        /^Set caches\.tokens\.levels\[0\]\.ttl to 80s \(now 20s\): \d requests fail/u,
      );
    },
  );

  it('is one of the queue whose dead letters another queue takes, where the budget is about that one', async () => {
    // Three deliveries within 20 s end as dead letters while the ledger is down for 30 s; within 40 s they do not.
    const { act } = await advised(`faultline: 1
title: Dead letters
run: { duration: 120s, seed: 8, replications: 1 }
services:
  hooks: { endpoints: { receive: [ publish: events ] } }
  poster: { concurrency: 50, endpoints: { post: [ call: ledger.write ] } }
  ledger: { concurrency: 30, endpoints: { write: [ wait: 20ms ] } }
queues:
  events: { kind: sqs, visibilityTimeout: 10s, maxReceiveCount: 3, deadLetter: dead, consumers: [ { call: poster.post, concurrency: 20 } ] }
  dead: { kind: sqs }
workloads: { psp: { arrivals: poisson(20/s), requests: [ { call: hooks.receive } ] } }
faults: [ { id: ledger-out, kind: crash, target: ledger, at: 20s, for: 30s } ]
budgets: [ dead.ready.max < 10 ]
`);
    expect(act).toMatch(
      /^Set queues\.events\.visibilityTimeout to 20s \(now 10s\): of \d+ dead letters of events, 0 remain; “dead\.ready\.max < 10” holds: 0\.$/u,
    );
  });
});

/** 150/s of reads of 10 ms, for two cores that eight threads want too. */
const READS = `faultline: 1
title: Reads
run: { duration: 60s, seed: 4, replications: 1 }
databases: { db: { cpu: { cores: 2 }, operations: { read: { work: 10ms } } } }
services: { api: { concurrency: 20, endpoints: { get: [ query: db.read ] } } }
workloads: { users: { arrivals: poisson(150/s), patience: 700ms, requests: [ { call: api.get } ] } }
faults: [ { id: other, kind: cpuStress, load: 100%, workers: 8, target: db, at: 20s, for: 10s } ]
budgets: [ users.success >= 50% ]
`;

/** A cache that is cold at the start: more misses come than four cores load. */
const PAGES = `faultline: 1
title: Pages
run: { duration: 30s, warmup: 20s, seed: 1, replications: 1 }
keys: { product: zipf(count=1000 exponent=1.2) }
caches: { pages: { keys: product, levels: [ { name: near, kind: redis, ttl: 30s } ] } }
databases: { db: { cpu: { cores: 4 }, operations: { render: { work: 200ms } } } }
services: { web: { concurrency: 400, endpoints: { show: [ cache: { get: pages, onMiss: [ query: db.render ] } ] } } }
workloads: { users: { arrivals: poisson(500/s), patience: 3s, requests: [ { call: web.show } ] } }
faults: [ { id: flush, kind: flush, target: pages, at: 20s } ]
budgets: [ users.success >= 99% ]
`;

describe('the price of a change', () => {
  it('comes with the change, where the budgets hold without it', async () => {
    const { act, price } = answerOf(viewOf(await prove(READS)));
    expect(plainWords(act!)).toMatch(
      /^Nothing: it holds every budget\. To serve more, set databases\.db\.cpu\.cores to 4 \(now 2\): /u,
    );
    expect(plainWords(price.words)).toMatch(/^Price of this change: /u);
  });
});

describe('a budget that breaks without the fault', () => {
  it('breaks for what is full from the start', async () => {
    const { why } = await advised(PAGES);
    expect(why).toMatch(
      /^db is saturated: its 4 cores hold [\d.]+\/s of [\d.]+\/s \(measured\)\.$/u,
    );
  });
});
