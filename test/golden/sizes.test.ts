import { describe, expect, it } from 'vitest';
import { formatSize, parseBandwidth, parseSize } from '../../src/contracts/quantities/size-text.js';
import { problemsOf } from '../theory/program.js';
import { answered, begun, golden, latencies, outcomes, sent, times } from './tracing.js';

/** `shop` calls `store` with requests of 10 KB and responses of 40 KB. */
const shop = (network: string, at: string, more: { call?: string; rest?: string } = {}): string => `
network: { ${network} }
services:
  shop: { endpoints: { buy: [ call: { to: store.get${more.call ?? ''} } ] } }
  store: { endpoints: { get: { requestSize: 10KB, responseSize: 40KB, steps: [ wait: 5ms ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] }
${more.rest ?? ''}`;

describe('sizes as they are written', () => {
  it.each([
    ['512B', 512],
    ['4KiB', 4096],
    ['2MB', 2_000_000],
    ['1.5KiB', 1536],
    [0, 0],
  ])('%s', (written, bytes) => {
    expect(parseSize(written)).toBe(bytes);
  });

  it('bandwidth is a size per second', () => {
    expect(parseBandwidth('10MiB/s')).toBe(10 * 1024 ** 2);
    expect(parseBandwidth('unlimited')).toBe(Infinity);
    expect(() => parseBandwidth('10MiB')).toThrow('write 10MiB/s');
    expect(() => parseBandwidth('0B/s')).toThrow('lets nothing through');
    expect(() => parseSize(12)).toThrow('write 12B or 12KiB');
    expect(() => parseSize('12Mbit')).toThrow('is no size');
  });

  it('are shown in the largest unit of which they are a whole multiple', () => {
    expect([4096, 40_000, 2_000_000, 513].map(formatSize)).toEqual(['4KiB', '40KB', '2MB', '513B']);
  });
});

describe('a link with a bandwidth', () => {
  it('takes size / bandwidth for each message, beside its latency', () => {
    // 10 KB and 40 KB at 1 MB/s: 10 ms and 40 ms; there and back 2 x 1 ms; 5 ms at the store.
    const { at } = golden(shop('latency: 1ms, bandwidth: 1MB/s', '0ms'));
    const [read] = at('store.get');
    expect([read!.sent, read!.arrived, read!.answered]).toEqual([1, 12, 58]);
  });

  it('carries one message after the other, each way by itself', () => {
    // Requests leave @10, @20, @30, done 5 ms later; answers queue: @15-55, 55-95, 95-135.
    const { at } = golden(shop('bandwidth: 1MB/s', times(3, '0ms')));
    expect(begun(at('store.get'))).toEqual([10, 20, 30]);
    expect(answered(at('store.get'))).toEqual([55, 95, 135]);
  });

  it('is one for each pair of instances', () => {
    const body = shop('bandwidth: 1MB/s', times(2, '0ms'));
    const { at } = golden(body.replace('store: {', 'store: { replicas: 2,'));
    expect(answered(at('store.get'))).toEqual([55, 55]);
  });

  it('lets what has no size wait for its turn', () => {
    const rest = '  pings: { arrivals: { at: [ 1ms ] }, requests: [ { call: shop.ping } ] }';
    const body = shop('bandwidth: 1MB/s', '0ms', { rest })
      .replace('buy: [', 'ping: [ call: store.ping ], buy: [')
      .replace('get: { requestSize', 'ping: [ wait: 1ms ], get: { requestSize');
    expect(begun(golden(body).at('store.ping'))).toEqual([10]);
  });

  it('is a line of its own for each client', () => {
    const body = shop('bandwidth: 1MB/s', times(3, '0ms')).replace(
      'call: shop.buy',
      'call: store.get',
    );
    expect(latencies(golden(body).requests)).toEqual([55, 55, 55]);
  });

  it('carries the copy of a mirror like the request itself', () => {
    // @10 and @15 at the gateway; the first request leaves @20, its copy @30, the second one @40.
    const { at } = golden(`
network: { bandwidth: 1MB/s }
gateways:
  edge: { routes: [ { name: all, to: s.serve, mirror: { to: s.copy } } ] }
services:
  s:
    endpoints:
      serve: { requestSize: 10KB, steps: [ wait: 1ms ] }
      copy: [ wait: 1ms ]
workloads:
  users: { arrivals: { at: [ 0ms, 5ms ] }, requests: [ { call: edge } ] }
`);
    expect(begun(at('s.serve'))).toEqual([20, 40]);
  });

  it('may be that of a pair, one way', () => {
    const links = 'links: [ { between: [shop, store], bandwidth: 1MB/s, oneWay: true } ]';
    expect(latencies(golden(shop(links, '0ms')).requests)).toEqual([15]);
    const both = 'bandwidth: 2MB/s, links: [ { between: [shop, store], bandwidth: 1MB/s } ]';
    expect(latencies(golden(shop(both, '0ms')).requests)).toEqual([55]);
  });

  it('carries failures as messages without a body', () => {
    const body = shop('bandwidth: 1MB/s', '0ms').replace('wait: 5ms', 'wait: 5ms, fail: 500');
    expect(latencies(golden(body).requests)).toEqual([15]);
  });

  it('costs nothing where no message has a size', () => {
    const body = shop('bandwidth: 1B/s', '0ms').replace(
      'requestSize: 10KB, responseSize: 40KB,',
      '',
    );
    expect(latencies(golden(body).requests)).toEqual([5]);
  });

  it('carries the size that a call says', () => {
    const { requests } = golden(shop('bandwidth: 1MB/s', '0ms', { call: ', requestSize: 100KB' }));
    expect(latencies(requests)).toEqual([145]);
  });
});

