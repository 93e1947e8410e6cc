import { plainWords, type Words } from '../base/emphasis.js';
import { groupedBy } from '../../text/order.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';
import { besideBudget, budgetFigure, isBroken } from '../view/budget-words.js';
import { causeSentence } from '../words/causes.js';
import { guessText } from '../words/guess-words.js';
import { mapRows } from '../tipping/map.js';
import { END_NOTE, tippingWords } from '../tipping/words.js';
import { explainedOf } from '../view/explained.js';
import { bestOf } from '../view/best.js';
import { cellText, latencyColumns, outcomeColumns } from '../view/columns.js';
import type { Column } from '../view/column.js';
import { differenceOf } from '../view/difference.js';
import { formatDifferenceWithin } from '../../text/figures.js';
import { allOrNoneWords } from '../words/all-or-none.js';
import { otherLoadText } from '../words/other-load.js';
import { referencesText } from '../view/reference.js';
import { cheapestWords } from '../words/cheapest.js';
import { listed } from '../base/format.js';
import { alertsText } from '../words/alerts.js';
import { ALERT_HEADS, alertRows } from '../sections/alerts.js';
import { headroomLine } from '../words/headroom.js';
import { graphMermaid } from '../graph/graph.js';
import { harmless, oneLine } from '../../text/line.js';
import { unfinishedLines } from '../words/incomplete.js';
import { JUDGED_LISTS, rowsOf, tallyOf, type JudgedList } from '../view/judged.js';
import { viewOf, type View } from '../view/view.js';
import { characterOf, describedRun } from '../words/character.js';
import { chainOf } from '../words/chain.js';
import { whatIfText } from '../words/what-if.js';
import { answerOf, namedAnswers, type Answer } from '../words/answer.js';

/** The short report: verdict, cascade, variants, budgets, and the topology as a Mermaid diagram. */
export function renderMarkdown(read: Result, options: { readonly command: string }): string {
  const view = viewOf(read);
  const { result } = view;
  const answer = answerOf(view);
  const { badge } = answer;
  const whatIf = whatIfText(result.scenario.whatIf);
  const parts = [
    `# ${inlineText(result.scenario.title)}`,
    whatIf === null ? '' : `**${inlineText(whatIf)}**`,
    (result.alarms ?? []).map((text) => `**Alarm: ${inlineText(text)}**`).join('\n\n'),
    badge === null ? '' : `**${badge.text}**`,
    namedAnswers(answer)
      .map(({ name, words }) => `- **${name}**: ${inlineWords(words)}`)
      .join('\n'),
    answer.also.map((words) => inlineWords(words).trim()).join('\n\n'),
    unfinishedLines(result)
      .map(({ variant, text }) => `- **${inlineText(variant)}**: ${inlineText(text)}`)
      .join('\n'),
    chain(view),
    causes(view, answer),
    tipping(view),
    variantTable(view),
    ...JUDGED_LISTS.map((list) => judgedTable(view, list)),
    alerts(view),
    headroom(view),
    guesses(view),
    `## Topology\n\n\`\`\`mermaid\n${graphMermaid({ title: result.scenario.title, nodes: result.topology.nodes, edges: result.topology.edges })}\`\`\``,
    `Reproduce: ${codeText(options.command)} · seed ${result.seed}, ${result.replications} replications, digest \`${result.digest}\``,
  ];
  return markdownDocument(parts);
}

/** Blocks with an empty line between them; empty ones are left out. */
export function markdownDocument(blocks: readonly string[]): string {
  return harmless(`${blocks.filter((block) => block !== '').join('\n\n')}\n`);
}

