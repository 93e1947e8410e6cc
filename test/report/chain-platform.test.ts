import { describe, expect, it } from 'vitest';
import { chainOf } from '../../src/report/words/chain.js';
import { costSection } from '../../src/report/sections/costs.js';
import { statusSection } from '../../src/report/sections/statuses.js';
import { render } from '../../src/report/base/html-escape.js';
import { foldOf } from '../../src/report/view/fold.js';
import { statusLines } from '../../src/report/words/statuses.js';
import { viewOf } from '../../src/report/view/view.js';
import { asSentence } from '../../src/report/words/words.js';
import type { Result } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

/** The chain of the first variant, a step a line. */
const steps = ({ result }: { readonly result: Result }): readonly string[] =>
  chainOf(viewOf(result), result.variants[0]!).map(
    ({ when, subject, text }) => `${when} ${subject}${text === '' ? '' : `: ${text}`}`,
  );

const onNodes = (nodes: string, service: string, fault: string, load: string): string => `
faultline: 1
title: Nodes
run: { duration: 200s, warmup: 10s, replications: 1 }
platform: { kind: kubernetes, nodes: { ${nodes} } }
services:
  shop: { cpu: 1, concurrency: 32, queue: { capacity: 20 }, lifecycle: { startup: 5s }, resources: { requests: { cpu: 1 } }, ${service}, endpoints: { buy: [ work: 10ms ] } }
workloads:
  users: { arrivals: constant(${load}), policy: { timeout: 500ms }, requests: [ { call: shop.buy } ] }
faults: [ ${fault} ]
`;

describe('the chain of a failure that the platform prolongs or ends', () => {
  it('shows when a dead node counts as lost: 60 s, 40 s of grace and 10 s', () => {
    const fault = `{ id: dead, kind: crash, target: 'nodes[0]', at: 60s, for: none }`;
    const all = steps(run(onNodes('count: 3, cpu: 2', 'replicas: 6', fault, '200/s')));
    expect(all).toContain(
      '110 s nodes[0] counts as lost: callers remove its instances from their lists',
    );
    expect(all.at(-1)).toBe('110 s users.buy is healthy again: was unhealthy for 50 s');
  });

  it('shows what a drain cannot end, and not what it ends later', () => {
    const fault = `{ id: drain, kind: stop, target: 'nodes[0]', at: 60s, for: 60s }`;
    const drained = (budget: string): readonly string[] =>
      steps(
        run(
          onNodes(
            'count: 3, cpu: 4',
            `replicas: 6, disruptionBudget: { ${budget} }`,
            fault,
            '200/s',
          ),
        ),
      ).filter((step) => step.includes('is not emptied'));
    expect(drained('minAvailable: 6')).toEqual([
      '60 s nodes[0] is not emptied: the disruption budget of shop keeps 2 instances there until 120 s',
    ]);
    expect(drained('maxUnavailable: 1')).toEqual([]);
  });

  it('shows how long new instances wait for room, after the autoscaler that makes them', () => {
    const fault = '{ id: rush, kind: load, target: users, factor: 4, at: 30s, for: none }';
    const nodes = 'count: 2, cpu: 1, max: 4, provisioning: 90s';
    const scaled = 'autoscaling: { metric: rate, target: 50/s, min: 2, max: 4 }';
    const all = steps(run(onNodes(nodes, scaled, fault, '90/s')));
    const scales = all.findIndex((step) => step.includes('shop scales up'));
    expect(scales).toBeGreaterThan(0);
    expect(all[scales + 1]).toMatch(
      /^\d+ s shop waits for room on a node: 2 instances until \d+ s$/u,
    );
  });

  it('shows that Eureka stops to evict', () => {
    const all = steps(
      run(`
faultline: 1
title: One of three
run: { duration: 200s, replications: 1 }
registries: { eureka: { kind: eureka } }
services:
  web: { endpoints: { get: [ call: shop.get ] } }
  shop: { replicas: 3, discovery: eureka, endpoints: { get: [ wait: 10ms ] } }
workloads: { users: { arrivals: constant(30/s), requests: [ { call: web.get } ] } }
faults: [ { id: dies, kind: crash, target: 'shop[0]', at: 60s, for: none } ]
`),
    );
    // The rest is as before: the registry pushes no degradation out.
    expect(all.filter((step) => step.includes('degrades'))).toHaveLength(3);
    expect(all.at(-2)).toMatch(/^[\d.]+ s eureka begins self-preservation: nothing is evicted$/u);
  });

  it('shows no outage of a registry that a fault hits', () => {
    const all = steps(
      run(`
faultline: 1
title: Names expire
run: { duration: 200s, replications: 1 }
registries: { names: { kind: dns } }
services:
  web: { endpoints: { get: [ call: shop.get ] } }
  shop: { replicas: 3, discovery: names, endpoints: { get: [ wait: 10ms ] } }
workloads: { users: { arrivals: constant(30/s), requests: [ { call: web.get } ] } }
faults: [ { id: out, kind: crash, target: names, at: 60s, for: 60s } ]
`),
    );
    expect(all[0]).toBe('60 s names crashes');
    expect(all.filter((step) => step.includes('names'))).toHaveLength(1);
  });
});

