import type { VariantResult } from '../../spec/result/result.js';
import { formatShare } from '../../text/figures.js';
import { flow } from '../../text/flow.js';
import type { Fold } from '../fold.js';
import { markup, type Markup } from '../html-escape.js';
import { enoughWords, recommendedOf, adviceWords, type Recommended } from '../recommended.js';
import { heldBudgets, type View } from '../view.js';
import { folded, section, variantKey } from './parts.js';

/** What to do: the variant that holds every budget, if one does, and the settings that each variant changes. */
export function changesSection({ all: view, drawn }: Fold): Markup | null {
  const variants = drawn.result.variants.filter((variant) => patchLines(variant).length > 0);
  if (variants.length === 0) return null;
  const chosen = recommendedOf(view);
  const isShown = chosen !== null && variants.includes(chosen.variant);
  const others = variants.filter((variant) => variant !== chosen?.variant);
  const list = (some: readonly VariantResult[]): Markup =>
    markup`<div class="patches">${some.map((variant) => patchMarkup(view, variant))}</div>`;
  return section('changes', changesName(view), titleOf(view, chosen?.variant ?? null), [
    isShown && recommendedMarkup(view, chosen),
    others.length > 0 &&
      folded(list(others), isShown ? 'Settings of the other variants' : 'Settings of each variant'),
  ]);
}

/** The name of the section, here and in the contents. */
export function changesName(view: View): string {
  return recommendedOf(view) === null ? 'Configuration' : 'Recommended change';
}

function titleOf({ result, baseline }: View, chosen: VariantResult | null): string {
  if (chosen !== null) {
    const { of } = heldBudgets(chosen);
    const other = heldBudgets(baseline);
    const use = adviceWords(chosen);
    if (other.of === of && other.held < of)
      return `${use}, ${baseline.name} ${other.held === 0 ? 'none' : other.held}`;
    // Budgets of single variants: the numbers of held budgets do not compare.
    return `${use}, and succeeds with ${successOf(chosen)} of requests, ${baseline.name} with ${successOf(baseline)}`;
  }
  const counted = result.variants.filter((variant) => heldBudgets(variant).of > 0);
  const holding = counted.filter((variant) => heldBudgets(variant).broken === 0);
  if (counted.length > 0 && holding.length === 0) return 'No variant holds every budget';
  return 'Changes of each variant';
}

function successOf({ summary }: VariantResult): string {
  const { value } = summary.success;
  return value === null ? 'none' : formatShare(value);
}

/** A line of a patch: `-` removed, `+` set or added. */
interface PatchLine {
  readonly sign: '-' | '+';
  readonly text: string;
}

/** The changes from the baseline; for the baseline itself, and in documents without them, the patch of the file. */
function patchLines(variant: VariantResult): readonly PatchLine[] {
  if (variant.changes !== undefined) {
    return variant.changes.map(({ path, from, to }) =>
      to === null
        ? { sign: '-', text: `${path}: ${flow(from)}` }
        : {
            sign: '+',
            text: `${path}: ${flow(to)}${from === null ? '' : `   # was ${flow(from)}`}`,
          },
    );
  }
  return [
    ...variant.patch.remove.map((path) => ({ sign: '-' as const, text: path })),
    ...variant.patch.set.map(({ path, value }) => ({
      sign: '+' as const,
      text: `${path}: ${flow(value)}`,
    })),
    ...variant.patch.add.map(({ path, values }) => ({
      sign: '+' as const,
      text: `${path}: [..., ${values.map(flow).join(', ')}]`,
    })),
  ];
}

/** The changes that are enough; the others folded. */
function recommendedMarkup(view: View, chosen: Recommended): Markup {
  const { variant, changes, spare } = chosen;
  const words = enoughWords(chosen);
  // Without runs that tell them apart, and in documents of earlier versions, all of it.
  const some = chosen.enough === null ? variant : { ...variant, changes };
  return markup`<div class="patches">${patchMarkup(view, some)}</div>${words !== null && markup`<p>${words}.</p>`}${
    spare.length > 0 &&
    folded(
      markup`<div class="patches">${patchMarkup(view, { ...variant, changes: spare })}</div>`,
      'Its other changes, which the budgets do not need',
    )
  }`;
}

function patchMarkup(view: View, variant: VariantResult): Markup {
  const lines = patchLines(variant);
  const body = markup`<pre class="diff" tabindex="0">${lines.map(patchLine)}</pre>`;
  return markup`<div class="patch">
    <p class="pn">
      ${variantKey(view, variant)}${variant.title !== null && markup` <span class="of">${variant.title}</span>`}
    </p>
    ${body}
  </div>`;
}

function patchLine({ sign, text }: { readonly sign: string; readonly text: string }): Markup {
  return markup`<span class="${sign === '-' ? 'del' : 'ins'}">${sign} ${text}</span>${'\n'}`;
}
