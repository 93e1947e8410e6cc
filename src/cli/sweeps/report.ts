import { join } from 'node:path';
import { resultText } from '../../run/result-text.js';
import type { SweepResult } from '../../spec/sweep.js';
import type { Format } from '../flags.js';
import { fileArgument, reportName, writeFormats } from '../report-files.js';
import { shellWord } from '../run-errors.js';
import { packageVersion } from '../version.js';

/** Where a report of a sweep goes, and the command that makes it again. */
export interface SweepTarget {
  readonly path: string;
  /** Of the scenario. */
  readonly title: string;
  /** Of the files: it takes no system by surprise. */
  readonly name: string;
  readonly directory: string;
  readonly formats: readonly Format[];
  readonly command: string;
}

/** The path of everything that is written of a sweep, without what follows its name. */
export function sweepBase({
  directory,
  path,
  title,
  name,
}: Pick<SweepTarget, 'directory' | 'path' | 'title' | 'name'>): string {
  return join(directory, `${reportName(path, title)}.${name}`);
}

/** Writes the report in the wanted formats; gives the paths in the order of the formats. */
export function writeSweepReport(
  result: SweepResult,
  target: SweepTarget,
): Promise<readonly string[]> {
  const { command, formats } = target;
  const version = packageVersion();
  return writeFormats(sweepBase(target), formats, {
    html: async (document) =>
      (await import('../../report/sweep/page.js')).renderSweepHtml(result, {
        document,
        command,
        version,
      }),
    svgs: async (document) =>
      (await import('../../report/sweep/files.js')).renderSweepSvgs(result, { document }),
    md: async () =>
      (await import('../../report/sweep/markdown.js')).renderSweepMarkdown(result, { command }),
    csv: async () => (await import('../../report/sweep/csv.js')).renderSweepCsv(result),
    json: () => resultText(result),
  });
}

/** The command that makes a report again, without folders: they differ from machine to machine. */
export function sweepCommand(path: string, words: readonly string[]): string {
  return ['faultline', 'sweep', fileArgument(path), ...words].map(shellWord).join(' ');
}
