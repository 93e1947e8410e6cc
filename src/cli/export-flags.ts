import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseDuration, parseShare, QuantityError } from '../contracts/quantities/quantity-text.js';
import { BUCKETS } from '../language/exported.js';
import type { ExportSettings } from '../telemetry/exporter.js';
import { SPAN_FORMATS } from '../telemetry/index.js';
import { pathName } from './flags.js';

/** A file that traced runs are written to. */
export interface ExportRequest {
  /** Kind of exporter. */
  readonly kind: string;
  readonly path: string;
}

/** Flags for the files that a traced run writes. */
export interface ExportFlags {
  readonly traces?: string;
  readonly spans?: readonly ExportRequest[];
  readonly metrics?: string;
  readonly logs?: string;
  readonly sample: number;
  readonly buckets: readonly number[];
  readonly scrape: number;
  readonly epoch: bigint;
}

/** The files that the flags ask for. */
export function exportsOf(flags: ExportFlags): readonly ExportRequest[] {
  const one = (kind: string, path: string | undefined): readonly ExportRequest[] =>
    path === undefined ? [] : [{ kind, path }];
  return [
    ...one('lines', flags.traces),
    ...(flags.spans ?? []),
    ...one('openmetrics', flags.metrics),
    ...one('logs', flags.logs),
  ];
}

const MAX_BUCKETS = 100;
/** A new year's day: a fixed instant, so that the same run gives the same bytes. */
const EPOCH = '2026-01-01T00:00:00Z';
const SHORTEST_SCRAPE_NS = 1e7;

/** The settings that exporters share. */
export function exportSettings({ sample, buckets, scrape, epoch }: ExportFlags): ExportSettings {
  return { sample, buckets, intervalSec: scrape, startNs: epoch };
}

/** Adds `--traces`, `--spans`, `--metrics`, `--logs` and their settings. */
export function withExports(command: Command): Command {
  const formats = SPAN_FORMATS.map(({ kind }) => kind).join(', ');
  return command
    .option('--traces <file>', 'write every request and attempt as JSON lines', pathName)
    .option(
      '--spans <format=file>',
      `write spans, repeatable; formats: ${formats} (the first one without a format)`,
      spanFile,
    )
    .option('--metrics <file>', 'write time series as OpenMetrics text', pathName)
    .option('--logs <file>', 'write log lines as JSON', pathName)
    .addOption(
      new Option('--sample <share>', 'share of the traces in spans and logs; errors always')
        .argParser(share)
        .default(1, '100%'),
    )
    .addOption(
      new Option('--buckets <list>', 'upper bounds of the histograms, seconds')
        .argParser(bounds)
        .default(BUCKETS, BUCKETS.join(',')),
    )
    .addOption(
      new Option('--scrape <duration>', 'time between two samples of a series')
        .argParser(interval)
        .default(5, '5s'),
    )
    .addOption(
      new Option('--epoch <instant>', 'time of day at which the load starts')
        .argParser(instant)
        .default(instant(EPOCH), EPOCH),
    );
}

function spanFile(text: string, before: readonly ExportRequest[] = []): readonly ExportRequest[] {
  const match = /^(\w+)=(.+)$/u.exec(text);
  const format = SPAN_FORMATS.find(({ kind }) => kind === match?.[1]);
  if (match !== null && format === undefined) {
    const known = SPAN_FORMATS.map(({ kind }) => kind).join(', ');
    throw new InvalidArgumentError(
      `'${match[1]}' is no format of spans: write one of ${known}, or ./${text} for a file of that name.`,
    );
  }
  const path = pathName(format === undefined ? text : match![2]!);
  return [...before, { kind: (format ?? SPAN_FORMATS[0]!).kind, path }];
}

function share(text: string): number {
  return quantity(() => parseShare(text), 'a share is expected, such as 1% or 0.01.');
}

function interval(text: string): number {
  const ns = quantity(() => parseDuration(text), 'a duration is expected, such as 15s.');
  if (ns < SHORTEST_SCRAPE_NS) throw new InvalidArgumentError('10ms or more is expected.');
  return ns / 1e9;
}

function bounds(text: string): readonly number[] {
  const all = text.split(',').map((bound) => (bound.trim() === '' ? NaN : Number(bound)));
  const isRising = all.every((bound, k) => bound > 0 && (k === 0 || bound > all[k - 1]!));
  if (!isRising || all.length > MAX_BUCKETS || all.includes(Infinity)) {
    throw new InvalidArgumentError(
      `up to ${MAX_BUCKETS} rising numbers of seconds are expected, such as ${BUCKETS.join(',')}.`,
    );
  }
  return all;
}

function instant(text: string): bigint {
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/.test(
    text,
  );
  const ms = isInstant ? Date.parse(text) : NaN;
  // A year of warm-up fits before it.
  if (Number.isNaN(ms) || ms < 366 * 86_400_000) {
    throw new InvalidArgumentError(`an instant since 1971 is expected, such as ${EPOCH}.`);
  }
  return BigInt(ms) * 1_000_000n;
}

function quantity(read: () => number, expected: string): number {
  try {
    return read();
  } catch (error) {
    if (error instanceof QuantityError) throw new InvalidArgumentError(expected);
    throw error;
  }
}
