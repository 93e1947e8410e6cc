import { describe, expect, it } from 'vitest';
import { loadFiles } from '../scenario/support.js';

const problemsOf = (alerts: string, fault?: string): readonly string[] => {
  const text = `faultline: 1
title: Alerts
run: { duration: 1m }
services:
  shop: { replicas: 2, endpoints: { buy: [ call: stock.take ] } }
  stock: { protocol: grpc, endpoints: { take: [ wait: 5ms ] } }
queues: { mails: { kind: simple, consumers: [ { call: shop.buy } ] } }
workloads: { users: { arrivals: constant(10/s), requests: [ { name: buy, call: shop.buy } ] } }
alerts: ${alerts}
${fault === undefined ? '' : `faults: [ ${fault} ]`}
`;
  return loadFiles({ 's.yaml': text }).problems.map(({ code, message, suggestion }) =>
    [code, message, ...(suggestion === undefined ? [] : [`-> ${suggestion}`])].join(' '),
  );
};
const own = (rule: string, more = ''): readonly string[] =>
  problemsOf(`{ ${more}rules: { it: { ${rule} } } }`);

describe('alerts with mistakes', () => {
  it.each([
    ['burnRate: 2, when: users.success < 1%', 'FL208 write exactly one of burnRate, when and expr'],
    ['severity: page', 'FL208 write exactly one of burnRate, when and expr'],
    ['burnRate: 2', 'FL208 a burn rate needs an objective'],
    [
      'burnRate: 14.4, objective: 90%',
      'FL208 never fires: the budget of 90% burns 10 times as fast',
    ],
    ['burnRate: 2, objective: 100%', 'FL208 a promise of 100% leaves no error budget'],
    ['burnRate: 2, objective: 99%, short: 2h', 'FL208 the short window must be shorter'],
    ['burnRate: 2, objective: 99%, over: 2h', 'FL208 has no effect without when'],
    ['burnRate: 2, objective: 99%, of: user', 'FL404 there is no workload or request user'],
    ['when: users.success << 1%', 'FL501'],
    ['when: user.success < 1%', 'FL502 unknown component user'],
    ['when: users.recovery < 1s', 'FL502'],
    ['when: stock.success < 1%', 'FL502 no exported series shows success of stock'],
    ['when: shop.utilization > 90%', 'FL502 no exported series shows utilization of shop'],
    ['when: shop.buy.success < 9%', 'FL502 write the whole component'],
    ['expr: rate(x)', 'FL503 the first argument of rate is a range of samples'],
    ['expr: upp == 0', 'FL504 no run exports the metric upp'],
    ['expr: \'up{job="shop"} == 0\'', 'FL504 up has no label job: write service="shop"'],
    ['expr: \'up{namespace="a"} == 0\'', 'FL504 up has no label namespace: leave it out'],
    [
      'expr: \'rate(http_requests_total{code=~"5.."}[1m]) > 1\'',
      'FL504 http_requests_total has no label code: write status_code=~"5.."',
    ],
    ["expr: 'max by (pod) (up) > 0'", 'FL504 no series here has the label pod: write instance'],
    ["expr: 'sum by (tier) (up) > 0'", 'FL504 no series here has the label tier'],
    ['expr: \'up{service="shopp"} == 0\'', 'FL504 service is never shopp: no such series'],
    ['expr: \'up{service=~"sho"} == 0\'', 'FL504 service is never sho: no such series'],
  ])('%s is refused', (rule, message) => {
    const found = own(rule);
    expect(found).not.toEqual([]);
    expect(found[0]).toContain(message);
  });

  it('names the nearest series, label and value', () => {
    expect(own('expr: upp == 0')[0]).toContain('-> up');
    expect(own('expr: \'up{servise="shop"} == 0\'')[0]).toContain('-> service');
    expect(own('expr: \'up{service="shopp"} == 0\'')[0]).toContain('-> shop');
  });

  it('answers all labels of a query at once', () => {
    expect(own('expr: \'up{job="shop",pod="shop[0]"} == 0 or up{job="shop"} == 1\'')).toEqual([
      'FL504 up has no label job: write service="shop"',
      'FL504 up has no label pod: write instance="shop[0]"',
    ]);
  });

  it.each([
    "expr: 'sum by (instance) (max without (pod) (up)) > 0'",
    'when: users.latency.p99 > 500ms',
    'when: users.buy.share.timeout > 1%, over: 1m, for: 30s',
    'when: shop.queue > 10 for 1m',
    'when: shop->stock.success < 90%',
    'when: shop.success < 90%',
    'when: users.throughput < 1/s',
    'when: mails.lag > 100, over: 1m',
    'when: mails.age > 30s',
    "when: 'shop[0].concurrency > 5'",
    'burnRate: 6, objective: 99.9%, of: users.buy, long: 6h, short: 30m',
    "expr: 'max(queue_ready) > 1 or up == 0'",
  ])('%s is read', (rule) => {
    expect(own(rule)).toEqual([]);
  });

  it('needs a name for each rule, and one of its own for each alert', () => {
    const group = (rules: string): readonly string[] =>
      problemsOf(`{ groups: [ { name: g, rules: [ ${rules} ] } ] }`);
    expect(group('{ expr: up }')[0]).toContain('write either alert or record');
    expect(group('{ alert: A, record: b, expr: up }')[0]).toContain('write either alert or record');
    expect(group('{ alert: A, expr: up }, { alert: A, expr: up }')[0]).toContain(
      'two alerts are called A',
    );
    expect(group('{ record: a:b, expr: up }, { alert: A, expr: "a:b > 1", for: 1h30m }')).toEqual(
      [],
    );
    expect(problemsOf('{ scrape: 5s }')[0]).toContain('no rule is written');
    expect(problemsOf('{ buckets: [ 1, 0.5 ], rules: { a: { expr: up } } }')[0]).toContain(
      'the bounds must rise',
    );
  });

  it('has a delay before a response, and none before a fault with a condition of its own', () => {
    const fault = (when: string): readonly string[] =>
      problemsOf(
        '{ rules: { page: { expr: up } } }',
        `{ id: f, kind: crash, target: shop, when: ${when}, delay: 5s, for: 1s }`,
      );
    expect(fault('alerts.page')).toEqual([]);
    expect(fault('shop.queue > 3')[0]).toContain(
      'a condition may have to hold: `CONDITION for 5s`',
    );
  });
});
