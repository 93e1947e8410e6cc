import type { VariantResult } from '../../spec/result.js';
import type { Drawing } from '../draw.js';
import type { Family, FamilyColumn, FamilyPanel } from '../families.js';
import { axisShare, briefSeconds, formatCount, formatValue } from '../format.js';
import { linear, niceCeiling, roundCeiling, type Scale } from '../scale.js';
import type { Layer } from '../svg.js';
import { lookOf, shades, sortedKeys, type View } from '../view.js';

/** Names of all subjects of a family that any variant has, `component` or `component.part`. */
export function subjectsOf(view: View, family: Family): string[] {
  const names = new Set<string>();
  const hidden = new Set(view.result.report.hide);
  for (const { metered } of view.result.variants) {
    for (const name of sortedKeys(metered)) {
      const [component, part] = name.split('.');
      if (!family.kinds.includes(metered[name]!.kind) || hidden.has(component!)) continue;
      const { having } = family;
      if (having !== undefined && !Object.hasOwn(metered[name]!.meters, having)) continue;
      if ((part !== undefined) === family.parts) names.add(name);
    }
  }
  return [...names].sort((a, b) => (a < b ? -1 : 1));
}

/** A panel of one subject: every variant a line, on one scale. */
export function meterChart(
  view: View,
  subject: string,
  panel: FamilyPanel,
  top: number,
  id: string,
): Drawing {
  const size = { width: 1000, height: 100 };
  const { step } = view.result.variants[0]!.timeline;
  // The winner is drawn last, over the others.
  const lines = view.result.variants
    .map((variant): { readonly front: boolean; readonly line: Layer } => {
      const look = lookOf(view, variant.name);
      return {
        front: variant.name === view.winner,
        line: {
          kind: 'line',
          points: seriesOf(variant, subject, panel).map((value, i) => ({
            x: (i + 0.5) * step,
            y: value === null ? null : Math.min(top, value),
          })),
          stroke: look.color,
          width: look.width,
          dash: look.dash,
        },
      };
    })
    .sort((a, b) => Number(a.front) - Number(b.front))
    .map(({ line }) => line);
  return {
    ...size,
    stretch: true,
    title: `${subject}: ${panel.words}`,
    description: view.result.variants
      .map((variant) => `${variant.name} at most ${highestText(variant, subject, panel)}`)
      .join(', '),
    body: view.plot(
      {
        ...size,
        margin: { left: 0, right: 0, top: 6, bottom: 4 },
        x: { type: 'linear', domain: [0, view.result.run.duration] },
        y: { type: 'linear', domain: [0, top] },
        layers: [
          { kind: 'spans', spans: shades(view), fill: 'var(--fault)' },
          { kind: 'across', at: [0, top], stroke: 'var(--grid)', dash: null },
          ...lines,
        ],
      },
      id,
    ),
  };
}

/** Vertical scale of a panel's 100 units. */
export function meterScaleOf(top: number): Scale {
  return linear([0, top], [96, 6]);
}

/** Where the axis of a panel ends: above the largest value of any variant. */
export function topOf(view: View, subject: string, panel: FamilyPanel): number {
  if (panel.unit === 'share') return 1;
  let top = 0;
  for (const variant of view.result.variants) {
    for (const value of seriesOf(variant, subject, panel)) top = Math.max(top, value ?? 0);
  }
  if (top === 0) return 1;
  return panel.unit === 'seconds' ? niceCeiling(top) : roundCeiling(top);
}

/** A label of the axis. */
export function axisText(value: number, panel: FamilyPanel): string {
  if (value === 0) return '0';
  if (panel.unit === 'share') return axisShare(value);
  if (panel.unit === 'seconds') return briefSeconds(value);
  return value < 1 ? String(Number(value.toPrecision(2))) : formatCount(value);
}

/** A figure of a subject in a variant, 0 where it has none. */
export function worstOf(variant: VariantResult, subject: string, column: FamilyColumn): number {
  const own = Object.hasOwn(variant.metered, subject) ? variant.metered[subject] : undefined;
  return own === undefined ? 0 : (column.value(own) ?? 0);
}

function highestText(variant: VariantResult, subject: string, panel: FamilyPanel): string {
  const series = seriesOf(variant, subject, panel);
  return formatValue(
    series.reduce<number>((top, value) => Math.max(top, value ?? 0), 0),
    panel.unit,
  );
}

function seriesOf(
  variant: VariantResult,
  subject: string,
  panel: FamilyPanel,
): readonly (number | null)[] {
  const own = Object.hasOwn(variant.metered, subject) ? variant.metered[subject] : undefined;
  return own === undefined ? [] : panel.series(own);
}
