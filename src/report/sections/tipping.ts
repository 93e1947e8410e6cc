import type { VariantResult } from '../../contracts/result/result.js';
import type { RecoveryMap, Tipping } from '../../contracts/result/tipping.js';
import { formatNumber, formatSeconds, formatShare } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { markup, type Markup } from '../base/html-escape.js';
import { rowsBox } from '../charts/time-box.js';
import { mapDrawing, mapRows, ROW, TOP } from '../tipping/map.js';
import { END_NOTE, tippingCommands, tippingWords } from '../tipping/words.js';
import { lookOf, type View } from '../view/view.js';
import { caption, dataTable, insideSection, picture, scrolled, type Table } from './parts.js';

/** How close a variant with a loop is to the point from which on it does not come back; null without one. */
export function tippingSection(view: View, command: string): Markup | null {
  if (view.result.variants.every(({ tipping }) => tipping === undefined)) return null;
  return insideSection(view, 'tipping', 'How close', (variant) => {
    const { tipping } = variant;
    if (tipping === undefined) return null;
    return { title: titleOf(tipping), body: bodyOf(view, variant, tipping, command) };
  });
}

function titleOf({ isBack }: Tipping): string {
  return isBack ? 'How far it is from staying down' : 'How far it is from coming back';
}

function bodyOf(view: View, variant: VariantResult, tipping: Tipping, command: string): Markup {
  const words = tippingWords(variant);
  const commands = tippingCommands(variant, command);
  return markup`${words !== null && markup`<p>${words}</p>`}${
    commands.length > 0 &&
    markup`<p class="meta after">See it stay down:</p>
      <pre class="diff" data-copy tabindex="0">${commands.join('\n')}</pre>`
  }${tipping.map !== undefined && mapMarkup(view, variant, { ...tipping, map: tipping.map })}${commands.length === 0 && tipping.map === undefined && scrolled(endsTable(tipping), 'Ends that were tried')}
    <p class="meta after">${methodWords(tipping)}</p>`;
}

/** How far the fault and the load were raised, where it comes back all the way. */
function endsTable({ length, load }: Tipping): Table {
  const times = (value: number | null): string =>
    value === null ? '–' : `${formatNumber(value)}x`;
  const seconds = (value: number | null): string => (value === null ? '–' : formatSeconds(value));
  return {
    caption: 'Where it still comes back, and where it does not',
    head: ['Raised', 'Now', 'Comes back at', 'Stays down at'],
    rows: [
      ...(length === null
        ? []
        : [
            [
              `length of ${length.fault}`,
              seconds(length.now),
              seconds(length.back),
              seconds(length.stays),
            ],
          ]),
      ...(load === null ? [] : [['load', '1x', times(load.back), times(load.stays)]]),
    ],
  };
}

function mapMarkup(
  view: View,
  { name }: VariantResult,
  tipping: Tipping & { readonly map: RecoveryMap },
): Markup {
  const id = `tipping-${lookOf(view, name).className}`;
  const { head, rows } = mapRows(tipping);
  return markup`<figure>${picture(id, mapDrawing(name, tipping, 620), mapDrawing(name, tipping, 358), (svg, drawing) => rowsBox(svg, drawing, { top: TOP, row: ROW, count: rows.length }))}</figure>
    ${caption(`Columns: how long ${tipping.map.fault} lasts; rows: multiples of the load; outlined: now. ${END_NOTE}.`)}
    ${dataTable({ caption: 'Recovery by fault length and load', head, rows })}`;
}

function methodWords({ runs, replications, resolution, isCut }: Tipping): string {
  const each = replications === 1 ? 'the first run' : `the first ${replications} runs`;
  const close =
    isCut === true
      ? 'No runs were left to bring the two ends closer; --explain makes them.'
      : `The two ends are ${formatShare(resolution)} apart at most.`;
  return `Found by halving, with the random numbers of ${each}, in ${plural(runs, 'run')}. ${close} It comes back if users are served as before at the end of the run.`;
}
