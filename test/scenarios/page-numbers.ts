import { expect } from 'vitest';
import { judgedOf } from '../../src/report/view/judged.js';
import type { RunFile } from './run-file.js';

/** Budgets and expectations that a file promises to meet and does not; warnings are meant to fail where a claim ends. */
export function broken(ran: RunFile): readonly string[] {
  return ran.result.variants.flatMap((variant) =>
    judgedOf(variant)
      .filter(({ severity, verdict }) => severity === 'error' && verdict !== 'pass')
      .map(({ text, verdict, value }) => `${variant.name}: ${verdict} ${text} (${value})`),
  );
}

/** How many of a unit as the pages write it make one of the results: seconds, shares. */
const UNITS: Readonly<Record<string, number>> = {
  ' ms': 1000,
  ' s': 1,
  ' %': 100,
  ' /s': 1,
  '': 1,
};

/** A number as written, `2.07 %`, in the units of the results, and half of its last digit. */
export function written(text: string): { readonly is: number; readonly within: number } {
  const [, digits, unit] = /^([\d.]+)( ms| s| %| \/s|)$/.exec(text)!;
  const decimals = digits.split('.')[1]?.length ?? 0;
  return { is: Number(digits) / UNITS[unit], within: (0.51 * 10 ** -decimals) / UNITS[unit] };
}

/** Expects the numbers in the row of the file, `METRIC [WINDOW] in VARIANT` = NUMBER, to match the run. */
export function expectNumbers(ran: RunFile, page: string, file: string): void {
  const row = page.split('\n').find((one) => one.includes(`](../${file})`)) ?? '';
  const numbers = [...row.matchAll(/`([^`]+ in [^`]+)` = ([\d.]+(?: ms| s| %| \/s|))(?![\d\w])/g)];
  expect(numbers.length).toBeGreaterThan(1);
  for (const [, ask, number] of numbers) {
    const { is, within } = written(number);
    expect(Math.abs(ran.value(ask) - is), `${ask}: ${ran.value(ask)}`).toBeLessThanOrEqual(within);
  }
}
