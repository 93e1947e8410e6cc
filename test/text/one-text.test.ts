import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { timeText } from '../../src/lint/words.js';
import { axisText } from '../../src/report/charts/meters.js';
import { columnOf, type Column } from '../../src/report/view/column.js';
import { cellText } from '../../src/report/view/columns.js';
import type { FamilyPanel } from '../../src/report/families/family.js';
import { tickLabel } from '../../src/report/sweep/charts/chart.js';
import {
  exactNumber,
  exactShare,
  formatCount,
  formatDifference,
  formatInstant,
  formatNumber,
  formatRate,
  formatSeconds,
  formatShare,
  formatSpan,
  formatValue,
  formatWithInterval,
  type Unit,
} from '../../src/text/figures.js';
import type { VariantResult } from '../../src/contracts/result/result.js';

/** Three significant digits at every size, and the places where a unit or the number of decimals changes. */
const DIGITS = [1, 1.2, 1.23, 2.5, 5, 9.99];
const SIZES = [-6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4].flatMap((power) =>
  DIGITS.map((digits) => Number(`${digits}e${power}`)),
);
const SECONDS = [...SIZES, 50e-6, 0.0996, 0.9994, 150, 450, 599, 600, 601, 750, 7200, 36_000];
const SHARES = [0, 0.0001, 0.0005, 0.001, 0.0123, 0.1, 0.25, 0.5, 0.997, 0.9995, 1, 2.5];
const COUNTS = [0, 1, 64, 999, 1000, 1234, 12_345, 1e6];

const AXIS = { floor: -1 } as Parameters<typeof axisText>[2];

/** Everything that turns a value into a text of a report, by the place where the text appears. */
function entrances(value: number, unit: Unit): Readonly<Record<string, string>> {
  const pick = () => ({ value, ci95: null }) as unknown as ReturnType<Column['pick']>;
  const column = columnOf('k', ['', ''], pick, { unit });
  return {
    value: formatValue(value, unit),
    cell: cellText(column, {} as VariantResult),
    interval: formatWithInterval(value, [value, value], unit),
  };
}

/** The same on axes, and as a difference to 0; neither is for every value. */
function marks(value: number, unit: Unit): Readonly<Record<string, string>> {
  return {
    tick: tickLabel(value, unit),
    axis: axisText(value, { unit } as FamilyPanel, AXIS),
  };
}

const same = (texts: Readonly<Record<string, string>>, text: string): void =>
  expect(texts).toEqual(Object.fromEntries(Object.keys(texts).map((key) => [key, text])));

describe('one value has one text everywhere', () => {
  it.each(SECONDS)('%d s', (value) => {
    const text = formatSeconds(value);
    same({ ...entrances(value, 'seconds'), ...marks(value, 'seconds') }, text);
    expect(timeText(Math.round(value * 1e9))).toBe(text);
    expect(formatDifference(value, 'seconds')).toBe(`+${text}`);
    if (value < 0.1) expect(formatInstant(value)).toBe(text);
    expect(formatSpan(0, value)).toBe(`0 to ${formatInstant(value)}`);
  });

  it.each(SHARES)('a share of %d', (value) => {
    const text = formatShare(value);
    same({ ...entrances(value, 'share'), tick: tickLabel(value, 'share') }, text);
    expect(exactShare(value)).toBe(text);
    if (value > 0) expect(formatDifference(value, 'share')).toBe(`+${text.replace('%', 'pt')}`);
  });

  it.each(SIZES)('a number of %d', (value) => {
    const text = formatNumber(value);
    same({ ...entrances(value, 'number'), tick: tickLabel(value, 'number') }, text);
    expect(exactNumber(value)).toBe(text);
    expect(formatDifference(value, 'number')).toBe(`+${text}`);
    expect(formatRate(value)).toBe(`${text}/s`);
    same({ ...entrances(value, 'perSecond'), ...marks(value, 'perSecond') }, `${text}/s`);
  });

  it.each(COUNTS)('a count of %d', (value) => {
    const text = formatNumber(value);
    expect(formatCount(value)).toBe(text);
    same({ ...entrances(value, 'number'), tick: tickLabel(value, 'number') }, text);
  });

  it('is written by one module: no other one chooses digits, except to round a number', () => {
    const root = new URL('../../src/', import.meta.url);
    const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => /^(?:analysis|cli|lint|patterns|report)\/.*\.ts$/u.test(name))
      .flatMap((name) =>
        readFileSync(new URL(name, root), 'utf8')
          .split('\n')
          .filter((line) => /\.to(?:Fixed|Precision|LocaleString)\(/u.test(line))
          .filter((line) => !/Number\(/u.test(line))
          .map((line) => `${name}: ${line.trim()}`),
      );
    expect(found).toEqual([]);
  });
});