describe('a degradation while two changes are active', () => {
  const { result } = run(`
faultline: 1
title: Two changes
run: { duration: 60s, replications: 1 }
gateways:
  edge:
    routes:
      - { name: get, match: { method: GET }, to: { old.read: 100, new.read: 0 } }
      - { name: post, match: { method: POST }, to: { old.write: 100, new.write: 0 } }
services:
  old: { endpoints: { read: [ work: 1ms ], write: [ work: 1ms ] } }
  new: { endpoints: { read: [ work: 1ms ], write: [ fail: 500 ] } }
workloads:
  users:
    arrivals: constant(100/s)
    requests:
      - { name: read, call: edge, method: GET, path: / }
      - { name: write, call: edge, method: POST, path: / }
faults:
  - { id: reads, kind: change, set: { "gateways.edge.routes[get].to": { new.read: 100 } }, at: 20s, for: none }
  - { id: writes, kind: change, set: { "gateways.edge.routes[post].to": { new.write: 100 } }, at: 40s, for: none }
`);

  it('is caused by the last one that begins before it', () => {
    const { events } = result.variants[0]!.cascade;
    const edge = events.find(({ kind, subject }) => kind !== 'fault' && subject === 'edge');
    expect(edge).toMatchObject({ at: 40, cause: 'writes' });
  });

  it('begins with the change that does no harm, and names the other one', () => {
    const all = steps({ result });
    expect(all[0]).toMatch(/^20 s gateways\.edge\.routes\[get\]\.to is /u);
    expect(
      all.filter((step) => /^40 s gateways\.edge\.routes\[post\]\.to is /u.test(step)),
    ).toEqual([expect.stringContaining('')]);
  });

  it('has a path that no sentence capitalises', () => {
    const view = viewOf(result);
    expect(asSentence(view, 'policies.bank.timeout is 50ms')).toBe('policies.bank.timeout is 50ms');
    expect(asSentence(view, 'nodes[0] crashes')).toBe('nodes[0] crashes');
    expect(asSentence(view, 'the proxies get no news')).toBe('The proxies get no news');
  });
});

describe('an earlier fault that lasts into the next one', () => {
  it('is the first step, unless it is innocent', () => {
    const all = steps(
      run(`
faultline: 1
title: No news, then a death
run: { duration: 60s, replications: 1 }
mesh: { kind: istio, policy: bare }
policies: { bare: { retry: { kind: istio, attempts: 1 } } }
services:
  shop: { endpoints: { page: [ call: stock.get ] } }
  stock: { replicas: 4, loadBalancing: roundRobin, endpoints: { get: [ wait: 20ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.page } ] } }
faults:
  - { id: no-istiod, kind: freeze, target: stock, what: mesh, at: 20s, for: 20s }
  - { id: gone, kind: crash, target: "stock[0]", at: 30s, for: 20s }
variants:
  - { name: stale }
  - { name: healthy-plane, remove: [ "faults[no-istiod]" ] }
`),
    );
    expect(all.slice(0, 2)).toEqual([
      '20 s the proxies get no news of stock',
      '30 s stock[0] crashes',
    ]);
  });
});

describe('titles of tables over several variants', () => {
  it('of costs name the most expensive variant and the cheapest', () => {
    // 4, 2 and 1 cores for the same requests.
    const { result } = run(`
faultline: 1
title: Sizes
run: { duration: 20s, replications: 1 }
services: { shop: { cpu: 1, replicas: 2, endpoints: { buy: [ work: 1ms ] } } }
workloads: { users: { arrivals: constant(50/s), requests: [ { call: shop.buy } ] } }
report: { prices: { cpuHour: 3.6 } }
variants:
  - { name: two }
  - { name: four, set: { services.shop.replicas: 4 } }
  - { name: one, set: { services.shop.replicas: 1 } }
`);
    // A core costs 0.001 a second: four cost 0.08 in 20 s, for 999 requests that end before.
    const shown = render(costSection(foldOf(viewOf(result), 9)));
    expect(shown).toContain(
      'four costs 80.1 per million successful requests, 100 % of it for shop; one costs 20',
    );
    expect(shown).toContain('0.08 (100 %)');
  });

  it('of statuses name a subject with several, each with its share', () => {
    const { result } = run(`
faultline: 1
title: Statuses
run: { duration: 20s, replications: 1 }
services: { shop: { endpoints: { buy: [ fail: 500 ], ask: [ fail: 503 ], see: [ work: 1ms ] } } }
workloads:
  other: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] }
  users: { arrivals: constant(50/s), requests: [ { call: shop.buy }, { call: shop.ask }, { call: shop.see } ] }
`);
    expect(statusLines(result, 'base', 3)[0]).toMatch(
      /^users gets 50\d \([\d.]+ %\) and 50\d \([\d.]+ %\)$/u,
    );
    // A terminal has those of the variant that its account is about.
    const [base] = result.variants;
    const two = { variants: [base!, { ...base!, name: 'worst' }] };
    expect(statusLines(two, 'worst', 9).every((line) => line.startsWith('worst: '))).toBe(true);
    expect(statusLines(two, 'other', 9)[0]).toMatch(/^base: /u);
    expect(render(statusSection(foldOf(viewOf(result), 9)))).toMatch(
      /users gets 50\d \([\d.]+.%\) and 50\d/u,
    );
  });
});
