import { basename, join } from 'node:path';
import { requireFinite } from '../../run/result-text.js';
import { canonicalJson } from '../../scenario/canonical.js';
import type { SweepResult } from '../../spec/sweep.js';
import { chartDocument } from '../document.js';
import type { Format } from '../flags.js';
import { writeOutput } from '../output.js';
import { harmless, reportName } from '../report-files.js';
import { packageVersion } from '../version.js';

/** Where a report of a sweep goes, and the command that makes it again. */
export interface SweepTarget {
  readonly path: string;
  readonly name: string;
  readonly directory: string;
  readonly formats: readonly Format[];
  readonly command: string;
}

/** The document as it is written: one line of JSON with sorted keys. */
export function sweepResultText(result: SweepResult): string {
  requireFinite(result);
  return `${canonicalJson(result)}\n`;
}

/** The path of everything that is written of a sweep, without what follows its name. */
export function sweepBase({
  directory,
  path,
  name,
}: Pick<SweepTarget, 'directory' | 'path' | 'name'>): string {
  return join(directory, `${reportName(path)}.${harmless(name)}`);
}

/** Writes the report in the wanted formats; gives the paths in the order of the formats. */
export async function writeSweepReport(
  result: SweepResult,
  target: SweepTarget,
): Promise<readonly string[]> {
  const base = sweepBase(target);
  const { command } = target;
  const written: string[] = [];
  const put = (path: string, text: string): void => {
    writeOutput(path, text);
    written.push(path);
  };
  const formats = new Set(target.formats);
  if (formats.has('html') || formats.has('svg')) {
    const document = await chartDocument();
    const version = packageVersion();
    const { renderSweepHtml } = await import('../../report/sweep/page.js');
    const { renderSweepSvgs } = await import('../../report/sweep/files.js');
    if (formats.has('html'))
      put(`${base}.html`, renderSweepHtml(result, { document, command, version }));
    if (formats.has('svg')) {
      const charts = renderSweepSvgs(result, { document });
      for (const { name, text } of charts) writeOutput(join(base, name), text);
      if (charts.length > 0) written.push(`${base}/ (${charts.length} charts)`);
    }
  }
  if (formats.has('md')) {
    const { renderSweepMarkdown } = await import('../../report/sweep/markdown.js');
    put(`${base}.md`, renderSweepMarkdown(result, { command }));
  }
  if (formats.has('csv')) {
    const { renderSweepCsv } = await import('../../report/sweep/csv.js');
    put(`${base}.csv`, renderSweepCsv(result));
  }
  if (formats.has('json')) put(`${base}.json`, sweepResultText(result));
  return written;
}

/** A word as a shell takes it for one. */
function shellWord(text: string): string {
  return /^[\w./=,:%@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The command that makes a report again, without folders: they differ from machine to machine. */
export function sweepCommand(path: string, words: readonly string[]): string {
  return ['faultline', 'sweep', basename(path), ...words].map(shellWord).join(' ');
}
