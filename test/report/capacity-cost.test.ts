import { describe, expect, it } from 'vitest';
import type { CapacityResult } from '../../src/contracts/result/capacity.js';
import { capacityText } from '../../src/report/capacity/text.js';

describe('the cost of more load', () => {
  it('is in the currency of the prices of the file, beside an error that lint finds with it', () => {
    const result = {
      scenario: { title: 'Prices', sha256: '' },
      variant: 'base',
      replications: 1,
      seed: 1,
      resolution: 0.05,
      load: 100,
      workloads: [{ name: 'users', rate: 100 }],
      fixed: [],
      budgets: ['users.success >= 99%'],
      kept: [],
      unlimited: [],
      limits: [],
      lengths: [],
      need: {
        factor: 2,
        rate: 200,
        isAsked: true,
        holds: true,
        settings: [{ path: 'services.shop.replicas', from: '1', to: '2' }],
        cost: { from: 0.5, to: 0.75 },
        refused: null,
        stuck: null,
        brought: [
          {
            rule: 'pools-exceed-server',
            message: 'the pools of db may ask for more connections than it has',
            measured: '12 x 10 = 120',
            limit: 'at most 97',
          },
        ],
      },
      busiest: null,
      ranges: null,
      runs: 4,
    } as unknown as CapacityResult;
    const lines = capacityText(result, { file: 'prices.yaml', columns: 100, paint: PLAIN });
    expect(String(lines)).toContain(
      'Cost of the run at this load, in the currency of report.prices: 0.75 instead of 0.5.',
    );
    expect(String(lines).replaceAll(/[\s,]+/g, ' ')).toContain(
      'But with these settings the pools of db may ask for more connections than it has (12 x 10 = 120; at most 97).',
    );
  });
});

describe('what gives in', () => {
  it('is a component, or calls that run out of connections', () => {
    const textWith = (gives: string): string => {
      const limit = {
        ...{ workload: null, fault: null, holds: 2, breaks: 2.1, rate: 200, full: null },
        ...{ gives, refused: null, broken: ['orders.lag.max < 5'], behind: null },
      };
      const result = {
        ...{ scenario: { title: 'Calls', sha256: '' }, variant: 'base', replications: 1, seed: 1 },
        ...{ resolution: 0.05, load: 100, workloads: [], fixed: [], kept: [], unlimited: [] },
        ...{ budgets: ['orders.lag.max < 5'], limits: [limit], lengths: [], need: null },
        ...{ busiest: null, ranges: null, runs: 4 },
      } as unknown as CapacityResult;
      const options = { file: 'calls.yaml', columns: 200, paint: PLAIN };
      return String(capacityText(result, options));
    };
    expect(textWith('stock')).toContain('beyond it stock gives in, and orders.lag.max < 5 breaks.');
    expect(textWith('stock->pg')).toContain(
      'beyond it the calls of stock to pg run out of connections, and orders.lag.max < 5 breaks.',
    );
  });
});

const PLAIN = { bold: own, dim: own, red: own, green: own, yellow: own } as never;

function own(text: string): string {
  return text;
}
