import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { answered, begun, golden, latencies, times } from './tracing.js';
import type { Traced } from './tracing.js';

/** `shop` calls `store` with requests of 10 KB and responses of 40 KB: at 1 MB/s 10 ms and 40 ms. */
function store(
  at: string,
  faults: string,
  more: { network?: string; sizes?: string } = {},
): Traced {
  return golden(body(at, faults, more), '1m');
}

function body(
  at: string,
  faults: string,
  { network = '', sizes = 'requestSize: 10KB, responseSize: 40KB, ' } = {},
): string {
  return `
network: { ${network} }
services:
  shop: { endpoints: { buy: [ call: store.get ] } }
  store: { endpoints: { get: { ${sizes}steps: [ wait: 5ms ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] }
faults: [ ${faults} ]
`;
}

/** Why a text is refused, as a file or as a plan. */
function refusal(text: string): string {
  const problems = problemsOf(`faultline: 1\ntitle: Refused\nrun: { duration: 1m }\n${text}`);
  if (problems !== '') return problems;
  try {
    golden(text, '1m');
  } catch (error) {
    return String(error);
  }
  return 'it runs';
}

const thin = (own: string, target = 'shop->store', id = 'thin'): string =>
  `{ id: ${id}, kind: bandwidth, target: ${target}, ${own}, at: 1s, for: 10s }`;

/** Transfer ends of 40 KB messages that start at these ms, in order; rates in bytes per ms. */
function carried(
  comes: readonly number[],
  spans: readonly { from: number; until: number; rate: number }[],
  usual: number,
): number[] {
  const cuts = spans.flatMap(({ from, until }) => [from, until]).sort((a, b) => a - b);
  let now = 0;
  return comes.map((come) => {
    now = Math.max(now, come);
    for (let left = 40_000; left > 0;) {
      const { rate } = spans.find(({ from, until }) => from <= now && now < until) ?? {
        rate: usual,
      };
      const cut = cuts.find((at) => at > now) ?? Infinity;
      const ends = Math.min(cut, now + left / rate);
      left = ends === cut ? left - (cut - now) * rate : 0;
      now = ends;
    }
    return now;
  });
}

