import { formatCount } from '../../text/figures.js';
import { oneRunWords } from '../../spec/result/one-run.js';
import { capitalised, plural } from '../../text/words.js';
import type { Words } from '../emphasis.js';
import { markup, type Markup } from '../html-escape.js';
import { unfinishedLines } from '../incomplete.js';
import { populationOf } from '../budget-words.js';
import { CHECKS, GOALS, rowsOf, tallyOf, type JudgedList } from '../judged.js';
import { lookOf, type View } from '../view.js';
import { describedRun } from '../character.js';
import { chainOf, type ChainStep } from '../chain.js';
import { badgeOf, verdictWords } from '../words.js';
import type { Fold } from '../fold.js';
import { breakable, budgetCell } from './budget-cells.js';
import { framed, variantKey } from './parts.js';
import { rankingTable } from './ranking.js';

/** Badge, sentence, chain, budgets by variant, and expectations; with many variants, their ranking. */
export function verdictSection({ all: view, note }: Fold): Markup {
  const { hypothesis, variants } = view.result;
  const badge = badgeOf(view);
  const words = verdictWords(view);
  const oneRun = oneRunWords(view.result);
  const chain = chainOf(view, view.worstVariant);
  const run = describedRun(view.worstVariant);
  const name = variants.length > 1 && markup`<b>${view.worstVariant.name}</b>`;
  const of =
    (name || run !== '') &&
    markup`<p class="kick chain-of">Events in ${name}${name && run !== '' && ', '}${run}</p>`;
  return markup`<section id="verdict" class="verdict" aria-label="Verdict">
    ${
      hypothesis !== null &&
      markup`<p class="kick">Hypothesis</p>
        <p class="lead">${hypothesis.statement}</p>`
    }
    <p class="say">
      ${badge !== null && markup`<span class="badge ${badge.tone}">${badge.text}</span>`}${emphasised(words)}
    </p>
    ${oneRun !== null && markup`<p class="kick">${capitalised(oneRun)}.</p>`}
    ${unfinishedList(view)}${
      chain.length > 1 &&
      markup`${of}
        <ol class="chain" aria-label="Events in ${view.worstVariant.name}">
          ${chain.map(step)}
        </ol>`
    }${hypothesis !== null && expectations(view, note !== null)}${note === null ? judgedTable(view, GOALS) : rankingTable(view, note)}${judgedTable(view, CHECKS)}
  </section>`;
}

/** Variants with missing runs: the number that finished, and what stopped the next one. */
function unfinishedList({ result }: View): Markup | null {
  const lines = unfinishedLines(result);
  if (lines.length === 0) return null;
  const list = (some: typeof lines): Markup =>
    markup`<ul class="warn" aria-label="Unfinished variants">
    ${some.map(({ variant, text }) => markup`<li><b>${variant}</b>: ${text}</li>`)}
  </ul>`;
  const more = lines.slice(UNFINISHED);
  if (more.length === 0) return list(lines);
  return markup`${list(lines.slice(0, UNFINISHED))}
    <details>
      <summary>${formatCount(more.length)} more did not finish</summary>
      ${list(more)}
    </details>`;
}

/** Most unfinished variants that are listed; the others are collapsed. */
const UNFINISHED = 10;

/** Words with their strong parts as markup. */
export function emphasised(words: Words): Markup[] {
  return words.map((word) =>
    typeof word === 'string' ? markup`${word}` : markup`<b>${word.strong}</b>`,
  );
}

function step(each: ChainStep): Markup {
  const subject = markup`<b>${each.subject}</b>`;
  return markup`<li class="${each.tone}">
    <time>${each.when}</time>${subject}${each.text !== '' && markup`; ${each.text}`}
  </li>`;
}

/** One list by variant: its entries and how many are met. */
function judgedTable(view: View, list: JudgedList): Markup | null {
  const rows = rowsOf(list, view.result.variants);
  if (rows.length === 0) return null;
  const { variants, replications } = view.result;
  const heads = variants.map(
    (variant) =>
      markup`<th scope="col" class="${lookOf(view, variant.name).className}">
        ${variantKey(view, variant)}
      </th>`,
  );
  const body = rows.map(
    (row) =>
      markup`<tr>
        <th scope="row">
          ${breakable(row.text)}${row.name !== null && markup`<small>${row.name}</small>`}${populationNote(row.metric)}${row.by.some((b) => b?.severity === 'warning') && markup`<small>warning only</small>`}
        </th>
        ${row.by.map((budget) => markup`<td>${budgetCell(budget, list)}</td>`)}
      </tr>`,
  );
  const held = variants.map((variant) => {
    const { held, of } = tallyOf(list, variant);
    return markup`<td>${of === 0 ? '–' : `${held} of ${of}${held === of && variants.length < 6 ? ' · pass' : ''}`}</td>`;
  });
  const table = framed('scroll stick', `${list.heading} by variant`, {
    open: markup`<table class="budget wide">`,
    caption: `${list.heading}, pooled over ${plural(replications, 'replication')}`,
    head: markup`<tr>
      <th scope="col">${list.column}</th>
      ${heads}
    </tr>`,
    rows: body,
    foot: markup` <tfoot>
      <tr>
        <th scope="row">${list.met}</th>
        ${held}
      </tr>
    </tfoot>`,
  });
  return markup`<div class="budgets">
    ${table}
  </div>`;
}

function populationNote(metric: string): Markup | null {
  const population = populationOf(metric);
  return population === null ? null : markup`<small>${population}</small>`;
}

/** On a folded page the expectations that are not met come first. */
function expectations(view: View, folded: boolean): Markup {
  const { expectations: all } = view.result.hypothesis!;
  const listed = folded ? [...all].sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict]) : all;
  const rows = listed.map(
    (each) =>
      markup`<tr>
        <th scope="row">${breakable(each.name ?? each.text)}${each.text.includes(' in ') ? null : markup`<small>in ${each.variant}</small>`}</th>
        <td>${budgetCell(each)}</td>
      </tr>`,
  );
  return markup`<div class="scroll expected${folded && ' long'}" tabindex="0" role="region" aria-label="Expectations">
    <table class="budget">
      <caption>
        What the hypothesis expects
      </caption>
      <thead>
        <tr>
          <th scope="col">Expectation</th>
          <th scope="col">Measured</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

const ORDER = { fail: 0, inconclusive: 1, pass: 2 } as const;
