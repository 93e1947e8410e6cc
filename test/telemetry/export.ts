import type { ExporterKind, ExportSettings } from '../../src/telemetry/exporter.js';
import { run } from '../theory/program.js';

/** The load starts at this instant in the tests. */
export const EPOCH = '2026-01-01T00:00:00Z';

export const SETTINGS: ExportSettings = {
  startNs: BigInt(Date.parse(EPOCH)) * 1_000_000n,
  sample: 1,
  buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  intervalSec: 5,
};

/** The file that an exporter writes of the first replication of every variant of a scenario. */
export function exported(
  scenario: string,
  kind: ExporterKind,
  settings: Partial<ExportSettings> = {},
): string {
  const { plans, records, result } = run(`faultline: 1\ntitle: Exported\n${scenario}`, {
    traceShare: 1,
  });
  const exporter = kind.create({ ...SETTINGS, ...settings });
  let text = '';
  plans.forEach((plan, variant) => {
    const { journal } = result.variants[variant]!;
    const record = records[variant]![0]!;
    text += exporter.begin({ plan, replication: 0, journal });
    text += exporter.rows(record.traces);
    text += exporter.end(record);
  });
  return text + exporter.finish();
}
