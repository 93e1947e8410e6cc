import { z } from 'zod';
import { canonicalJson } from '../text/canonical.js';
import { sha256 } from '../text/sha256.js';

/** A saved figure with its scenario, its variant, and its metric. */
export interface SavedEntry {
  /** Path of the scenario from the folder of the baseline, with slashes. */
  readonly scenario: string;
  readonly variant: string;
  /** Metric and window, as in the budget. */
  readonly metric: string;
  readonly value: number | null;
  /** By replication. */
  readonly each: readonly (number | null)[];
}

const FORMAT = 'baseline/1';
const text = z.string().max(4000);
const figure = z.number().nullable();
const fileSchema = z.strictObject({
  faultline: z.literal(FORMAT),
  saved: z.array(
    z.strictObject({
      scenario: text,
      variant: text,
      metric: text,
      value: figure,
      each: z.array(figure).max(10_000),
    }),
  ),
  sha256: text,
});

/**
 * The entries of a baseline; throws an Error whose message explains the problem. The digest covers the values, not the
 * bytes, so a project may format the file as it likes.
 */
export function parseBaseline(source: string): readonly SavedEntry[] {
  const json = parseJson(source);
  const format = (json as { faultline?: unknown } | null)?.faultline;
  if (typeof format === 'string' && /^baseline\/\d+$/.test(format) && format !== FORMAT) {
    throw new Error(`is a ${format}; this version of faultline reads ${FORMAT}`);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const where = path.length === 0 ? '' : ` at ${path.join('.')}`;
    throw new Error(`is no baseline: ${message.replace(/^Invalid input: /, '')}${where}`);
  }
  const { saved, sha256: digest } = parsed.data;
  if (digest === digestOf(saved)) return saved;
  throw new Error('was changed by hand, or is damaged: its sha256 is not that of its values');
}

/** Text with one entry per line, sorted by name. */
export function baselineText(entries: readonly SavedEntry[]): string {
  const saved = [...entries].sort(byName);
  const lines = saved.map((entry) => `    ${lineOf(entry)}`).join(',\n');
  const list = saved.length === 0 ? '[]' : `[\n${lines}\n  ]`;
  return `{\n  "faultline": "${FORMAT}",\n  "saved": ${list},\n  "sha256": "${digestOf(saved)}"\n}\n`;
}

function digestOf(saved: readonly SavedEntry[]): string {
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

/** V8's message about invalid JSON quotes the file, so only the position is reported. */
function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const line = at === undefined ? 0 : source.slice(0, Number(at)).split('\n').length;
    throw new Error(`is not valid JSON${line === 0 ? '' : `, line ${line}`}`, { cause: error });
  }
}
