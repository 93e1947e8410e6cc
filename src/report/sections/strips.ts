import {
  backlogHeight,
  FAILING,
  mostWaiting,
  peakOf,
  peakWordsHeight,
  peakWordsPlace,
  stripChart,
  stripHeight,
} from '../charts/strip.js';
import { cellText, latencyColumns, outcomeColumns } from '../view/columns.js';
import type { Column } from '../view/column.js';
import { expectedCounts } from '../words/expected-words.js';
import type { Fold } from '../view/fold.js';
import { exactShare, formatCount, formatSeconds, formatShare } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { inlineStretched } from '../drawing/draw.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import { CHECKS, GOALS, rowsOf } from '../view/judged.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { stripOf, type Strip } from '../view/strips.js';
import {
  faultRows,
  gutterLabel,
  phoneAxis,
  pinned,
  timeAxis,
  timeBox,
} from '../charts/time-box.js';
import { faultMarks, heldBudgets, lookOf, viewOfVariant, type View } from '../view/view.js';
import { budgetMatrix, expectations } from './goals.js';
import { folded, framed, variantKey } from './parts.js';
import { rankingTable } from './ranking.js';

/** Figures of a variant beside its strip, in this order, as far as the result has them. */
const SHOWN: readonly string[] = ['success', 'worst', 'latency.p99', 'recovery', 'wasted', 'cost'];
/** Most figures about effects that no request shows. */
const UNSEEN = 2;

/** One row for each variant: what users see of it over the run, and its figures. The picture of the first screen. */
export function stripsSection({ all: view, drawn, note }: Fold): Markup {
  const { variants } = drawn.result;
  const strips = new Map(
    variants.map((variant) => [variant, stripOf(viewOfVariant(view, variant), variant)]),
  );
  const all = [...strips.values()];
  const most = mostWaiting(all);
  const columns = columnsOf(view);
  const hasGoals = variants.some((variant) => heldBudgets(variant).of > 0);
  const rows = variants.map((variant) =>
    row(view, variant, strips.get(variant)!, most, columns, hasGoals),
  );
  const { spans, moments } = faultMarks(view);
  const hasFaults = spans.length + moments.length > 0;
  const aim = view.result.report.slo?.success ?? null;
  const table = framed('scroll strips', 'Variants over the run', {
    open: markup`<table class="wide">`,
    caption: [
      `Curve: share of all requests that fail, log scale from ${formatShare(FAILING[0])} to 100 %`,
      ...(all.some(({ of }) => of === 'sagas')
        ? ['of sagas that break, where no request fails']
        : []),
      'amber area below it: extra calls in flight and queued work',
      ...(all.some(({ backlog }) => backlog !== null)
        ? ['at full height where nothing fails but work waits']
        : []),
      ...(hasFaults ? ['grey bands: the faults above'] : []),
      ...(all.some(({ twin }) => twin.length > 0) ? ['dotted curve: without the faults'] : []),
      ...(aim === null ? [] : [`dashed line: ${exactShare(1 - aim)} may fail by the SLO`]),
    ].join('; '),
    head: markup`<tr>
      <th scope="col">${variants.length > 1 ? 'Variant' : 'Run'}</th>
      <td class="sc">${faultRows(view)}${timeAxis(view)}</td>
      ${columns.map(({ head, of }) => markup`<th scope="col" class="r">${head}<small>${of}</small></th>`)}${hasGoals && markup`<th scope="col" class="r">Budgets<small>held</small></th>`}
    </tr>`,
    rows,
  });
  return markup`<section id="variants" aria-label="${variants.length > 1 ? 'Variants' : 'The run'}">
    ${table}${goalFolds(view, note)}
  </section>`;
}

/** Few figures: the success, the worst kind of request, effects that no request shows, then latency and recovery. */
function columnsOf(view: View): readonly Column[] {
  const outcome = outcomeColumns(view);
  const unseen = outcome
    .filter(({ key }) => key.startsWith('unseen.') || key === 'degraded')
    .slice(0, UNSEEN);
  const [, , p99] = latencyColumns(view, 'latency');
  const all = [...outcome, p99!];
  const known = SHOWN.flatMap((key) => all.find((column) => column.key === key) ?? []);
  return [...known.slice(0, 1), ...unseen, ...known.slice(1)];
}

