import { join } from 'node:path';
import { resultText } from '../../run/result-text.js';
import type { SweepResult } from '../../contracts/result/sweep.js';
import type { Format } from '../flags.js';
import { writeFormats } from '../report-files.js';
import { fileArgument, reportName } from '../report-name.js';
import { shellWord } from '../../text/shell.js';
import { VERSION } from '../../text/version.js';

/** The destination of a sweep report, and the command that reproduces it. */
export interface SweepTarget {
  readonly path: string;
  /** Title of the scenario. */
  readonly title: string;
  /** Name of the files, safe on every system. */
  readonly name: string;
  readonly directory: string;
  readonly formats: readonly Format[];
  readonly command: string;
}

/** The common path of all files of a sweep, without endings. */
export function sweepBase({
  directory,
  path,
  title,
  name,
}: Pick<SweepTarget, 'directory' | 'path' | 'title' | 'name'>): string {
  return join(directory, `${reportName(path, title)}.${name}`);
}

/** Writes the report in the requested formats and returns the paths in the order of the formats. */
export function writeSweepReport(
  result: SweepResult,
  target: SweepTarget,
): Promise<readonly string[]> {
  const { command, formats } = target;
  const version = VERSION;
  return writeFormats(sweepBase(target), formats, {
    html: async () =>
      (await import('../../report/sweep/page.js')).renderSweepHtml(result, { command, version }),
    svgs: async () => (await import('../../report/sweep/files.js')).renderSweepSvgs(result),
    md: async () =>
      (await import('../../report/sweep/markdown.js')).renderSweepMarkdown(result, { command }),
    csv: async () => (await import('../../report/sweep/csv.js')).renderSweepCsv(result),
    json: () => resultText(result),
  });
}

/** The command that reproduces a report, without folders, because they differ between machines. */
export function sweepCommand(path: string, words: readonly string[]): string {
  return ['faultline', 'sweep', fileArgument(path), ...words].map(shellWord).join(' ');
}
