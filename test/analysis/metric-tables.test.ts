import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  LARGEST_METER_LEVEL,
  METER_COUNT,
  METER_DISTRIBUTION,
  METER_LEVEL,
} from '../../src/analysis/measure/meter-readings.js';
import { MEASUREMENTS } from '../../src/analysis/measure/metrics/table.js';
import { METRICS } from '../../src/language/metrics.js';
import type { MetricEntry } from '../../src/language/metrics/entry.js';

const NAMES = '../../src/language/metrics';
const MODEL = '../../src/model';
const RULES = '../../src/analysis/measure/metrics';

/** Names in the exported tables of a file: the names of metrics, or those that have a measurement. */
async function namesIn(folder: string, file: string, suffix: string): Promise<readonly string[]> {
  const module = (await import(`${folder}/${file}`)) as Readonly<Record<string, object>>;
  const tables = Object.entries(module).filter(([name]) => name.endsWith(suffix));
  return tables.flatMap(([, table]) =>
    Array.isArray(table)
      ? (table as readonly MetricEntry[]).map(({ name }) => name)
      : Object.keys(table),
  );
}

/** Files of the tables of metrics. */
function tableFiles(): readonly string[] {
  const helpers = new Set(['entry.ts', 'subjects.ts', 'table.ts']);
  return readdirSync(new URL(NAMES, import.meta.url)).filter((file) => !helpers.has(file));
}

/** Source text of the model. */
function modelText(): string {
  const folder = new URL(MODEL, import.meta.url);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(`${MODEL}/${file}`, import.meta.url), 'utf8'))
    .join('\n');
}

describe('the tables of metrics', () => {
  it('have a measurement for each metric, in the file of the same name', async () => {
    for (const file of tableFiles()) {
      const metrics = await namesIn(NAMES, file, '_METRICS');
      const rules = await namesIn(RULES, file, '_MEASUREMENTS');
      const place = `src/analysis/measure/metrics/${file}`;
      const missing = metrics.filter((name) => !rules.includes(name));
      expect(missing, `metrics to add to ${place}`).toEqual([]);
      const unknown = rules.filter((name) => !metrics.includes(name));
      expect(unknown, `measurements in ${place} without a metric`).toEqual([]);
    }
  });

  it('are all part of the language', async () => {
    const all = METRICS.map(({ name }) => name);
    expect(Object.keys(MEASUREMENTS).sort()).toEqual([...all].sort());
    for (const file of tableFiles()) {
      const missing = (await namesIn(NAMES, file, '_METRICS')).filter(
        (name) => !(all as readonly string[]).includes(name),
      );
      expect(missing, `metrics of src/language/metrics/${file} that table.ts lacks`).toEqual([]);
    }
  });

  it('read meters that the model has: a missing meter would read as 0', () => {
    const readings = [METER_COUNT, METER_LEVEL, LARGEST_METER_LEVEL, METER_DISTRIBUTION];
    const text = modelText();
    const missing = METRICS.filter(
      ({ name }) =>
        readings.includes(MEASUREMENTS[name]) &&
        !text.includes(`'${name}'`) &&
        // Their names are made from the names of verdicts (`sagas/settlement.ts`).
        !name.startsWith('value'),
    );
    expect(
      missing.map(({ name }) => name),
      'metrics without a meter of their name in src/model',
    ).toEqual([]);
  });

  it('have no two metrics with the same name', () => {
    const all = METRICS.map(({ name }) => name);
    expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
  });
});