/** Escapes text so that Markdown and HTML do not interpret it. */
export function inlineText(text: string): string {
  return oneLine(text)
    .replace(/ +/g, ' ')
    .replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!)
    .replace(/[\\`*_[\]|~#]/g, (c) => `\\${c}`);
}

/** A text in a code span. */
export function codeText(text: string): string {
  return `\`${oneLine(text).replaceAll('`', "'")}\``;
}

/** The same of a sentence whose emphasised words are bold. */
export function inlineWords(words: Words): string {
  return words
    .map((word) => (typeof word === 'string' ? inlineText(word) : `**${inlineText(word.strong)}**`))
    .join('');
}

function chain(view: View): string {
  const steps = chainOf(view, view.worstVariant);
  if (steps.length < 2) return '';
  const name = view.result.variants.length > 1 ? [`**${inlineText(view.worstVariant.name)}**`] : [];
  const run = describedRun(view.worstVariant);
  const whose = [...name, ...(run === '' ? [] : [run])].join(', ');
  const of = whose === '' ? '' : `Events in ${whose}:\n\n`;
  return (
    of +
    steps
      .map(
        (s) =>
          `1. ${s.when}: **${inlineText(s.subject)}**${s.text === '' ? '' : `, ${inlineText(s.text)}`}`,
      )
      .join('\n')
  );
}

/** What the runs without each fault have shown, by variant. */
function causes({ result }: View, { act }: Answer): string {
  const explained = explainedOf(result.variants);
  if (explained.length === 0) return '';
  const lines = explained.map((one) => {
    const cheapest = cheapestWords(one.own, one.variant, plainWords(act ?? []));
    const text = `${causeSentence(one)}${cheapest === null ? '' : ` ${cheapest}`}`;
    return `- **${inlineText(one.variant.name)}**: ${inlineText(text)}`;
  });
  return `## Causes\n\n${lines.join('\n')}`;
}

/** What the monitoring would have said, by variant. */
function alerts({ result: { variants } }: View): string {
  const parts = variants.flatMap((variant) => {
    const words = alertsText(variant);
    if (words === null) return [];
    const whose = variants.length > 1 ? `**${inlineText(variant.name)}**: ` : '';
    const rows = alertRows(variant).map((row) => row.map(inlineText));
    return [`${whose}${inlineText(words)}`, markdownTable(ALERT_HEADS, rows)];
  });
  return parts.length === 0 ? '' : `## Alerts\n\n${parts.join('\n\n')}`;
}

/** How close each variant with a loop is to the point from which on it does not come back, and the maps. */
function tipping({ result }: View): string {
  const parts = result.variants.flatMap((variant) => {
    const words = tippingWords(variant);
    return words === null ? [] : [`- **${inlineText(variant.name)}**: ${inlineText(words)}`];
  });
  const maps = result.variants.flatMap(({ name, tipping: own }) =>
    own?.map === undefined ? [] : [tippingMap(name, { ...own, map: own.map })],
  );
  if (parts.length + maps.length === 0) return '';
  return ['## How close it was', parts.join('\n'), ...maps]
    .filter((one) => one !== '')
    .join('\n\n');
}

function tippingMap(name: string, own: Parameters<typeof mapRows>[0]): string {
  const { head, rows } = mapRows(own);
  return `Recovery map of **${inlineText(name)}**:\n\n${markdownTable(
    head.map(inlineText),
    rows.map((row) => row.map(inlineText)),
  )}\n\n${inlineText(END_NOTE)}`;
}

/** The component that saturates first, once for all variants with the same one. */
function headroom({ result: { variants } }: View): string {
  const groups = groupedBy(variants, (variant) => headroomLine(variant, false));
  if (groups.size === 0) return '';
  const whose = (own: readonly VariantResult[]): string =>
    own.length === variants.length ? '' : `${listed(own.map(({ name }) => name))}: `;
  const lines = [...groups].map(([words, own]) => `- ${inlineText(`${whose(own)}${words}`)}`);
  return `## Headroom\n\n${lines.join('\n')}`;
}

/** The values that are not measured. */
function guesses({ result: { scenario } }: View): string {
  const lines = (scenario.guesses ?? []).map((guess) => `- ${inlineText(guessText(guess))}`);
  return lines.length === 0 ? '' : `## Guesses\n\n${lines.join('\n')}`;
}

function variantTable(view: View): string {
  const columns = [
    ...outcomeColumns(view),
    ...latencyColumns(view, 'successLatency').slice(0, 3),
    latencyColumns(view, 'latency')[2]!,
  ];
  const { variants } = view.result;
  const heads = [
    'Variant',
    ...columns.map((column) => inlineText(`${column.head} ${column.of}`.trim())),
    'Character',
  ];
  const best = columns.map((column) => bestOf(view, column));
  const rows = variants.map((variant) => [
    inlineText(variant.name),
    ...columns.map((column, i) => {
      const text = inlineText(cellText(column, variant));
      const shown = best[i]!.has(variant.name) ? `**${text}**` : text;
      const beside = differenceText(view, column, variant);
      return beside === '' ? shown : `${shown}<br>${inlineText(beside)}`;
    }),
    characterOf(view, variant),
  ]);
  return `## ${variants.length > 1 ? 'Variants' : 'Figures'}\n\n${markdownTable(heads, rows)}${tableNote(view)}`;
}

/** The difference to the baseline with its interval, where the data show one, or are too few for one. */
function differenceText(view: View, column: Column, variant: VariantResult): string {
  if (view.result.variants.length === 1 || variant.name === view.baseline.name) return '';
  const { difference, interval, verdict, otherLoad } = differenceOf(view, column, variant);
  if (otherLoad === true || difference === null || verdict === 'same' || interval === null)
    return '';
  const { difference: text, half } = formatDifferenceWithin(difference, interval, column.unit);
  return `${text} ${half}${verdict === 'unknown' ? ' ?' : ''}`.trim();
}

/** The meaning of the second line of a cell, and the variants that are not ranked. */
function tableNote(view: View): string {
  const { replications, variants } = view.result;
  if (variants.length === 1) return '';
  const differences =
    replications > 1
      ? `Second line: paired difference to ${inlineText(referencesText(view))} with the interval that decides (95 %, adjusted for all variants by Holm’s method); ?: undecided. None: no difference beyond the margin.`
      : 'One replication: no intervals.';
  const otherLoad = otherLoadText(view);
  return `\n\n${differences}${otherLoad === null ? '' : ` ${inlineText(otherLoad)}`}`;
}

function judgedTable({ result: { variants, replications } }: View, list: JudgedList): string {
  const rows = rowsOf(list, variants);
  if (rows.length === 0) return '';
  const body = rows.map((row) => [
    `${codeText(row.text).replaceAll('|', '\\|')}${besideBudget(row.metric)}`,
    ...row.by.map(budgetText),
  ]);
  const held = variants.map((variant) => {
    const { held, of } = tallyOf(list, variant);
    return `${held} of ${of}`;
  });
  const heads = [list.column, ...variants.map((v) => inlineText(v.name))];
  const note = allOrNoneWords(
    rows.flatMap(({ by }) =>
      by.flatMap((one) => (one?.verdict === 'pass' ? [{ ...one, runs: replications }] : [])),
    ),
  );
  const table = markdownTable(heads, [...body, [list.met, ...held]]);
  return `## ${list.heading}\n\n${table}${note === '' ? '' : `\n\n${note}`}`;
}

function budgetText(budget: BudgetResult | null): string {
  if (budget === null) return '–';
  const value = inlineText(budgetFigure(budget));
  if (budget.applies === false) return `– ${value}`;
  if (isBroken(budget)) return `✕ **${value}**`;
  return `${budget.verdict === 'pass' ? '✓' : '?'} ${value}`;
}

/** A table whose first columns, `fixed` of them, are texts and aligned to the left. */
export function markdownTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  fixed = 1,
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(heads),
    line(heads.map((_, i) => (i < fixed ? ':--' : '--:'))),
    ...rows.map(line),
  ].join('\n');
}
