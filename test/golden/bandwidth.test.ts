import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { answered, begun, golden, latencies, times } from './tracing.js';
import type { Traced } from './tracing.js';

/** `shop` calls `store`, whose requests have 10 KB and whose answers have 40 KB: at 1 MB/s 10 ms and 40 ms. */
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
    // The answer of `shop` has no size, nor has what the users send.
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

  it('lets what is under way arrive when it would have', () => {
    // Both leave at the old rate: the second request @20, its answer when the link is thin no more.
    const late = '{ id: thin, kind: bandwidth, target: store, rate: 1MB/s, at: 1s, for: 1015ms }';
    const { at } = store('2s, 2s', late);
    expect(begun(at('store.get'))).toEqual([2010, 2020]);
    expect(answered(at('store.get'))).toEqual([2015, 2025]);
    const early = '{ id: thin, kind: bandwidth, target: store, rate: 1MB/s, at: 1s, for: 1012ms }';
    expect(answered(store('2s, 2s', early).at('store.get'))).toEqual([2015, 2025]);
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
    ['no limit', thin('rate: unlimited'), undefined, 'leaves everything as it is'],
    ['nothing', thin('rate: 0B/s'), undefined, 'lets nothing through'],
    ['a share', thin('rate: 1MB/s, share: 10%'), undefined, 'share'],
  ])('is refused where it does nothing: %s', (_, fault, sizes, says) => {
    const text = body('2s', fault, sizes === undefined ? {} : { sizes });
    expect(refusal(text)).toContain(says);
  });

  it('may stand where it does nothing yet', () => {
    const fault = thin('rate: 1MB/s, optional: true');
    expect(latencies(store('2s', fault, { sizes: '' }).requests)).toEqual([5]);
  });
});
