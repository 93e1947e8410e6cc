import { describe, expect, it } from 'vitest';
import { renderSweepCsv } from '../../src/report/sweep/csv.js';
import { renderSweepMarkdown } from '../../src/report/sweep/markdown.js';
import { sweepText } from '../../src/report/sweep/text.js';
import { folded, thinned } from '../../src/report/sweep/text-cells.js';
import type { Paint } from '../../src/report/lines/text-table.js';
import type { SweepResult } from '../../src/contracts/result/sweep.js';
import {
  bisectSweep,
  gridSweep,
  hostileSweep,
  largeSweep,
  lineSweep,
  longSweep,
  namedSweep,
  randomSweep,
  threeSweep,
  wordSweep,
} from './sweep-fixtures.js';
import { LATENCY, makeSweep, numeric } from './sweep-maker.js';

const PLAIN: Paint = { bold: (text) => text, dim: (text) => text, red: (text) => text };
const OPTIONS = { columns: 100, paint: PLAIN, file: 'checkout.yaml', report: 'checkout.html' };
const ALL = [
  gridSweep(),
  bisectSweep(),
  lineSweep(),
  wordSweep(),
  threeSweep(),
  threeSweep(13),
  randomSweep(),
  largeSweep(),
  longSweep(),
];

const widest = (text: string): number =>
  Math.max(...text.split('\n').map((line) => Array.from(line).length));

/** Lines of the table under a heading, up to the next empty one. */
function tableOf(text: string, heading: string): string[] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.trim() === heading);
  expect(from).toBeGreaterThan(0);
  return lines.slice(from + 1, lines.indexOf('', from));
}

