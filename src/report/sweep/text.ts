import type { SweepResult } from '../../contracts/result/sweep.js';
import { plural } from '../../text/words.js';
import { alarmLines, sweepAlarms } from '../lines/alarms.js';
import { plainWords, type Words } from '../base/emphasis.js';
import { asLines, oneLine, type Lines } from '../../text/line.js';
import { headingLines } from '../lines/text-table.js';
import { metricSentences } from './best.js';
import { hasBudgets, isLoose, sweepViewOf, unitOf, type SweepView } from './cases.js';
import { folded, type SweepTextOptions } from './text-cells.js';
import { axisTables, bestTable, matrices } from './text-columns.js';
import { askedText, sweepVerdict } from './words.js';

/** Most lines of tables on a terminal; a log gets all of them. */
const TABLE_LINES = 100;

/**
 * The summary after a sweep: the question, the results in sentences, then the figures in tables that fit the width.
 * Two axes give a matrix for each variant and metric, one axis a table, more axes the best settings.
 */
export function sweepText(read: SweepResult, options: SweepTextOptions): Lines {
  const view = sweepViewOf(read);
  const { result } = view;
  const { paint } = options;
  const lines = [
    ...heading(view, options),
    ...paragraph(askedText(view), options, '', paint.dim),
    ...alarmLines(sweepAlarms(result), options),
    '',
    ...sweepVerdict(view).flatMap((words) => sentence(words, options)),
    ...metricSentences(view).flatMap((words) => sentence(words, options)),
  ];
  for (const table of tables(view, options)) lines.push('', ...table);
  const notes = noteText(view);
  if (notes !== '') lines.push(...paragraph(notes, options, '', paint.dim));
  if (result.leftOut.length > 0) {
    const text = `${plural(result.leftOut.length, 'budget')} left out, of variants that are not part of the sweep: ${result.leftOut.join('; ')}`;
    lines.push('', ...paragraph(text, options, '', paint.dim));
  }
  if (options.report !== null) lines.push('', `  ${paint.dim('report')}  ${options.report}`);
  return asLines(lines.map((text) => text.trimEnd()));
}

function heading({ result }: SweepView, options: SweepTextOptions): string[] {
  const size = `sweep ${result.sweep.name}`;
  return headingLines(result.scenario.title, [options.file, size, options.wall ?? ''], options);
}

/** A sentence with its strong beginning in bold and its further lines indented. */
function sentence(words: Words, options: SweepTextOptions): string[] {
  const [first] = words;
  const strong = typeof first === 'object' ? oneLine(first.strong) : '';
  return paragraph(plainWords(words), options, strong, (text) => text);
}

function paragraph(
  text: string,
  options: SweepTextOptions,
  strong: string,
  style: (text: string) => string,
): string[] {
  const width = options.whole === true ? Infinity : options.columns - 4;
  const words = oneLine(text).replace(/\s+/g, ' ');
  const lines = width === Infinity ? [words] : folded(words, width);
  return lines.map((each, i) => {
    if (i > 0) return `    ${style(each)}`;
    const isStrong = strong !== '' && each.startsWith(strong);
    return `  ${isStrong ? options.paint.bold(strong) + style(each.slice(strong.length)) : style(each)}`;
  });
}

/** The tables that fit, then the number of those left out. */
function tables(view: SweepView, options: SweepTextOptions): string[][] {
  if (view.result.cases.length === 0) return [];
  const all =
    view.shape === 'map'
      ? matrices(view, options)
      : view.shape === 'line' || view.shape === 'words'
        ? axisTables(view, options)
        : [bestTable(view, options)];
  if (options.whole === true) return all;
  const shown: string[][] = [];
  let lines = 0;
  for (const table of all) {
    lines += table.length + 1;
    if (shown.length > 0 && lines > TABLE_LINES) break;
    shown.push(table);
  }
  const left = all.length - shown.length;
  return left === 0
    ? shown
    : [...shown, [options.paint.dim(`  ... ${plural(left, 'more table')} in the report`)]];
}

/** The meaning of the marks in the tables. */
function noteText({ result }: SweepView): string {
  const all = result.cases.flatMap((one) => one.variants);
  const isTilde = all.some(({ figures }) =>
    figures.some((figure, m) => isLoose(figure, unitOf(result.metrics[m]!))),
  );
  const asked = [
    ...(result.sweep.expect === null ? [] : ['the expectation']),
    ...(hasBudgets(result) ? ['a budget'] : []),
  ].join(' or ');
  const isMarked = hasBudgets(result) || result.sweep.expect !== null;
  const parts = [
    isMarked ? `!: ${asked} fails, ?: undecided.` : '',
    isTilde
      ? '~: the 95 % interval reaches farther than 10 % (of shares, 2 points) to a side.'
      : '',
    result.replications === 1
      ? 'One run each: intervals are those of its steps, where there are any.'
      : '',
  ];
  return parts.filter((text) => text !== '').join(' ');
}
