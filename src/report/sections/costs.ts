import type { VariantResult } from '../../contracts/result/result.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import type { Fold } from '../view/fold.js';
import { markup, type Markup } from '../base/html-escape.js';
import { sortedKeys } from '../../text/order.js';
import { caption, plainTable, section } from './parts.js';

/** Costs by component and variant; null without prices. */
export function costSection({ all }: Fold): Markup | null {
  const { variants } = all.result;
  const priced = variants.filter(({ summary }) => summary.cost !== undefined);
  if (priced.length === 0) return null;
  const names = [...new Set(priced.flatMap(({ components }) => sortedKeys(components)))].filter(
    (name) => priced.some((variant) => costOf(variant, name) > 0),
  );
  const row = (name: string, text: (variant: VariantResult) => string): readonly string[] => [
    name,
    ...priced.map(text),
  ];
  const table = plainTable({
    caption: 'Cost of a run by component, in the currency of the prices',
    head: ['', ...priced.map(({ name }) => name)],
    rows: [
      ...names.map((name) => row(name, (variant) => partText(variant, name))),
      row('all', ({ summary }) => money(summary.cost?.value ?? null)),
      row('per million successful requests', ({ summary }) =>
        money(summary.costPerMillion?.value ?? null),
      ),
    ],
  });
  return section(
    'costs',
    'Cost',
    finding(priced),
    markup`<div class="scroll" tabindex="0" role="region" aria-label="Cost by component">${table}</div>
    ${caption('Means over the replications. Instances cost their cores and memory from the order to start them until they end, busy or not. External components cost nothing.')}`,
  );
}

/** The most expensive variant per request, with its largest component, and the cheapest one. */
function finding(priced: readonly VariantResult[]): string {
  const perMillion = ({ summary }: VariantResult): number => summary.costPerMillion?.value ?? 0;
  const ranked = [...priced].sort((a, b) => perMillion(b) - perMillion(a));
  const most = ranked[0]!;
  const least = ranked[ranked.length - 1]!;
  const all = most.summary.cost?.value ?? 0;
  const [first] = sortedKeys(most.components).sort((a, b) => costOf(most, b) - costOf(most, a));
  if (first === undefined || all === 0) return `${most.name} costs nothing by these prices`;
  const amount = money(most.summary.costPerMillion?.value ?? null);
  const share = shareOf(most, first);
  const words = `${most.name} costs ${amount} per million successful requests, ${share} of it for ${first}`;
  const lowest = money(least.summary.costPerMillion?.value ?? null);
  return lowest === amount ? words : `${words}; ${least.name} costs ${lowest}`;
}

/** `1.23 (65.9 %)`: the cost of a component, and its part of all. */
function partText(variant: VariantResult, name: string): string {
  const cost = costOf(variant, name);
  return cost === 0 ? money(cost) : `${money(cost)} (${shareOf(variant, name)})`;
}

/** The part of a component in the cost of a variant that costs something. */
function shareOf(variant: VariantResult, name: string): string {
  return formatShare(costOf(variant, name) / (variant.summary.cost?.value ?? 0));
}

function costOf({ components }: VariantResult, name: string): number {
  return components[name]?.cost ?? 0;
}

function money(value: number | null): string {
  return value === null ? '–' : formatNumber(value);
}
