import type { SweepResult } from '../../contracts/result/sweep.js';
import { sweepAlarms } from '../lines/alarms.js';
import { plural } from '../../text/words.js';
import {
  codeText,
  inlineText,
  inlineWords,
  markdownDocument,
  markdownTable,
} from '../formats/markdown.js';
import { metricSentences } from './best.js';
import { caseAt, figuresOf, placed, sweepViewOf, type SweepView } from './cases.js';
import {
  figureColumns,
  NOT_RUN,
  settingColumns,
  type SettingCell,
  type SettingColumn,
} from './columns.js';
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
  return markdownDocument(parts);
}

function matrices(view: SweepView): string[] {
  const { variants } = view.result;
  return figureColumns(view).flatMap((column) =>
    variants.map((name) => {
      const what = column.kind === 'budgets' ? 'Budgets held' : column.head;
      const title = inlineText(variants.length > 1 ? `${what}, ${name}` : what);
      return `## ${title}\n\n${matrix(view, name, column)}`;
    }),
  );
}

function matrix(view: SweepView, name: string, column: SettingColumn): string {
  const { result, free, axisNames } = view;
  const [first, second] = free as [number, number];
  const heads = [
    inlineText(`${axisNames[first]!} ↓ ${axisNames[second]!} →`),
    ...result.axes[second]!.values.map(({ text }) => inlineText(text)),
  ];
  const rows = result.axes[first]!.values.map(({ text }, r) => [
    `**${inlineText(text)}**`,
    ...result.axes[second]!.values.map((_, c) => {
      const one = caseAt(view, placed(view, free, [r, c]));
      const figures = figuresOf(one, name);
      if (one === null || figures === null) return '';
      const cell = column.cell({ case: one, figures });
      if (column.kind !== 'metric') return cellText(column, cell);
      return `${cell.mark === 'fail' ? '✕ ' : ''}${cellText(column, { ...cell, full: cell.text })}`;
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
  const columns = settingColumns(view);
  const heads = columns.map(({ head }) => inlineText(head));
  const body = rows.map((row) => columns.map((column) => cellText(column, column.cell(row))));
  const fixed = columns.length - figureColumns(view).length;
  const name =
    rows.length < all ? `Settings: ${rows.length} of ${all}, the best first` : 'Settings';
  return `## ${name}\n\n${markdownTable(heads, body, fixed)}`;
}

/** A cell, with the verdict on budgets and expectations before it. */
function cellText({ kind }: SettingColumn, { full, verdict }: SettingCell): string {
  const text = full === NOT_RUN ? '–' : inlineText(full);
  return verdict === null || kind === 'metric' ? text : `${MARKS[verdict]} ${text}`;
}

const MARKS = { pass: '✓', fail: '✕', open: '?' } as const;

function leftOut({ leftOut: texts }: SweepResult): string {
  if (texts.length === 0) return '';
  const lines = texts.map((text) => `- ${inlineText(text)}`);
  return `## Budgets left out\n\nThey speak of a variant that is not part of the sweep.\n\n${lines.join('\n')}`;
}
