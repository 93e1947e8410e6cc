import { expect } from 'vitest';
import type { ExporterKind, ExportSettings } from '../../src/telemetry/exporter.js';
import { runPlan } from '../support/built.js';
import { run } from '../theory/program.js';

/** The load starts at this instant in the tests. */
export const EPOCH = '2026-01-01T00:00:00Z';

export const SETTINGS: ExportSettings = {
  startNs: BigInt(Date.parse(EPOCH)) * 1_000_000n,
  sample: 1,
  buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  intervalSec: 5,
};

/** The file that an exporter writes of the first replication of every variant of a scenario, as the program writes it. */
export function exported(
  scenario: string,
  kind: ExporterKind,
  settings: Partial<ExportSettings> = {},
): string {
  const { plans, result } = run(`faultline: 1\ntitle: Exported\n${scenario}`);
  const exporter = kind.create({ ...SETTINGS, ...settings });
  let text = '';
  plans.forEach((own, variant) => {
    const { journal, perReplication } = result.variants[variant]!;
    const plan = { ...own, traceShare: 1 };
    text += exporter.begin({ plan, replication: 0, journal });
    const record = runPlan(plan, 0, (rows) => {
      text += exporter.rows(rows);
    });
    expect(record.digest).toBe(perReplication[0]!.digest);
    text += exporter.end(record);
  });
  return text + exporter.finish();
}
