import type { SweepResult, SweepFigures } from '../../spec/result/sweep.js';
import { sweepAlarms } from '../alarms.js';
import { plural } from '../../text/words.js';
import { harmless } from '../../text/line.js';
import { codeText, inlineText, inlineWords, markdownTable } from '../markdown.js';
import { metricSentences } from './best.js';
import {
  caseAt,
  expectText,
  figureInterval,
  figuresOf,
  figureText,
  hasBudgets,
  placed,
  budgetStatusOf,
  sweepViewOf,
  tallyOf,
  unitOf,
  valueText,
  type SweepView,
} from './cases.js';
import { orderedEntries, rowsOf } from './order.js';
import { askedText, sweepBadge, sweepVerdict } from './words.js';

/** Most rows of the table of settings. */
const ROWS = 40;

/**
 * A short report of a sweep: verdict, with two axes a matrix for each variant and metric, the settings, and budgets
 * that were left out.
 */
export function renderSweepMarkdown(
  read: SweepResult,
  options: { readonly command: string },
): string {
  const view = sweepViewOf(read);
  const { result } = view;
  const badge = sweepBadge(view);
  const said = [...sweepVerdict(view), ...metricSentences(view)].map(
    (words) => `- ${inlineWords(words)}`,
  );
  const parts = [
    `# ${inlineText(result.scenario.title)}`,
    `Sweep ${inlineText(result.sweep.name)}. ${inlineText(askedText(view))}`,
    sweepAlarms(result)
      .map((text) => `**Alarm: ${inlineText(text)}**`)
      .join('\n\n'),
    `${badge === null ? '' : `**${badge.text}**\n\n`}${said.join('\n')}`,
    ...(view.shape === 'map' ? matrices(view) : []),
    settings(view),
    leftOut(result),
    `Reproduce: ${codeText(options.command)} · seed ${result.seed}, ${plural(result.replications, 'replication')}`,
  ];
  return harmless(`${parts.filter((part) => part !== '').join('\n\n')}\n`);
}

function matrices(view: SweepView): string[] {
  const { result } = view;
  const several = result.variants.length > 1;
  const heading = (text: string, name: string): string =>
    `## ${inlineText(several ? `${text}, ${name}` : text)}\n\n`;
  const judged = hasBudgets(result)
    ? result.variants.map(
        (name) =>
          heading('Budgets held', name) + matrix(view, name, (figures) => tallyText(view, figures)),
      )
    : [];
  const metrics = result.metrics.flatMap((metric, m) =>
    result.variants.map(
      (name) =>
        heading(metric.text, name) +
        matrix(view, name, (figures) => {
          const figure = figures.figures[m];
          if (figure === undefined) return '–';
          const text = inlineText(figureText(figures, figure, unitOf(metric)));
          return budgetStatusOf(result, figures) === 'fails' ? `✕ ${text}` : text;
        }),
    ),
  );
  return [...judged, ...metrics];
}

function matrix(view: SweepView, name: string, cell: (figures: SweepFigures) => string): string {
  const { result, free, axisNames } = view;
  const [first, second] = free as [number, number];
  const heads = [
    inlineText(`${axisNames[first]!} ↓ ${axisNames[second]!} →`),
    ...result.axes[second]!.values.map(({ text }) => inlineText(text)),
  ];
  const rows = result.axes[first]!.values.map(({ text }, r) => [
    `**${inlineText(text)}**`,
    ...result.axes[second]!.values.map((_, c) => {
      const figures = figuresOf(caseAt(view, placed(view, free, [r, c])), name);
      return figures === null ? '' : cell(figures);
    }),
  ]);
  return markdownTable(heads, rows);
}

/** The settings with all figures; only the best if there are many. */
function settings(view: SweepView): string {
  const { result } = view;
  const all = result.cases.reduce((sum, one) => sum + one.variants.length, 0);
  const isOrdered = all > ROWS || view.shape === 'scatter' || view.shape === 'table';
  const rows = isOrdered ? orderedEntries(view).entries.slice(0, ROWS) : rowsOf(result);
  if (rows.length === 0) return '';
  const several = result.variants.length > 1;
  const { expect } = result.sweep;
  const isJudged = hasBudgets(result);
  const heads = [
    ...view.free.map((axis) => view.axisNames[axis]!),
    ...(several ? ['Variant'] : []),
    ...(expect === null ? [] : [expect]),
    ...(isJudged ? ['Budgets'] : []),
    ...result.metrics.map(({ text }) => text),
  ].map(inlineText);
  const body = rows.map(({ case: one, figures }) => [
    ...view.free.map((axis) => inlineText(valueText(view, axis, one.at))),
    ...(several ? [inlineText(figures.name)] : []),
    ...(expect === null ? [] : [expectation(figures)]),
    ...(isJudged ? [tallyText(view, figures)] : []),
    ...result.metrics.map((metric, m) => {
      const figure = figures.figures[m];
      return figure === undefined
        ? '–'
        : inlineText(figureInterval(figures, figure, unitOf(metric)));
    }),
  ]);
  const fixed = view.free.length + (several ? 1 : 0);
  const name =
    rows.length < all ? `Settings: ${rows.length} of ${all}, the best first` : 'Settings';
  return `## ${name}\n\n${markdownTable(heads, body, fixed)}`;
}

function expectation({ expect, stop }: SweepFigures): string {
  if (stop !== null) return inlineText(`stopped: ${stop}`);
  if (expect === null) return '–';
  const mark = expect.verdict === 'pass' ? '✓' : expect.verdict === 'fail' ? '✕' : '?';
  return `${mark} ${inlineText(expectText(expect))}`;
}

function tallyText({ result }: SweepView, figures: SweepFigures): string {
  const status = budgetStatusOf(result, figures);
  if (status === 'stopped') return inlineText(`stopped: ${figures.stop ?? ''}`);
  if (status === 'unjudged') return '–';
  const { held, of } = tallyOf(result, figures);
  const mark = status === 'holds' ? '✓' : status === 'fails' ? '✕' : '?';
  return `${mark} ${held}/${of}`;
}

function leftOut({ leftOut: texts }: SweepResult): string {
  if (texts.length === 0) return '';
  const lines = texts.map((text) => `- ${inlineText(text)}`);
  return `## Budgets left out\n\nThey speak of a variant that is not part of the sweep.\n\n${lines.join('\n')}`;
}