/** A gateway in front of `shop`, with a chain; uploads have 300 KiB, answers 100 KiB. */
const edge = (chain: string, at = '0ms', more: { network?: string; buy?: string } = {}): string => `
network: { ${more.network ?? ''} }
gateways:
  edge: { cpu: 4, middleware: [ ${chain} ], routes: [ { to: shop.buy } ] }
services:
  shop: { endpoints: { buy: { requestSize: 20KiB, responseSize: 100KiB, steps: [ ${more.buy ?? 'wait: 5ms'} ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: edge } ] }
  uploads: { arrivals: { at: [ ${at} ] }, requests: [ { call: edge, requestSize: 300KiB } ] }
`;

describe('middleware that works on bodies', () => {
  it('transforms the request: what the callee says of it, or what its client sent', () => {
    const { requests } = golden(edge('transform: { workPerKiB: 0.1ms }'));
    expect(latencies(requests).sort((a, b) => a - b)).toEqual([7, 35]);
  });

  it('translates the request and, on its way back, the answer', () => {
    // 20 and 300 KiB there, 100 KiB back, 0.1 ms each; 5 ms at the shop.
    const { requests } = golden(edge('translate: { workPerKiB: 0.1ms }'));
    expect(latencies(requests).sort((a, b) => a - b)).toEqual([17, 45]);
  });

  it('compresses the answer, also one that leaves early, and not a failure', () => {
    const chain = 'compress: { workPerKiB: 0.1ms }';
    expect(latencies(golden(edge(chain)).requests)).toEqual([15, 15]);
    const failing = golden(edge(chain, '0ms', { buy: 'wait: 5ms, fail: 503' }));
    expect(latencies(failing.requests)).toEqual([5, 5]);
    const own = `
services:
  shop:
    cpu: 1
    middleware: [ ${chain} ]
    endpoints: { buy: { responseSize: 100KiB, steps: [ wait: 5ms, { respond: { status: 200, then: [ wait: 9ms ] } } ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop } ] }
`;
    expect(latencies(golden(own).requests)).toEqual([15]);
  });

  it('ignores requests that `when` excludes, both ways', () => {
    const chain = 'translate: { workPerKiB: 0.1ms, when: { workload: uploads } }';
    expect(latencies(golden(edge(chain)).requests).sort((a, b) => a - b)).toEqual([5, 45]);
  });

  it('refuses a request that is larger than the limit, not one that is as large', () => {
    const { requests, at } = golden(edge('filter: { kind: size, max: 20KiB }'));
    expect(outcomes(requests).sort()).toEqual(['clientError', 'ok']);
    expect(sent(at('shop.buy'))).toEqual([0]);
    expect(outcomes(golden(edge('filter: { kind: size, max: 300KiB }')).requests)).toEqual([
      'ok',
      'ok',
    ]);
  });

  it('passes both ways what it was sent and answered', () => {
    // 1 KiB takes 1 ms between gateway and shop, and nothing in front of the gateway.
    const network = 'links: [ { between: [edge, shop], bandwidth: 1000KiB/s } ]';
    const { requests } = golden(edge('log: {}', '0ms', { network }));
    // The upload goes first: 300 + 5 + 100 ms. The other leaves @320, is done @325, and its response waits until that
    // of the upload has left @405.
    expect(latencies(requests).sort((a, b) => a - b)).toEqual([405, 505]);
  });

  it('gives requests that share a response one of its size', () => {
    const network = 'links: [ { between: [users, edge], bandwidth: 1000KiB/s } ]';
    const chain = 'coalesce: { key: all, window: 1s }';
    const body = `keys: { all: uniform(count=1) }${edge(chain, '0ms, 1ms, 500ms', { network })}`;
    // 20 ms for the request; the response of 100 KiB takes 100 ms for each of them, also from the window.
    const users = golden(body).requests.filter(({ part }) => part.startsWith('users'));
    expect(users.map(({ sent: from, answered: at }) => [from, at])).toEqual([
      [0, 120],
      [1, 121],
      [500, 620],
    ]);
  });

  it('says what cannot be', () => {
    expect(
      problemsOf(`faultline: 1\ntitle: t\nrun: { duration: 1s }\n${edge('filter: { max: 1KB }')}`),
    ).toContain('max applies only to a filter of kind size');
  });
});

