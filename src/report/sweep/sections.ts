import { formatSeconds, formatShare } from '../../text/figures.js';
import { FAILING } from '../charts/strip.js';
import { plural } from '../../text/words.js';
import { listed } from '../base/format.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import { caption, definitions, framed, picture, section } from '../sections/parts.js';
import { breakable } from '../sections/budget-cells.js';
import { answerMarkup } from '../sections/verdict.js';
import { metricFinding, metricSentences } from './best.js';
import { hasBudgets, type SweepView } from './cases.js';
import type { SweepChart } from './charts.js';
import { showsLoss } from './charts/lines.js';
import { BAND_FROM } from './charts/xy.js';
import { edgeParts } from './limits.js';
import {
  askedText,
  budgetCounts,
  settingsHeld,
  sweepBadge,
  type BudgetCount,
  sweepVerdict,
} from './words.js';
import { plainWords, type Words } from '../base/emphasis.js';
import { giveWords } from './gives.js';

/** Widths of a picture on a wide page and on a phone. Unit: px. */
const WIDE = 984;
const PHONE = 358;

/** Badge and sentences, then how many settings hold each budget. */
export function sweepVerdictSection(view: SweepView): Markup {
  const { sweep } = view.result;
  const badge = sweepBadge(view);
  const { what, why, also } = sweepAnswer(view);
  const sentences = [...also, ...metricSentences(view)];
  const [first = ['Nothing was asked.'], ...others] =
    what === null ? sentences : [what, ...sentences];
  const answers = [
    { name: 'What', words: first },
    ...(why === null ? [] : [{ name: 'Why', words: why }]),
  ];
  const asked =
    sweep.kind === 'bisect' &&
    markup`<p class="kick">How far this holds</p>
      <p class="lead">${sweep.expect === null ? 'all budgets' : markup`<code>${sweep.expect}</code>`}</p>`;
  return markup`<section id="verdict" class="verdict" aria-label="Verdict">
    ${asked}
    ${answerMarkup(badge, answers, others)}${budgetTable(view)}
  </section>`;
}

/** The question of the sweep, for the line under the title. */
export function sweepIntroduction(view: SweepView): string {
  const { name } = view.result.sweep;
  return `${name === OF_COMMAND ? '' : `Sweep ${name}. `}${askedText(view)}`;
}

/** The name of a sweep whose values are those of the command. */
const OF_COMMAND = 'set';

/** A picture with its finding above it; `id` is unique on the page. */
export function chartSection(view: SweepView, chart: SweepChart, id: string): Markup {
  const wide = chart.draw(WIDE);
  const phone = chart.draw(PHONE);
  return section(id, chartName(view, chart), findingOf(view, chart), [
    markup`<figure>${picture(`${id}-p`, wide, phone)}</figure>`,
    caption(captionText(view, chart)),
  ]);
}

/** The name of a picture in the table of contents. */
export function chartName({ result }: SweepView, { of }: SweepChart): string {
  if (of === 'verdicts') return 'Map of verdicts';
  return of === 'expect' ? (result.sweep.expect ?? 'Expectation') : result.metrics[of]!.text;
}

/** Budgets that could not be judged; null if there are none. */
export function leftOutSection({ result }: SweepView): Markup | null {
  if (result.leftOut.length === 0) return null;
  return section(
    'left-out',
    'Budgets left out',
    `${plural(result.leftOut.length, 'budget')} could not be judged`,
    markup`<p class="meta">They speak of a variant that is not part of the sweep.</p>
      <ul class="warn">
        ${result.leftOut.map((text) => markup`<li><code>${text}</code></li>`)}
      </ul>`,
  );
}

/** How the numbers were computed, and how to reproduce them. */
export function sweepMethodSection(view: SweepView, command: string): Markup {
  const { result } = view;
  const { run, sweep } = result;
  const rows: (readonly [string, string])[] = [
    ['Settings', askedText(view)],
    [
      'Runs',
      `Each with ${formatSeconds(run.warmup)} warm-up thrown away and ${formatSeconds(run.duration)} measured; seed ${result.seed} at every setting`,
    ],
    ['Intervals', intervalText(result.replications)],
  ];
  if (hasBudgets(result))
    rows.push([
      'Budgets',
      'Judged at each setting over all its runs. A setting holds all budgets where every one of them passes; warnings do not count; undecided is where an interval reaches over a limit',
    ]);
  if (sweep.kind === 'bisect')
    rows.push([
      'Search',
      'The ends of the range are tried first; where they differ, the middle of what is left, until both sides are close. That there is but one end between them is assumed',
    ]);
  rows.push([
    'Words',
    'never: a run does not recover before its end; no samples: nothing was there to be measured; stopped: runs that reached a limit of the simulator, whose figures are thrown away',
  ]);
  return section('method', 'Method', 'How these numbers were made', [
    definitions(rows),
    markup`<h3 class="gap">Reproduce</h3>
      <pre>${command}</pre>
      <p class="meta">
        Same file, same seed, same version: the same figures. Scenario
        ${result.scenario.sha256.slice(0, 16)}, faultline ${result.engine.version}.
      </p>`,
  ]);
}

