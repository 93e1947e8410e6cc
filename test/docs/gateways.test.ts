import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kongPriority, PRODUCTS } from '../../src/scenario/products.js';
import { OUTCOME, relayed, statusOf } from '../../src/contracts/outcome.js';
import type { Gateway } from '../../src/contracts/scenario/scenario.js';

const page = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/gateways.md'), 'utf8');

/** Rows of the table whose first column has this title, cell by cell, without backticks. */
function table(first: string): readonly (readonly string[])[] {
  const block = page.split('\n\n').find((text) => text.startsWith(`| ${first} |`))!;
  const lines = block.split('\n').slice(2);
  return lines.map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.replaceAll('`', '')),
  );
}

const OUTCOMES = ['refused', 'connectTimeout', 'reset', 'timeout'] as const;

describe('docs/gateways.md', () => {
  it('says what each product brings', () => {
    const rows = Object.entries(PRODUCTS).map(([kind, product]) => {
      const answers = new Map(product.answers);
      const bundle = Object.entries(product.upstream(3)).map(([policy, fields]) =>
        [policy, ...Object.values(fields)].join(' '),
      );
      return [
        kind,
        product.routing,
        ...OUTCOMES.map((name) => String(answers.get(name) ?? statusOf(relayed(OUTCOME[name])))),
        bundle.length === 0 ? 'no policy' : bundle.join(', '),
      ];
    });
    const byName = (a: readonly string[], b: readonly string[]) => (a[0]! < b[0]! ? -1 : 1);
    expect([...table('kind')].sort(byName)).toEqual(rows.sort(byName));
  });

  it('has the priorities of the plugins, the highest first', () => {
    const rows = table('middleware');
    for (const [entry, priority] of rows) {
      const [name, kind = null] = entry!.split(' ');
      expect(kongPriority(name!, kind), entry).toBe(Number(priority));
    }
    const numbers = rows.map(([, priority]) => Number(priority));
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  });

  it('has a row for each routing', () => {
    const names = table('routing').map(([name]) => name!.split(' ')[0] as Gateway['routing']);
    expect(names).toEqual(['firstMatch', 'envoy', 'gatewayApi', 'kong', 'nginx']);
  });
});