describe('the protocol of a callee', () => {
  /** A request of 20 KiB and an answer of 100 KiB at 0.1 ms for each KiB: 2 ms and 10 ms of one core. */
  const speaking = (steps: string, more = '', at = '0ms'): string => `
services:
  shop:
    cpu: 1
    concurrency: 1
    protocol: { kind: grpc, workPerKiB: 0.1ms }
    ${more}
    endpoints: { buy: { requestSize: 20KiB, responseSize: 100KiB, steps: [ ${steps} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] }
`;

  it('reads the request in front of the steps and writes the answer behind them', () => {
    // 2 + 5 + 10 ms, and the next one begins when its worker is free.
    expect(latencies(golden(speaking('wait: 5ms', '', '0ms, 0ms')).requests)).toEqual([17, 34]);
  });

  it('writes no body of a failure', () => {
    expect(latencies(golden(speaking('wait: 5ms, fail: 503')).requests)).toEqual([7]);
  });

  it('reads what its middleware refuses', () => {
    const more = 'middleware: [ authorize: { work: 1ms, reject: 100% } ]';
    expect(latencies(golden(speaking('wait: 5ms', more)).requests)).toEqual([3]);
  });

  it('sends the early response in the size that the step says, and then continues', () => {
    const steps = '{ respond: { status: 200, responseSize: 50KiB, then: [ wait: 9ms ] } }';
    expect(latencies(golden(speaking(steps)).requests)).toEqual([7]);
  });

  it('is inside the time limit of the endpoint', () => {
    // 2 ms to read, 1 ms of steps; the answer would be written @13.
    const body = speaking('wait: 1ms').replace('buy: {', 'buy: { timeLimit: 5ms,');
    const { requests } = golden(body);
    expect([outcomes(requests), latencies(requests)]).toEqual([['serverError'], [5]]);
  });

  it('is that of a gateway too, for what it hands on both ways', () => {
    // The gateway reads 20 KiB and writes 100 KiB at 0.2 ms; the shop does so at 0.1 ms.
    const body = speaking('wait: 5ms')
      .replace('call: shop.buy', 'call: edge')
      .replace(
        'services:',
        'gateways: { edge: { protocol: { workPerKiB: 0.2ms }, routes: [ { to: shop.buy } ] } }\nservices:',
      );
    const { requests, at } = golden(body);
    expect(latencies(at('shop.buy'))).toEqual([17]);
    expect(latencies(requests.filter(({ part }) => part.startsWith('users')))).toEqual([41]);
  });

  it('costs nothing for a call in the same process, nor without sizes', () => {
    const inside = speaking('call: self.price').replace('buy: {', 'price: [ wait: 1ms ], buy: {');
    expect(latencies(golden(inside).requests)).toEqual([13]);
    const bare = speaking('wait: 5ms').replace('requestSize: 20KiB, responseSize: 100KiB, ', '');
    expect(latencies(golden(bare).requests)).toEqual([5]);
  });

  it('does not apply to message deliveries', () => {
    const { at } = golden(`
services:
  shop: { endpoints: { buy: [ publish: orders ] } }
  store:
    cpu: 1
    protocol: { workPerKiB: 0.1ms }
    endpoints: { take: { requestSize: 20KiB, responseSize: 100KiB, steps: [ work: 5ms ] } }
topics:
  orders: { kind: kafka, partitions: 1, subscribers: [ { group: store, call: store.take } ] }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] }
`);
    expect(latencies(at('store.take'))).toEqual([5]);
  });
});

describe('respond', () => {
  const answering = (respond: string): string => `
network: { bandwidth: 1MB/s }
services:
  shop: { endpoints: { buy: [ call: store.get ] } }
  store: { endpoints: { get: [ { choose: [ { when: { workload: few }, steps: [ ${respond} ] }, { weight: 1, steps: [] } ] } ] } }
workloads:
  few: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] }
  many: { arrivals: { at: [ 1s ] }, requests: [ { call: shop.buy } ] }
`;

  it('gives an answer of a size of its own, where nothing else has one', () => {
    const { at } = golden(answering('respond: { status: 200, responseSize: 30KB }'));
    expect(latencies(at('store.get'))).toEqual([30, 0]);
  });

  it('gives a smaller answer than the endpoint says, to that request alone', () => {
    const body = answering('respond: { status: 200, responseSize: 5KB }');
    const { at } = golden(
      body
        .replace('get: [ {', 'get: { responseSize: 40KB, steps: [ {')
        .replace('] } ] } }', '] } ] } } }'),
    );
    expect(latencies(at('store.get'))).toEqual([5, 40]);
  });

  it('responds with a degraded result, which all callers pass on', () => {
    const { requests, at } = golden(answering('respond: { status: 203, degraded: true }'));
    expect(outcomes(at('store.get'))).toEqual(['degraded', 'ok']);
    expect(outcomes(requests)).toEqual(['degraded', 'ok']);
  });

  it('answers a call in the same process with a makeshift as well', () => {
    const { requests } = golden(`
services:
  shop:
    endpoints:
      buy: [ call: self.price ]
      price: [ respond: { status: 200, degraded: true } ]
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] }
`);
    expect(outcomes(requests)).toEqual(['degraded']);
  });
});
