import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { cardLines } from '../../importing/card.js';
import { Importing, type Imported } from '../../importing/import.js';
import { readMapping } from '../../importing/names.js';
import { readTraces } from '../../importing/traces/index.js';
import { asLines } from '../../text/line.js';
import { checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import type { DriftedFigure } from '../../contracts/result/drift.js';
import { figuresBeside } from '../drift/beside.js';
import { EXIT, usageError } from '../exit.js';
import { importSources, metricTexts, type ImportSources } from '../import-files.js';
import { canonicalJson } from '../../text/canonical.js';
import type { Terminal } from '../terminal.js';

export interface ImportFlags {
  readonly out?: string;
  readonly map?: readonly string[];
  readonly metrics?: readonly string[];
  /** Share of the requests that is traced. */
  readonly sampled?: number;
  readonly json?: string;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

/** Makes a scenario of manifests, configuration files and traces, and says what it could not know. */
export async function importFiles(
  paths: readonly string[],
  flags: ImportFlags,
  terminal: Terminal,
): Promise<number> {
  const out = flags.out ?? 'imported.yaml';
  checkDestinations([out, flags.json]);
  for (const path of [out, flags.json]) refuseExisting(path, flags.force === true);
  const metrics = flags.metrics ?? [];
  if (paths.length === 0 && metrics.length === 0)
    throw usageError('name the files of a system, or write --metrics with a table of its services');
  const sources =
    paths.length === 0 ? { texts: [], traces: [], leftOut: [] } : importSources(paths);
  const imported = await read(paths, sources, flags);
  writeDocument(out, () => imported.scenario, terminal);
  const isSilent = flags.quiet === true || takesStandardOutput([out, flags.json]);
  const isAsked = !isSilent || flags.json !== undefined;
  const names = readMapping(flags.map ?? []);
  const { sampled = null } = flags;
  const traced = {
    traces: sources.traces,
    names: new Map([...imported.joined, ...names]),
    sampled,
  };
  const beside = isAsked ? await figuresBeside(imported, traced, terminal) : null;
  const account = accountOf(imported, beside);
  writeDocument(flags.json, () => `${canonicalJson(account)}\n`, terminal);
  if (isSilent) return EXIT.ok;
  const files = sources.traces.map(({ path }) => path);
  terminal.out(asLines(cardLines(imported, out, { traced: files, beside })));
  return EXIT.ok;
}

function refuseExisting(path: string | undefined, isForced: boolean): void {
  if (path === undefined || path === '-' || isForced || !existsSync(path)) return;
  throw usageError(
    `${path} exists already: add --force to overwrite it, or name another file with --out`,
  );
}

async function read(
  paths: readonly string[],
  { texts, traces, leftOut }: ImportSources,
  flags: ImportFlags,
): Promise<Imported> {
  const names = readMapping(flags.map ?? []);
  const importing = new Importing(texts, {
    title: `Imported from ${(paths.length > 0 ? paths : (flags.metrics ?? [])).map(spoken).join(', ')}`,
    names,
    metrics: metricTexts(flags.metrics ?? []),
    leftOut,
  });
  const { sampled = null } = flags;
  if (traces.length > 0)
    return importing.finish(await readTraces(traces, { ...importing.hints, sampled }));
  if (sampled !== null)
    throw usageError('--sampled is the share of requests that traces have: name files with traces');
  return importing.finish(null);
}

/** A path as people say it: a folder that is written in dots has its name. */
function spoken(path: string): string {
  return /^[./\\]+$/.test(path) ? basename(resolve(path)) || path : path;
}

function accountOf(imported: Imported, predicted: readonly DriftedFigure[] | null): object {
  const { account, deployments, renamed, joined, leftOut: files } = imported;
  const { guesses, questions, traces, metrics } = imported;
  const names = Object.fromEntries(renamed);
  const assumed = Object.fromEntries(joined);
  const { unknown, leftOut, measured, spans } = traces ?? {};
  const read =
    traces === null
      ? null
      : { spans, traces: traces.traces, unknown, leftOut, measured, predicted };
  return {
    faultline: 1,
    ...account,
    deployments,
    renamed: names,
    assumed,
    leftOut: files,
    guesses,
    questions,
    traces: read,
    metrics,
  };
}