describe('bandwidth (a thin link)', () => {
  it('lets each message take size / rate while it lasts, and nothing before or behind it', () => {
    const { requests } = store('0ms, 2s, 11s', thin('rate: 1MB/s'));
    expect(latencies(requests)).toEqual([5, 55, 5]);
  });

  it('lets messages wait for those before them, each way by itself', () => {
    const { at } = store(times(3, '2s'), thin('rate: 1MB/s'));
    expect(begun(at('store.get'))).toEqual([2010, 2020, 2030]);
    expect(answered(at('store.get'))).toEqual([2055, 2095, 2135]);
  });

  it('is a line of its own for each pair of instances', () => {
    const text = body(times(2, '2s'), thin('rate: 1MB/s')).replace(
      'store: {',
      'store: { replicas: 2,',
    );
    expect(latencies(golden(text, '1m').requests)).toEqual([55, 55]);
  });

  it('hits requests or answers, seen from the target', () => {
    expect(latencies(store('2s', thin('rate: 1MB/s, direction: to')).requests)).toEqual([15]);
    expect(latencies(store('2s', thin('rate: 1MB/s, direction: from')).requests)).toEqual([45]);
    const caller = thin('rate: 1MB/s, direction: from', 'shop');
    expect(latencies(store('2s', caller).requests)).toEqual([15]);
  });

  it('hits all messages from and to a component, and the users at a line of their own', () => {
    // The responses of `shop` and the requests of the users have no size.
    expect(latencies(store('2s', thin('rate: 1MB/s', 'store')).requests)).toEqual([55]);
    const text = body(times(3, '2s'), thin('rate: 1MB/s', 'store')).replace(
      'call: shop.buy',
      'call: store.get',
    );
    expect(latencies(golden(text, '1m').requests)).toEqual([55, 55, 55]);
  });

  it('leaves a link that is thinner as it is, and the thinnest of several counts', () => {
    const network = 'bandwidth: 500KB/s';
    expect(latencies(store('0ms, 2s', thin('rate: 1MB/s'), { network }).requests)).toEqual([
      105, 105,
    ]);
    expect(latencies(store('0ms, 2s', thin('rate: 250KB/s'), { network }).requests)).toEqual([
      105, 205,
    ]);
    const two = `${thin('rate: 1MB/s')}, { id: thinner, kind: bandwidth, target: store, rate: 500KB/s, at: 1s, for: 2s }`;
    expect(latencies(store('2s, 4s', two).requests)).toEqual([105, 55]);
  });

  it('carries the rest of a message at the new rate, and lets those behind it move up', () => {
    // Requests leave @10 and @20, answers would be carried @15-55 and @55-95; from @35 on there is no limit.
    const until = (ms: number): string =>
      `{ id: thin, kind: bandwidth, target: store, rate: 1MB/s, at: 1s, for: ${ms}ms }`;
    const ends = (ms: number, network = ''): number[] =>
      answered(store('2s, 2s', until(ms), { network }).at('store.get'));
    expect(ends(1035)).toEqual([2035, 2035]);
    // 20 KB and 40 KB are left for 2 MB/s.
    expect(ends(1035, 'bandwidth: 2MB/s')).toEqual([2045, 2065]);
    // The first one has left @61 and is in transit; the second one has transferred 4 of its 40 ms.
    expect(ends(1065, 'latency: 3ms')).toEqual([2064, 2068]);
    // The second request had half of its time: it arrives @15, and is answered before the first one would have been.
    expect(begun(store('2s, 2s', until(1015)).at('store.get'))).toEqual([2010, 2015]);
  });

  it('carries the rest more slowly where the link gets thinner', () => {
    // @980: to 985 and 990, and half of 40 KB until @1000; the rest takes 20 ms instead of 10.
    const { requests } = store('980ms', thin('rate: 1MB/s'), { network: 'bandwidth: 2MB/s' });
    expect(latencies(requests)).toEqual([40]);
  });

  it('carries what comes at whatever rate there is, one after the other', () => {
    const next = seedrandom('lines');
    for (let round = 0; round < 40; round++) {
      const sent = Array.from({ length: 12 }, () => 1000 + Math.floor(next() * 600));
      const spans = Array.from({ length: 4 }, (_, k) => {
        const from = 900 + 250 * k + Math.floor(next() * 100);
        return {
          from,
          until: from + 20 + Math.floor(next() * 130),
          rate: 1 + Math.floor(next() * 900),
        };
      });
      const faults = spans.map(
        ({ from, until, rate }, k) =>
          `{ id: f${k}, kind: bandwidth, target: store, direction: from, rate: ${rate}KB/s, at: ${from}ms, for: ${until - from}ms }`,
      );
      const at = sent.sort((a, b) => a - b).map((ms) => `${ms}ms`);
      const network = 'bandwidth: 1MB/s';
      const traced = store(at.join(', '), faults.join(', '), {
        network,
        sizes: 'responseSize: 40KB, ',
      });
      const rows = answered(traced.at('store.get'));
      const expected = carried(
        sent.map((ms) => ms + 5),
        spans,
        1000,
      );
      rows.forEach((ms, k) => expect(ms, faults.join(' ')).toBeCloseTo(expected[k]!, 3));
    }
  });

  it('takes up what users are sent, each for himself', () => {
    const fault = '{ id: thin, kind: bandwidth, target: store, rate: 1MB/s, at: 1s, for: 1035ms }';
    const text = body('2s, 2s, 2005ms', fault).replace('call: shop.buy', 'call: store.get');
    expect(latencies(golden(text, '1m').requests)).toEqual([35, 35, 30]);
  });

  it('carries messages without a waiting caller', () => {
    const until = '{ id: thin, kind: bandwidth, target: store, rate: 1MB/s, at: 1s, for: 1060ms }';
    const text = body('2s, 2s', until)
      .replace('[ call: store.get ]', '[ { call: store.get, policy: p } ]')
      .concat('policies: { p: { timeout: 30ms } }\n');
    expect(latencies(golden(text, '1m').requests)).toEqual([30, 30]);
    // The first leaves @55; the rest of the second has left when the third arrives.
    const third = text.replace('2s, 2s', '2s, 2s, 2050ms');
    expect(latencies(golden(third, '1m').requests)).toEqual([30, 30, 15]);
  });

  it('keeps the order of a connection, in which nothing waits for what has moved up', () => {
    const ends = (at: string, until: number, network: string, policy: string): number[] => {
      const fault = `{ id: thin, kind: bandwidth, target: store, rate: 1MB/s, at: 1600ms, for: ${until - 1600}ms }`;
      const text = body(`1500ms, ${at}`, fault, { network })
        .replace('[ call: store.get ]', '[ { call: store.get, policy: p } ]')
        .replace('store: {', 'store: { protocol: http2,')
        .concat(`policies: { p: { ${policy} } }\n`);
      return answered(golden(text, '1m').at('store.get')).slice(1);
    };
    const pooled = 'connections: { max: 1 }';
    expect(ends('2s, 2s, 2040ms', 2035, '', pooled)).toEqual([2035, 2035, 2045]);
    // Ten answers leave at once, on ways of different lengths.
    const sorted = (list: number[]): number[] => [...list].sort((a, b) => a - b);
    const apart = ends(times(12, '2s'), 2200, 'latency: uniform(1ms 40ms)', 'timeout: 10s');
    expect(apart).not.toEqual(sorted(apart));
    const kept = ends(times(12, '2s'), 2200, 'latency: uniform(1ms 40ms)', pooled);
    expect(kept).toEqual(sorted(kept));
  });

  it('grows with a ramp: half way up a message takes half as long', () => {
    const up = thin('rate: 1MB/s, ramp: { up: 2s }');
    // The steps of the ramp are as strong as it is in their middle: the one of 2 s is at 52.5 %.
    const { requests } = store('2s, 4s', up);
    expect(latencies(requests)).toEqual([31.25, 55]);
  });

  it.each([
    ['no sizes', thin('rate: 1MB/s'), '', 'no message there has a size'],
    [
      'requests alone have one',
      thin('rate: 1MB/s, direction: from'),
      'requestSize: 1KB, ',
      'no message there',
    ],
    ['another call', thin('rate: 1MB/s', 'users->shop'), undefined, 'no message there'],
    ['no limit', thin('rate: unlimited'), undefined, 'has no effect'],
    ['nothing', thin('rate: 0B/s'), undefined, 'lets nothing through'],
    ['a share', thin('rate: 1MB/s, share: 10%'), undefined, 'share'],
  ])('is refused where it does nothing: %s', (_, fault, sizes, says) => {
    const text = body('2s', fault, sizes === undefined ? {} : { sizes });
    expect(refusal(text)).toContain(says);
  });

  it('is refused at a gateway that passes on what has no size', () => {
    const text = body('2s', thin('rate: 1MB/s', 'edge'), { sizes: '' })
      .replace('call: shop.buy', 'call: edge')
      .concat('gateways: { edge: { routes: [ { to: shop.buy } ] } }\n');
    expect(refusal(text)).toContain('no message there has a size');
    expect(refusal(text.replace('get: {', 'get: { responseSize: 1KB, '))).toBe('it runs');
  });

  it('is valid where it has no effect yet', () => {
    const fault = thin('rate: 1MB/s, optional: true');
    expect(latencies(store('2s', fault, { sizes: '' }).requests)).toEqual([5]);
  });
});
