import type { z } from 'zod';
import { canonicalJson } from '../text/canonical.js';
import { sha256 } from '../text/sha256.js';
import type { Stored } from './stored/envelope.js';
import {
  exactShape,
  figure,
  list,
  sha256 as sha256Text,
  text,
} from '../contracts/result/shapes.js';

const entry = exactShape({
  /** Path of the scenario from the folder of the baseline, with slashes. */
  scenario: text,
  variant: text,
  /** Metric and window, as in the budget. */
  metric: text,
  value: figure,
  /** By replication. */
  each: list(figure),
});
/** A saved figure with its scenario, its variant, and its metric. */
export type SavedEntry = z.output<typeof entry>;

const schema = exactShape({ faultline: text, saved: list(entry), sha256: sha256Text });
type BaselineFile = z.output<typeof schema>;

/**
 * A baseline. It is in version control, so it outlives a version of faultline, and the project may format it as it
 * likes: the digest covers the values, not the bytes.
 */
export const BASELINE: Stored<BaselineFile> = {
  name: 'baseline',
  format: 'baseline/1',
  isOfVersion: false,
  seal: { field: 'sha256', of: ({ saved }) => digestOf(saved) },
  schema,
};

/** Text with one entry per line, sorted by name. */
export function baselineText(entries: readonly SavedEntry[]): string {
  const saved = [...entries].sort(byName);
  const lines = saved.map((one) => `    ${lineOf(one)}`).join(',\n');
  const all = saved.length === 0 ? '[]' : `[\n${lines}\n  ]`;
  return `{\n  "faultline": "${BASELINE.format}",\n  "saved": ${all},\n  "sha256": "${digestOf(saved)}"\n}\n`;
}

function digestOf(saved: unknown): string {
  return sha256(canonicalJson(saved));
}

/** In the order in which people read: the owner, the metric, the value. */
function lineOf({ scenario, variant, metric, value, each }: SavedEntry): string {
  return JSON.stringify({ scenario, variant, metric, value, each });
}

function byName(a: SavedEntry, b: SavedEntry): number {
  for (const key of ['scenario', 'variant', 'metric'] as const) {
    if (a[key] !== b[key]) return a[key] < b[key] ? -1 : 1;
  }
  return 0;
}
