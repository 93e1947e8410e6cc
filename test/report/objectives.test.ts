import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/page/html.js';
import { run } from '../theory/program.js';

const world = (more: string): string => `
faultline: 1
title: Objectives
run: { duration: 10s, replications: 2 }
services: { shop: { endpoints: { buy: [ wait: 20ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
${more}
`;

function page(more: string): string {
  const { result } = run(world(more));
  return renderHtml(result, { command: 'run', version: '0' });
}

describe('objectives of the report', () => {
  it('of success are drawn and said where success is', () => {
    expect(page('report: { slo: { success: 99% } }')).toMatch(/may fail by the SLO/);
    expect(page('')).not.toContain('by the SLO');
  });
});

describe('expectations of a hypothesis', () => {
  const missed = (more: string): string =>
    `hypothesis: { statement: It is fast, expect: [ { expect: users.success >= 90% }, { expect: users.latency.p99 < 1ms, ${more} } ] }`;

  it('are shown by their names', () => {
    expect(page(missed('name: A named wish'))).toContain('A named wish');
  });

  it('decide nothing where they are warnings', () => {
    const verdict = (more: string): string | undefined =>
      run(world(missed(more))).result.hypothesis?.verdict;
    expect(verdict('severity: error')).toBe('refuted');
    expect(verdict('severity: warning')).toBe('confirmed');
  });
});
