import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/load.js';

function problems(hedge: string, zone: string): readonly string[] {
  const text = `
faultline: 1
title: Places
run: { duration: 10s }
network: { zones: { a: {}, b: {} } }
policies: { guard: { timeout: 1s ${hedge} } }
services:
  shop: { ${zone} endpoints: { buy: [ { call: bank.pay, policy: guard } ] } }
  bank: { replicas: 2, endpoints: { pay: [ wait: 1ms ] } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
`;
  const found = loadScenario('places.yaml', () => ({ text })).problems;
  return found.map(({ code, path, message }) => `${code} ${path}: ${message}`);
}

describe('a scenario', () => {
  it('runs with a hedge and with counts of zones', () => {
    const hedge = ', hedge: { kind: simple, after: 5ms, attempts: 2 }';
    expect(problems(hedge, 'zone: { a: 1, b: 1 },')).toEqual([]);
  });

  it('has no hedge with a state for each instance', () => {
    const [problem = ''] = problems(', hedge: { kind: simple, after: 5ms, per: target }', '');
    expect(problem).toContain('FL209 policies.guard.hedge.per: hedge calls another instance');
  });

  it('has no service without an instance', () => {
    const [problem = ''] = problems('', 'zone: {},');
    expect(problem).toContain('FL411 services.shop.zone: the counts of zone add up to 0');
  });
});
