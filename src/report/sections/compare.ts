import type { VariantResult } from '../../contracts/result/result.js';
import { cellText, latencyColumns, neverCount, outcomeColumns } from '../view/columns.js';
import { bestOf } from '../view/best.js';
import type { Column } from '../view/column.js';
import { differenceOf } from '../view/difference.js';
import { lostShare } from '../charts/latency-shares.js';
import { otherLoadText, pairingText } from '../words/other-load.js';
import { loadGroups, referencesText, referenceOf, withLoadOf } from '../view/reference.js';
import { characterOf } from '../words/character.js';
import { compareFinding } from '../words/findings-compare.js';
import { sameWords } from '../words/same-words.js';
import { formatDifferenceWithin } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import { lookOf, type View } from '../view/view.js';
import { folded, framed, section, variantKey } from './parts.js';

/**
 * The variants side by side: results for users, then latency, of successful responses and of all separately. `long`
 * tables scroll under their heads.
 */
export function compareSection(view: View, long: boolean): Markup {
  const { replications, variants } = view.result;
  const paired =
    variants.length > 1
      ? `${plural(replications, 'replication')}, ${pairingText(view)}. Second line: paired difference to ${referencesText(view)}${replications > 1 ? ' with the interval that decides, 95 % for all variants together' : ''}; grey where the runs do not decide, “no difference” where it is within the margin, which is a tenth of the rarer of successes and failures for shares, 1 % for other figures. Bold: the best figure${loadGroups(view).length > 1 ? ' for the same load' : ''}, unless another variant beats this one in success or goodput. `
      : '';
  const otherLoad = otherLoadText(view);
  const columns = outcomeColumns(view);
  const alike = alikeColumns(view, columns);
  const shown = columns.filter((column) => !alike.includes(column));
  const figures = alike.filter((column) => cellText(column, variants[0]!) !== '–');
  const notes = shown.flatMap((column) => column.note ?? []).join(' ');
  const answered = latencyColumns(view, 'successLatency');
  const lossy = view.result.variants.some((variant) => lostShare(view, variant) > 0);
  const all = lossy ? latencyColumns(view, 'latency') : [];
  const groups = [
    { text: 'Successes', span: answered.length },
    { text: 'All finished requests, failures included', span: all.length },
  ];
  return section(
    'compare',
    variants.length > 1 ? 'Variants compared' : 'Figures',
    compareFinding(view),
    [
      markup`<p class="meta">
        ${paired}${otherLoad !== null && `${otherLoad} `}${notes}
      </p>`,
      table(view, 'cmp', 'Service to users and its cost', shown, { long, groups: null }),
      figures.length > 0 &&
        markup`<p class="meta after">
          The same in every variant: ${figures.map((column) => `${column.head.toLowerCase()} ${column.of} ${cellText(column, variants[0]!)}`).join(', ')}.
        </p>`,
      folded(
        [
          markup`<p class="meta">
          ${
            lossy
              ? 'On the left the requests that succeeded, on the right all that finished, failures included. Failures that come fast make the right side look quick.'
              : 'From arrival to answer; no request failed.'
          }
        </p>`,
          table(view, 'lat', 'Latency quantiles', [...answered, ...all], {
            long,
            groups: lossy ? groups : null,
          }),
        ],
        'Latency quantiles',
      ),
    ],
  );
}

/** Most columns that fit. */
const ROOM = 9;

/**
 * In a table with too many columns: those in which all variants have the same text. The first column is always shown.
 */
function alikeColumns(view: View, columns: readonly Column[]): readonly Column[] {
  const { variants } = view.result;
  const unseen = columns.some((column) => column.key.startsWith('unseen.'));
  if (variants.length < 2 || (columns.length <= ROOM && !unseen)) return [];
  return columns
    .slice(1)
    .filter((column) => new Set(variants.map((variant) => cellText(column, variant))).size === 1);
}

function table(
  view: View,
  id: string,
  name: string,
  columns: readonly Column[],
  {
    long,
    groups,
  }: {
    readonly long: boolean;
    readonly groups: readonly { readonly text: string; readonly span: number }[] | null;
  },
): Markup {
  const { variants } = view.result;
  const best = columns.map((column) => bestOf(view, column));
  const starts = new Set<number>();
  groups?.reduce((at, group) => (starts.add(at), at + group.span), 0);
  const edge = (i: number): Part => (starts.has(i) && i > 0 ? 'r start' : 'r');
  const rows = variants.map((variant) => {
    const cells = columns.map((column, i) =>
      cell(view, column, variant, best[i]!.has(variant.name), edge(i)),
    );
    return markup`<tr>
      ${rowHead(view, variant)}${cells}
    </tr>`;
  });
  const group =
    groups !== null &&
    markup`<tr class="groups">
      <td></td>
      ${groups.map((g, i) => markup`<th scope="colgroup" colspan="${g.span}" class="${i > 0 ? 'start' : ''}">${g.text}</th>`)}
    </tr>`;
  const heads = columns.map(
    (column, i) =>
      markup`<th scope="col" class="${edge(i)}">
        <button class="sort" type="button">${column.head}</button><small>${column.of}</small>
      </th>`,
  );
  return framed(long ? 'scroll stick cmp long' : 'scroll stick cmp', name, {
    open: markup`<table class="wide sortable" id="${id}">`,
    caption: name,
    isHidden: true,
    head: markup`${group}
      <tr>
        <th scope="col">Variant</th>
        ${heads}
      </tr>`,
    rows,
  });
}

/** The variant, its character, and the one that it is compared with if that is not the baseline. */
function rowHead(view: View, variant: VariantResult): Markup {
  const { className } = lookOf(view, variant.name);
  const reference = referenceOf(view, variant);
  const beside =
    reference !== view.baseline &&
    reference !== variant &&
    markup`<small>compared with ${reference.name}</small>`;
  return markup`<th scope="row" class="${className}">
    ${variantKey(view, variant)}<small>${characterOf(view, variant)}</small>${beside}
  </th>`;
}

function cell(
  view: View,
  column: Column,
  variant: VariantResult,
  best: boolean,
  className: Part,
): Markup {
  const { value } = column.pick(variant);
  const text = cellText(column, variant);
  const shown = best
    ? markup`<b>${text}</b>`
    : text === column.missing?.(variant)
      ? markup`<b class="worse">${text}</b>`
      : text;
  const sortable = value ?? (text === column.missing?.(variant) ? 1e300 : '');
  return markup`<td class="${className}" data-v="${sortable}">
    ${shown}${view.result.variants.length > 1 && markup`<small>${second(view, column, variant)}</small>`}
  </td>`;
}

/** The second line: baseline, the paired difference, or that there is none. */
function second(view: View, column: Column, variant: VariantResult): Part {
  const never = neverCount(column, variant);
  if (never > 0) return `in ${never} of ${view.result.replications}`;
  if (variant.name === view.baseline.name) return 'baseline';
  const found = differenceOf(view, column, variant);
  const { difference, interval, verdict, otherLoad } = found;
  if (otherLoad === true)
    return withLoadOf(view, variant).length > 1 ? 'first with its load' : 'other load';
  if (difference === null) {
    if (verdict === 'better' || verdict === 'worse')
      return markup`<span class="${verdict}">${verdict}</span>`;
    return 'not comparable';
  }
  if (verdict === 'same') return sameWords(found, column.unit, view.result.replications);
  const text = formatDifferenceWithin(difference, interval, column.unit);
  if (verdict === 'unknown') return `${text.difference} ${text.half}`.trim();
  return markup`<span class="${verdict}">${text.difference}</span> ${text.half}`;
}
