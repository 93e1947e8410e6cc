import type { VariantResult } from '../../contracts/result/result.js';
import { plural } from '../../text/words.js';
import { joined, MOST, sizeOf } from './answer-room.js';
import { lossesOf } from '../view/effects.js';
import { type Words } from '../base/emphasis.js';
import { replacedBy } from '../view/reference.js';
import { settingsLineText, settingsTexts, type Settings } from '../view/settings.js';
import { gainLine, NO_PRICE, priceLine, type Price } from './price.js';
import { type View } from '../view/view.js';

/** What to do, the variant that it names without its settings, its price and its gain; null and empty without them. */
export interface Advice {
  readonly words: Words | null;
  readonly bare: { readonly variant: VariantResult; readonly changes: Settings } | null;
  readonly price: Price;
  /** How much more succeeds with it, and how sure that is. */
  readonly gain: Words;
}

/** Most paths of settings in a sentence. */
const FEW = 3;

/** An advice with its settings and their values; where it has room for their paths only, a line below has the values. */
export function advice(
  view: View,
  head: Words,
  of: {
    readonly variant: VariantResult;
    readonly changes: Settings;
    readonly which: Which;
  },
  rest: readonly Words[] = [],
): Advice {
  const { values, paths } = settingsTexts(of.changes);
  const settings = [values, of.changes.length > FEW ? '' : paths]
    .filter((text) => text !== '')
    .map(of.which)
    .find((text) => sizeOf([...head, text]) <= MOST);
  const parts = [
    [settings ?? listedBelow(of.changes)],
    ...lossesOf(view, of.variant).map((text): Words => [`; ${text}`]),
    ...rest,
  ];
  const words = joined(head, parts);
  const bare = settings === of.which(values) ? null : of;
  return { words: [...words, '.'], bare, ...priced(view, of.variant) };
}

/** ` (8 settings, below)`: the line below has them. */
function listedBelow(changes: Settings): string {
  return changes.length === 0 ? '' : ` (${plural(changes.length, 'setting')}, below)`;
}

/** What a variant costs, and what it gains. */
function priced(view: View, variant: VariantResult): Pick<Advice, 'price' | 'gain'> {
  return { price: priceLine(view, variant), gain: gainLine(view, variant) };
}

/** Advice without a variant or a change that has a price. */
export const NOTHING = { bare: null, price: NO_PRICE, gain: [] } as const;

/** ` (as-is with …)`: settings in brackets, after the variant that they change where the report is about another one. */
export function bracketsOf(view: View, variant: VariantResult): Which {
  const { baseline, worstVariant } = view;
  const isFrom = baseline !== worstVariant && replacedBy(view, variant) === baseline;
  return (settings) => ` (${isFrom ? `${baseline.name} with ` : ''}${settings})`;
}

type Which = (settings: string) => string;

/** `Settings of canary against rolling: services.pricing.rollout.kind: rolling → canary`: the settings of an advised variant. */
export function settingsLine(view: View, { variant, changes }: NonNullable<Advice['bare']>): Words {
  const base = replacedBy(view, variant);
  const isPart = changes.length < (variant.changes ?? []).length;
  if (changes.length === 0) return [];
  return [
    { strong: 'Settings' },
    ' of ',
    { strong: variant.name },
    `${isPart ? ' that are enough' : ''} against `,
    { strong: base.name },
    `: ${settingsLineText(changes)}.`,
  ];
}
