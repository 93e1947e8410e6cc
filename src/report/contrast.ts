import type { VariantResult } from '../contracts/result/result.js';
import type { Column } from './column.js';
import { cellText, neverCount } from './columns.js';
import { unseenColumns } from './columns-unseen.js';
import type { Words } from './emphasis.js';
import { NO_BACKLOG } from './family-parts.js';
import { haveSameLoad } from './reference.js';
import { settingsTexts } from './settings.js';
import type { View } from './view.js';

/** Effects that no request shows, by their columns, in the order in which a report names them. */
const EFFECTS: readonly (readonly [key: string, words: (text: string) => string])[] = [
  ['sagas', (text) => `${text} of sagas break`],
  ['lost', (text) => `${text} messages are lost`],
  [
    'drain',
    (text) => (text === NO_BACKLOG ? 'is no backlog' : `the backlog is gone after ${text}`),
  ],
  ['backlog', (text) => `${text} wait at most`],
  ['twice', (text) => `${text} effects happen again`],
  ['stale', (text) => `${text} of reads are stale`],
];
/** Most settings that are named. */
const MOST = 3;

/**
 * The settings that make the variant that the report is about of the baseline, where the baseline has at most half of an
 * effect that no request shows: its runs have the same random numbers, so they prove it. null in other cases.
 */
export function contrastWords(view: View): Words | null {
  const { worstVariant, baseline } = view;
  const { changes = [] } = worstVariant;
  const isOther = changes.some(({ isQuestion }) => isQuestion) || worstVariant === baseline;
  const [settings] = settingsTexts(changes, MOST);
  if (isOther || settings === undefined || !haveSameLoad(view, worstVariant, baseline)) return null;
  const columns = unseenColumns(view);
  for (const [key, words] of EFFECTS) {
    const column = columns.find((one) => one.key === `unseen.${key}`);
    if (column === undefined || !isHalved(column, worstVariant, baseline)) continue;
    const effect = words(cellText(column, baseline));
    return [`${settings} (proved); in `, { strong: baseline.name }, ` ${effect}`];
  }
  return null;
}

function isHalved(column: Column, from: VariantResult, to: VariantResult): boolean {
  const [before, after] = [from, to].map((variant) =>
    neverCount(column, variant) > 0 ? Infinity : (column.pick(variant).value ?? 0),
  );
  return before! > 0 && after! < Infinity && after! * 2 <= before!;
}
