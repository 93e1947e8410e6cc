import type { VariantResult } from '../contracts/result/result.js';
import type { Column } from './column.js';
import { cellText, neverCount } from './columns.js';
import { unseenColumns } from './columns-unseen.js';
import type { Words } from './emphasis.js';
import { haveSameLoad } from './reference.js';
import { settingsTexts } from './settings.js';
import type { View } from './view.js';

/** Effects that no request shows, by their columns, in the order in which a report names them. */
const EFFECTS: readonly {
  readonly key: string;
  readonly none: string;
  readonly words: (text: string) => string;
}[] = [
  { key: 'sagas', none: 'no saga breaks', words: (text) => `${text} of sagas break` },
  { key: 'lost', none: 'no message is lost', words: (text) => `messages lost: ${text}` },
  {
    key: 'drain',
    none: 'there is no backlog',
    words: (text) => `the backlog is gone after ${text}`,
  },
  { key: 'backlog', none: 'nothing waits', words: (text) => `at most ${text} wait` },
  { key: 'twice', none: 'no effect happens again', words: (text) => `repeated effects: ${text}` },
  { key: 'stale', none: 'no read is stale', words: (text) => `${text} of reads are stale` },
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
  for (const { key, none, words } of EFFECTS) {
    const column = columns.find((one) => one.key === `unseen.${key}`);
    if (column === undefined || !isHalved(column, worstVariant, baseline)) continue;
    const isNone = (column.pick(baseline).value ?? 0) === 0;
    const effect = isNone ? none : words(cellText(column, baseline));
    const base = { strong: baseline.name };
    return ['What differs from ', base, ` (proved): ${settings}; in `, base, ` ${effect}`];
  }
  return null;
}

function isHalved(column: Column, from: VariantResult, to: VariantResult): boolean {
  const [before, after] = [from, to].map((variant) =>
    neverCount(column, variant) > 0 ? Infinity : (column.pick(variant).value ?? 0),
  );
  return before! > 0 && after! < Infinity && after! * 2 <= before!;
}
