import { describe, expect, it } from 'vitest';
import { wasteFinding } from '../../src/report/words/findings.js';
import { viewOf } from '../../src/report/view/view.js';
import { wasteSection } from '../../src/report/sections/inside.js';
import { run } from '../theory/program.js';

const shown = (limit: number) => {
  const { result, variant } = run(`
faultline: 1
title: A few retries
run: { duration: 60s, replications: 2, seed: 3 }
services:
  front: { endpoints: { get: [ { call: back.get, policy: { retry: { attempts: ${limit}, backoff: { kind: constant, base: 1ms } } } } ] } }
  back: { endpoints: { get: [ wait: 1ms, { fail: 503, probability: 0.01 } ] } }
workloads: { web: { arrivals: constant(100/s), requests: [ { call: front.get } ] } }
variants:
  - { name: few }
  - { name: many, set: { services.back.endpoints.get: [ wait: 1ms, { fail: 503, probability: 0.3 } ] } }
`);
  return {
    result,
    finding: wasteFinding(viewOf(result), variant()),
    edge: variant().edges['front->back']!,
  };
};

describe('what the page says of retries too few to multiply calls', () => {
  it('says how many there are in a run', () => {
    const { result, finding, edge } = shown(3);
    const mean = (edge.counters['retries'] ?? 0) / 2;
    expect(mean).toBeGreaterThan(20);
    expect(finding).toBe(`Only ${Math.round(mean * 10) / 10} retries in a run and no work in vain`);
    const { markup } = wasteSection(viewOf(result))!;
    expect(markup.includes('No edge makes as many as 1.02 attempts per call')).toBe(true);
  });

  it('says no retries where there is none', () => {
    const { result, finding } = shown(1);
    expect(finding).toBe('No retries and no work in vain');
    expect(wasteSection(viewOf(result))).toBeNull();
  });
});