function intervalText(replications: number): string {
  return replications > 1
    ? '95 %, over the replications of a setting. Two settings are compared by the differences of their runs, which use the same random numbers, not by whether these intervals overlap'
    : 'Of one replication, from its steps, where a figure has them. More of them show how far the figures vary';
}

function findingOf(view: SweepView, { of }: SweepChart): string {
  if (of === 'verdicts') {
    const all = view.result.cases.length;
    const [first, ...others] = view.result.variants;
    if (first === undefined || others.length === 0)
      return `All budgets hold at ${settingsHeld(view, null)} of ${plural(all, 'setting')}`;
    const rest = others.map((name) => `${settingsHeld(view, name)} with ${name}`);
    return `All budgets hold at ${listed([`${settingsHeld(view, first)} of ${plural(all, 'setting')} with ${first}`, ...rest])}`;
  }
  if (of !== 'expect') return metricFinding(view, of);
  const { edges } = view.result;
  const [edge] = edges;
  if (edges.length === 1) {
    const { whose, what } = edgeParts(view, edge!);
    return `${whose} ${what}`.replace(/\.$/, '');
  }
  const found = edges.filter(({ outcome }) => outcome === 'found').length;
  return `A limit in this range for ${found} of ${plural(edges.length, 'variant')}`;
}

function captionText(view: SweepView, { of }: SweepChart): string {
  const { result, shape } = view;
  if (of === 'verdicts')
    return 'In each cell: budgets that hold, of those that are judged. Every cell is one setting.';
  if (shape === 'map' || shape === 'maps')
    return 'One colour scale for all maps of this metric. The table of settings shows the interval of each figure.';
  const interval =
    result.replications > 1
      ? whiskerText(view)
      : 'One run each: intervals are those of its steps. ';
  const crossed =
    of === 'expect'
      ? 'Cross: it fails; empty mark: undecided. '
      : hasBudgets(result)
        ? 'Cross: a budget fails there; empty mark: undecided. '
        : '';
  const shaded =
    result.sweep.kind === 'bisect' && result.edges.some(({ outcome }) => outcome === 'found')
      ? 'Shaded: between the last value at which it holds and the first at which it breaks. Lines only join what was tried. '
      : '';
  const loss =
    shape !== 'words' && showsLoss(view, of)
      ? `Share of requests that fail, log scale from ${formatShare(FAILING[0])} to 100 %. `
      : '';
  const dots = shape === 'scatter' ? 'Every mark is one setting; the other axes differ too. ' : '';
  return `${loss}${dots}${interval}${crossed}${shaded}`.trim();
}

function whiskerText({ shape, result }: SweepView): string {
  if (shape === 'scatter') return '';
  const isBand = shape === 'line' && result.cases.length >= BAND_FROM;
  return `${isBand ? 'Bands' : 'Whiskers'}: 95 % interval. `;
}

function budgetTable(view: SweepView): Markup | null {
  const { budgets, variants } = view.result;
  if (budgets.length === 0 || view.result.cases.length === 0) return null;
  const heads = variants.map((name) => markup`<th scope="col">${name}</th>`);
  const rows = budgets.map(
    (budget, i) =>
      markup`<tr>
        <th scope="row">
          ${i + 1}. ${breakable(budget.text)}${budget.name !== null && markup`<small>${budget.name}</small>`}${budget.severity === 'warning' && markup`<small>warning only</small>`}
        </th>
        ${variants.map((name) => markup`<td>${countCell(budgetCounts(view, i, name))}</td>`)}
      </tr>`,
  );
  const table = framed('scroll stick', 'Budgets by variant', {
    open: markup`<table class="budget">`,
    caption: 'At how many settings each budget holds',
    head: markup`<tr>
      <th scope="col">Budget</th>
      ${heads}
    </tr>`,
    rows,
  });
  return markup`<div class="budgets">
    ${table}
  </div>`;
}

function countCell(count: BudgetCount | null): Part {
  if (count === null) return markup`<span class="none">–</span>`;
  const { held, failed, of } = count;
  const open = of - held - failed;
  const name = held === of ? 'pass' : held === 0 && failed > 0 ? 'fail' : 'part';
  const text = `${held} of ${of}`;
  return markup`<span class="${name}">${text}</span>${open > 0 && markup`<small>${open} undecided</small>`}`;
}

/** The same as the answers of a page: what holds up to where, the component that gives in first, and the rest. */
function sweepAnswer(view: SweepView): {
  readonly what: Words | null;
  readonly why: Words | null;
  readonly also: readonly Words[];
} {
  const { edges } = view.result;
  const [edge] = edges;
  if (edge === undefined) {
    const gives = giveWords(view);
    const [what = null, ...others] = sweepVerdict(view);
    const [why = null] = gives;
    const isWhy = (words: Words): boolean => why !== null && plainWords(words) === plainWords(why);
    return { what, why, also: others.filter((words) => !isWhy(words)) };
  }
  const { whose, what, gives, measured } = edgeParts(view, edge);
  const others = sweepVerdict(view).slice(1);
  return {
    what: [`${whose} ${what}`],
    why: gives === '' ? null : [gives.trim()],
    also: [...(measured === '' ? [] : [[measured.trim()]]), ...others],
  };
}
