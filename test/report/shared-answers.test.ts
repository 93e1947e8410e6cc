import { describe, expect, it } from 'vitest';
import { wasteFinding } from '../../src/report/words/findings.js';
import { wasteSection } from '../../src/report/sections/inside.js';
import { sharedAnswers, sharedWords } from '../../src/report/words/shared-answers.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

/** Six requests at once: three at each gateway instance, of which one calls `shop`; `shop` is called once. */
const text = (share: boolean): string => `
faultline: 1
title: Answers that are shared
run: { duration: 1s }
keys: { item: uniform(count=1) }
policies: { ask: { ${share ? 'coalesce: { key: item }' : ''} } }
gateways:
  edge: { replicas: 2, middleware: [ ${share ? 'coalesce: { key: item }' : 'log: {}'} ], routes: [ { to: shop.get } ] }
services:
  shop: { runtime: async, outbound: ask, endpoints: { get: [ call: stock.get ] } }
  stock: { endpoints: { get: { readOnly: true, steps: [ wait: 100ms ] } } }
workloads: { users: { arrivals: { at: [ 0ms, 0ms, 0ms, 0ms, 0ms, 0ms ] }, requests: [ { call: edge } ] } }
`;

describe('shared answers in a report', () => {
  const { result } = run(text(true));
  const [variant] = result.variants;

  it('are counted at the edge and at the component whose middleware shares', () => {
    expect(sharedAnswers(variant!)).toEqual([
      { name: 'edge', answers: 4, calls: null, factor: null },
      { name: 'shop->stock', answers: 1, calls: 2, factor: 0.5 },
    ]);
    expect(sharedWords(variant!)).toBe(
      'At edge 4 requests share the answer of another. ' +
        'On shop->stock 1 of 2 calls share the answer of another: 0.5 attempts per call.',
    );
  });

  it('are shown next to attempts per call, and only there', () => {
    const view = viewOf(result);
    expect(wasteFinding(view, variant!)).toBe('4 answers at edge are shared');
    expect(String(JSON.stringify(wasteSection(view)))).toContain('1 of 2 calls share the answer');
    const plain = run(text(false)).result;
    expect(sharedWords(plain.variants[0]!)).toBe('');
    expect(plain.variants[0]!.components['edge']).not.toHaveProperty('coalesced');
    expect(wasteSection(viewOf(plain))).toBeNull();
  });
});