function row(
  view: View,
  variant: VariantResult,
  strip: Strip,
  most: number,
  columns: readonly Column[],
  hasGoals: boolean,
): Markup {
  const { className } = lookOf(view, variant.name);
  const own = viewOfVariant(view, variant);
  const { held, of, broken } = heldBudgets(variant);
  const readings = [
    view.readings.add(strip.of === 'sagas' ? 'sagas break' : 'fail', 'share', strip.fails),
    view.readings.add('wait', 'number', strip.waiting),
    ...(strip.twin.length > 0 ? [view.readings.add('without faults', 'share', strip.twin)] : []),
  ];
  const name =
    view.result.variants.length > 1
      ? markup`<label for="pv-${className}">${variantKey(view, variant)}</label>`
      : 'all requests';
  return markup`<tr class="${className}">
    <th scope="row">${name}</th>
    <td class="sc">
      <div class="fc strip gut">
        ${timeBox([inlineStretched(stripChart(own, variant, strip, most)), peakLabel(strip, most, variant)], readings)}
        ${strip.backlog === null ? [gutterLabel(stripHeight(1) + 4, '100 %'), gutterLabel(stripHeight(0.01), '1 %'), gutterLabel(stripHeight(0), '0')] : gutterLabel(92, '0')}
      </div>
      ${phoneAxis(view)}
    </td>
    ${columns.map((column) => cell(column, variant))}${hasGoals && markup`<td data-of="Budgets">${of === 0 ? '–' : markup`<span class="${broken > 0 ? 'fail' : held === of ? 'pass' : 'open'}">${held}/${of}</span>`}</td>`}
  </tr>`;
}

/** The value of the peak, beside the curve: of the share that fails, or of the backlog that the row is about. */
function peakLabel(
  { of, fails, waiting, backlog }: Strip,
  most: number,
  { timeline }: VariantResult,
): Part {
  const values = backlog === null ? fails : waiting;
  const peak = peakOf(values);
  if (peak === null || peak.value === 0) return false;
  const height = backlog === null ? undefined : backlogHeight(most);
  const words =
    backlog === null
      ? `${formatShare(peak.value)}${of === 'sagas' ? ' of sagas' : ''}`
      : `${formatCount(backlog.most)} wait, oldest ${formatSeconds(backlog.oldest)}`;
  const place = peakWordsPlace(values, peak.index, words, height);
  const [at, share] = [place.index * timeline.step, place.index / values.length];
  return pinned(at, share, peakWordsHeight(peak.value, height), words, place.isLeft);
}

function cell(column: Column, variant: VariantResult): Markup {
  const text = cellText(column, variant);
  const about = column.about?.(variant) ?? null;
  return markup`<td data-of="${column.head}">${text === 'never' ? markup`<b class="worse">never</b>` : text}${about !== null && markup`<small>${about}</small>`}</td>`;
}

/** The budgets by variant, the checks of known behaviour, and what a hypothesis expects: a line each. */
function goalFolds(view: View, note: string | null): Part {
  const { hypothesis, variants } = view.result;
  const goals = rowsOf(GOALS, variants);
  const { held, of } = expectedCounts(view.result);
  return [
    note !== null && rankingTable(view, note),
    goals.length > 0 &&
      note === null &&
      folded(
        budgetMatrix(view, GOALS),
        `${plural(goals.length, 'budget')}${variants.length > 1 ? ', variant by variant' : ''}`,
      ),
    of > 0 &&
      folded(budgetMatrix(view, CHECKS), `${held} of ${plural(of, 'expected behaviour')} seen`),
    hypothesis !== null &&
      folded(
        expectations(view, note !== null),
        `Hypothesis ${hypothesis.verdict}: ${plural(hypothesis.expectations.length, 'condition')}`,
      ),
  ];
}