describe('the terminal', () => {
  it('is never wider than its columns', () => {
    for (const columns of [60, 80, 100, 140])
      for (const result of ALL)
        expect(widest(sweepText(result, { ...OPTIONS, columns }))).toBeLessThanOrEqual(columns);
  });

  it('shortens no name of a fault, a setting, a variant or a value', () => {
    for (const columns of [60, 80]) {
      for (const result of [...ALL, namedSweep()]) {
        expect(sweepText(result, { ...OPTIONS, columns })).not.toContain('…');
      }
      const lines = sweepText(namedSweep(), { ...OPTIONS, columns });
      for (const name of ['recovery', 'fallback-region-eu-west-1-hangs', 'breaker-with-a-'])
        expect(lines).toContain(name);
    }
  });

  it('says the verdict first, then the tables, then the report', () => {
    const text = sweepText(gridSweep(), OPTIONS);
    const at = (part: string): number => text.indexOf(part);
    expect(at('How many retries')).toBe(0);
    expect(at('30 of 40 settings hold all budgets')).toBeGreaterThan(0);
    expect(at('budgets held, retries')).toBeGreaterThan(at('30 of 40'));
    expect(at('1 budget left out')).toBeGreaterThan(at('budgets held, budget'));
    expect(text.endsWith('  report  checkout.html\n')).toBe(true);
    expect(sweepText(gridSweep(), { ...OPTIONS, report: null })).not.toContain('report ');
  });

  it('has a matrix for each variant and metric, aligned at 80 columns', () => {
    const text = sweepText(gridSweep(), { ...OPTIONS, columns: 80 });
    const lines = tableOf(text, 'budgets held, retries');
    expect(lines).toEqual([
      '  maxAttempts \\ rate  50/s   100/s   150/s   300/s   400/s   600/s     800/s',
      '  1                    3/3     3/3     3/3     3/3     3/3     2/3!      1/3!',
      '  2                    3/3     3/3     3/3     2/3!    1/3!    0/3!      0/3!',
      '  3                    3/3     3/3     3/3     0/3!    0/3!    0/3!      0/3!',
      '  4                    3/3     3/3     2/3!    0/3!    0/3!    0/3!      0/3!',
      '  5                    3/3     3/3     1/3!    0/3!    0/3!    0/3!  stopped',
      '  ... left out: 1 column (200/s)',
    ]);
  });

  it('marks figures of failed budgets, wide intervals and runs that never recover', () => {
    const text = sweepText(gridSweep(), OPTIONS);
    expect(text).toMatch(/560 ms!/);
    expect(text).toMatch(/~8\.89 s!/);
    expect(text).toMatch(/never!/);
    expect(text).toContain('!: a budget fails, ?: undecided.');
  });

  it('emphasises through the painter alone', () => {
    const paint: Paint = { bold: (t) => `<${t}>`, dim: (t) => t, red: (t) => `!${t}!` };
    const text = sweepText(gridSweep(), { ...OPTIONS, paint });
    expect(text).toContain('<30 of 40 settings> hold');
    expect(text).toMatch(/!\s*2\/3!!/);
  });

  it('lays one axis out as rows, variants by metric as columns, with intervals where they fit', () => {
    const lines = sweepText(wordSweep(), OPTIONS).split('\n');
    const from = lines.findIndex((text) => text.includes('balancer   '));
    const rows = lines.slice(from, from + 5);
    expect(rows[1]).toMatch(/roundRobin +200 ms \[184, 216\] +220 ms \[202, 238\] +99 %/);
    expect(new Set(rows.map((text) => text.length)).size).toBe(1);
    expect(sweepText(lineSweep(), OPTIONS)).toMatch(/5s +1\/1 +1\/1 +1\/1 +15\.1 s/);
  });

  it('leaves cells empty where a bisection did not ask', () => {
    expect(sweepText(bisectSweep(), OPTIONS)).toMatch(
      /248\/s {4}98 % \[97\.9, 98\.1\]! +· +· +751 ms +· +·\n/,
    );
  });

  it('says how many values, columns and tables are left out, and none in a log', () => {
    expect(sweepText(longSweep(), OPTIONS)).toContain('... left out: 20 values');
    expect(sweepText(largeSweep(), OPTIONS)).toMatch(/\.\.\. left out: \d+ columns\n/);
    const whole = sweepText(longSweep(), { ...OPTIONS, whole: true });
    expect(whole).not.toContain('left out');
    expect(whole.match(/^ {2}\d+\/s /gm)).toHaveLength(60);
    const many = gridSweep();
    const metrics = Array.from({ length: 20 }, (_, i) => ({ ...LATENCY, text: `m${i}` }));
    expect(sweepText({ ...many, metrics }, OPTIONS)).toMatch(
      /\.\.\. \d+ more tables in the report/,
    );
  });

  it('lists the best ten settings of more axes and of samples', () => {
    for (const result of [threeSweep(), threeSweep(13), randomSweep()]) {
      const text = sweepText(result, OPTIONS);
      expect(text).toMatch(/Best settings.*: 10 of \d+; what holds all budgets first/);
    }
  });

  it('shows one value on an axis', () => {
    const result = makeSweep({
      axes: [numeric('a.size', [4])],
      metrics: [LATENCY],
      make: () => ({ values: [0.2] }),
    });
    expect(sweepText(result, OPTIONS)).toContain('200 ms [196, 204]');
  });

  it('says where the intervals of one run come from', () => {
    const result = makeSweep({
      axes: [numeric('a.size', [4, 5])],
      metrics: [LATENCY],
      replications: 1,
      make: ([at]) => ({ values: [at!] }),
    });
    expect(sweepText(result, OPTIONS)).toContain('One run each: intervals are those of its steps');
  });

  it('lets no name move the cursor', () => {
    const text = sweepText(hostileSweep(), OPTIONS);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(widest(text)).toBeLessThanOrEqual(100);
  });

  it('is the same text twice', () => {
    for (const result of ALL) expect(sweepText(result, OPTIONS)).toBe(sweepText(result, OPTIONS));
  });
});

