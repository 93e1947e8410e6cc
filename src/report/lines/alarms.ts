import type { SweepResult } from '../../contracts/result/sweep.js';
import { formatCount } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import type { Paint } from './text-table.js';
import { labelled } from './wrap.js';

/** The alarms as the first lines of a terminal. */
export function alarmLines(
  alarms: readonly string[] | undefined,
  {
    paint,
    columns,
    whole,
  }: { readonly paint: Paint; readonly columns?: number; readonly whole?: boolean },
): string[] {
  const loud: Paint = { ...paint, dim: (text) => paint.bold(paint.red(text)) };
  const width = whole === true || columns === undefined ? Infinity : columns;
  return (alarms ?? []).flatMap((text) => labelled('ALARM', text, width, loud));
}

/** The first alarm of each variant of a sweep, and at how many settings there is one. */
export function sweepAlarms({
  variants,
  cases,
}: Pick<SweepResult, 'variants' | 'cases'>): string[] {
  return variants.flatMap((variant) => {
    const own = cases.flatMap((one) => one.variants.filter(({ name }) => name === variant));
    const found = own.filter(({ alarms = [] }) => alarms.length > 0);
    if (found.length === 0) return [];
    const where = `at ${formatCount(found.length)} of ${plural(own.length, 'setting')}`;
    const name = variants.length > 1 ? `${variant}, ` : '';
    return found[0]!.alarms!.map((text) => `${name}${where}: ${text}`);
  });
}
