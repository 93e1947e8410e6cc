import { basename, join } from 'node:path';
import { renderCsv } from '../report/csv.js';
import { safeName } from '../report/files.js';
import { renderMarkdown } from '../report/markdown.js';
import { resultText } from '../run/result-text.js';
import type { Result } from '../spec/result.js';
import { chartDocument } from './document.js';
import type { Format } from './flags.js';
import { writeOutput } from './output.js';
import type { Selection } from './prepare.js';
import { packageVersion } from './version.js';

/** Names that stand for devices on some systems. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** What a report needs beside the result. */
export interface ReportTarget {
  readonly directory: string;
  readonly formats: readonly Format[];
  /** The scenario's file. */
  readonly path: string;
  readonly selection: Selection;
}

/** Writes the report in the wanted formats; gives the paths in the order of the formats. */
export async function writeReport(
  result: Result,
  target: ReportTarget,
): Promise<readonly string[]> {
  const base = join(target.directory, reportName(target.path));
  const command = commandOf(target);
  const written: string[] = [];
  const put = (path: string, text: string): void => {
    writeOutput(path, text);
    written.push(path);
  };
  const formats = new Set(target.formats);
  if (formats.has('html') || formats.has('svg')) {
    const document = await chartDocument();
    const [{ renderHtml }, { renderSvgs }] = await Promise.all([
      import('../report/html.js'),
      import('../report/files.js'),
    ]);
    if (formats.has('html')) {
      put(`${base}.html`, renderHtml(result, { document, command, version: packageVersion() }));
    }
    if (formats.has('svg')) {
      const charts = renderSvgs(result, { document });
      for (const { name, text } of charts) writeOutput(join(base, name), text);
      written.push(`${base}/ (${charts.length} charts)`);
    }
  }
  if (formats.has('md')) put(`${base}.md`, renderMarkdown(result, { command }));
  if (formats.has('csv')) put(`${base}.csv`, renderCsv(result));
  if (formats.has('json')) put(`${base}.json`, resultText(result));
  return written;
}

/** The name of a report: that of the scenario's file, made harmless where it is not. */
export function reportName(path: string): string {
  return harmless(basename(path).replace(/\.ya?ml$/, ''));
}

/** A name as it is where no system minds, else one made of it. */
export function harmless(name: string): string {
  const isPlain = /^[a-z0-9][a-z0-9-]{0,39}$/.test(name) && !DEVICE.test(name);
  return isPlain ? name : safeName(name);
}

/** The command that makes this report again, without folders: they differ from machine to machine. */
function commandOf({ path, selection }: ReportTarget): string {
  const { variant, seed, replications } = selection;
  const flags = [
    variant === undefined ? '' : `--variant ${variant.join(',')}`,
    seed === undefined ? '' : `--seed ${seed}`,
    replications === undefined ? '' : `--replications ${replications}`,
  ];
  return ['faultline run', basename(path), ...flags].filter((word) => word !== '').join(' ');
}