describe('lines and indices', () => {
  it('are thinned evenly, both ends kept', () => {
    expect(thinned(5, 9)).toEqual([0, 1, 2, 3, 4]);
    expect(thinned(9, 3)).toEqual([0, 4, 8]);
    expect(thinned(9, 1)).toEqual([0]);
    expect(thinned(0, 5)).toEqual([]);
  });

  it('break at spaces, in longer words at signs, else anywhere', () => {
    expect(folded('one two three', 7)).toEqual(['one two', 'three']);
    expect(folded('shop.order.success during psp-hang', 12)).toEqual([
      'shop.order.',
      'success',
      'during',
      'psp-hang',
    ]);
    expect(folded('overlong', 3)).toEqual(['ove', 'rlo', 'ng']);
  });
});

describe('the CSV', () => {
  const rowsOf = (result: SweepResult): string[] => renderSweepCsv(result).trimEnd().split('\r\n');

  it('has one row for each setting, variant and metric, numbers in base units', () => {
    const rows = rowsOf(gridSweep());
    expect(rows).toHaveLength(1 + 5 * 8 * 2 * 4);
    expect(rows[0]).toBe(
      'services.checkout.calls.payments.retry.maxAttempts,workloads.users.rate_per_second,variant,metric,value,low,high,never,unit,budgets_held,budgets,stop',
    );
    expect(rows[1]).toMatch(/^1,50,retries,users\.latency\.p99 during outage,0\.086\d+,/);
    expect(rows.some((row) => /,800,retries,.*,,,,0,seconds,0,0,events$/.test(row))).toBe(true);
    expect(rows.some((row) => /recovery after outage,,,,4,seconds,/.test(row))).toBe(true);
    expect(rows.some((row) => /cascade\.metastable,1,.*,share,/.test(row))).toBe(true);
  });

  it('has the expectation of a bisection, and a row where there are only budgets', () => {
    expect(rowsOf(bisectSweep())[2]).toMatch(/^100,retries,users\.success >= 99%,0\.997,/);
    const result = makeSweep({ axes: [numeric('a', [1, 2])], make: () => ({}) });
    expect(rowsOf(result)).toEqual([
      'a,variant,metric,value,low,high,never,unit,budgets_held,budgets,stop',
      '1,base,,,,,,,0,0,',
      '2,base,,,,,,,0,0,',
    ]);
  });

  it('quotes what it must and runs nothing as a formula', () => {
    const text = renderSweepCsv(hostileSweep());
    expect(text).toContain("'=cmd");
    expect(text).not.toMatch(/(?:^|,)"?[=@]/m);
    const fields = text.split('\r\n')[1]!.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)!;
    expect(fields.filter((field) => field !== '')).toHaveLength(11);
  });
});

describe('the Markdown', () => {
  const OF = { command: 'faultline sweep checkout.yaml retry-storm' };

  it('has the verdict, the matrices, the settings and the command', () => {
    const text = renderSweepMarkdown(gridSweep(), OF);
    expect(text).toContain('**30 of 40 hold**');
    expect(text).toContain('| **1** | ✓ 3/3 |');
    expect(text).toContain('## Settings: 40 of 80, the best first');
    expect(text).toContain('## Budgets left out');
    expect(text).toContain('Reproduce: `faultline sweep checkout.yaml retry-storm` · seed 7');
  });

  it('keeps every table square, whatever names hold', () => {
    for (const result of [...ALL, hostileSweep()]) {
      const blocks = renderSweepMarkdown(result, OF).match(/(?:^\|.*\|\n)+/gm) ?? [];
      expect(blocks.length).toBeGreaterThan(0);
      for (const block of blocks) {
        const widths = block
          .trimEnd()
          .split('\n')
          .map((line) => line.replace(/\\./g, '').split('|').length);
        expect(new Set(widths).size).toBe(1);
      }
    }
    expect(renderSweepMarkdown(hostileSweep(), OF)).not.toMatch(/<script|<img/);
  });
});
