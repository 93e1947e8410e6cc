import { join } from 'node:path';
import { renderCsv } from '../report/formats/csv.js';
import type { RenderedFile } from '../report/formats/files.js';
import { renderMarkdown } from '../report/formats/markdown.js';
import { tuneForReport } from '../run/compiling.js';
import { resultText } from '../run/result-text.js';
import type { Result } from '../contracts/result/result.js';
import type { Format } from './flags.js';
import { writeOutput } from './output.js';
import { fileArgument, reportName, safeFileName } from './report-name.js';
import type { Selection } from '../api/prepare.js';
import { VERSION } from '../text/version.js';
import type { WhatIfWords } from '../contracts/scenario/what-if.js';
import { changesOf } from '../text/shell.js';

/** Inputs of a report besides the result. */
export interface ReportTarget {
  readonly directory: string;
  readonly formats: readonly Format[];
  /** The scenario's file. */
  readonly path: string;
  readonly selection: Selection;
}

/** Writes the report in the requested formats and returns the paths in the order of the formats. */
export function writeReport(result: Result, target: ReportTarget): Promise<readonly string[]> {
  const command = commandOf('run', target.path, target.selection);
  const version = VERSION;
  return writeFormats(reportBase(result, target), target.formats, {
    html: async () =>
      (await import('../report/page/html.js')).renderHtml(result, { command, version }),
    svgs: async () => (await import('../report/formats/files.js')).renderSvgs(result),
    md: () => Promise.resolve(renderMarkdown(result, { command })),
    csv: () => Promise.resolve(renderCsv(result)),
    json: () => resultText(result),
  });
}

/** The common path of the files of a report, without endings. */
export function reportBase(
  { scenario }: Result,
  { path, directory, selection }: ReportTarget,
): string {
  return join(directory, `${reportName(path, scenario.title)}${whatIfName(selection)}`);
}

/** Functions that create each format of a report; called only for the requested ones. */
export interface Renderers {
  html(): Promise<string>;
  svgs(): Promise<readonly RenderedFile[]>;
  md(): Promise<string>;
  csv(): Promise<string>;
  json(): string;
}

/** Writes files whose names begin with `base`, the quickest first, and returns their paths in the order of the formats. */
export async function writeFormats(
  base: string,
  wanted: readonly Format[],
  render: Renderers,
): Promise<readonly string[]> {
  const formats = new Set(wanted);
  const texts: string[] = [];
  const drawn: string[] = [];
  const put = (path: string, text: string, to: string[]): void => {
    writeOutput(path, text);
    to.push(path);
  };
  if (formats.has('md')) put(`${base}.md`, await render.md(), texts);
  if (formats.has('csv')) put(`${base}.csv`, await render.csv(), texts);
  if (formats.has('json')) put(`${base}.json`, render.json(), texts);
  tuneForReport();
  if (formats.has('html')) put(`${base}.html`, await render.html(), drawn);
  if (formats.has('svg')) {
    const charts = await render.svgs();
    for (const { name, text } of charts) writeOutput(join(base, name), text);
    if (charts.length > 0) drawn.push(`${base}/ (${charts.length} charts)`);
  }
  return [...drawn, ...texts];
}

/** Suffix of a report's name, so that a report with changes never replaces that of the file. */
function whatIfName({ set, as }: WhatIfFlags): string {
  if (set === undefined) return '';
  return `.what-if-${safeFileName(as ?? set.join(' '))}`;
}

/** The command that reproduces a report, without folders, because they differ between machines. */
export function commandOf(
  name: string,
  path: string,
  selection: Selection,
  more: readonly string[] = [],
): string {
  const { variant, seed, replications } = selection;
  const flags = [
    variant === undefined ? '' : `--variant ${variant.join(',')}`,
    seed === undefined ? '' : `--seed ${seed}`,
    replications === undefined ? '' : `--replications ${replications}`,
  ];
  return [`faultline ${name}`, fileArgument(path), ...flags, whatIfCommand(selection), ...more]
    .filter((word) => word !== '')
    .join(' ');
}

/** Changes that the command line makes to a scenario. */
interface WhatIfFlags {
  /** `path=value` each. */
  readonly set?: readonly string[];
  /** The name of the variant that they create, in addition to those of the file. */
  readonly as?: string;
}

/** The options, quoted for a shell. */
function whatIfCommand({ set = [], as = null }: Partial<WhatIfWords>): string {
  return changesOf({ set, as });
}
