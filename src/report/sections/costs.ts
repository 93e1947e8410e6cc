import type { VariantResult } from '../../spec/result/result.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import type { Fold } from '../fold.js';
import { markup, type Markup } from '../html-escape.js';
import { sortedKeys } from '../keys.js';
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
      ...names.map((name) => row(name, (variant) => money(costOf(variant, name)))),
      row('all', ({ summary }) => money(summary.cost?.value ?? null)),
      row('per million successful requests', ({ summary }) =>
        money(summary.costPerMillion?.value ?? null),
      ),
    ],
  });
  return section(
    'costs',
    'Cost',
    finding(all.worstVariant.summary.cost === undefined ? priced[0]! : all.worstVariant),
    markup`<div class="scroll" tabindex="0" role="region" aria-label="Cost by component">${table}</div>
    ${caption('Means over the replications. Instances cost their cores and memory from the order to start them until they end, busy or not. External components cost nothing.')}`,
  );
}

function finding(variant: VariantResult): string {
  const all = variant.summary.cost?.value ?? 0;
  const ranked = sortedKeys(variant.components).sort(
    (a, b) => costOf(variant, b) - costOf(variant, a),
  );
  const first = ranked[0];
  if (first === undefined || all === 0) return `${variant.name} costs nothing by these prices`;
  const perMillion = money(variant.summary.costPerMillion?.value ?? null);
  const share = formatShare(costOf(variant, first) / all);
  return `${variant.name} costs ${perMillion} per million requests, ${share} of it for ${first}`;
}

function costOf({ components }: VariantResult, name: string): number {
  return components[name]?.cost ?? 0;
}

function money(value: number | null): string {
  return value === null ? '–' : formatNumber(value);
}
