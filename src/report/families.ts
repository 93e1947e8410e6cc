import type { ComponentKind } from '../spec/component-kind.js';
import type { MeteredResult, MeterResult } from '../spec/result-meters.js';
import type { Unit } from './format.js';

/** A figure of a metered subject over time. */
export interface FamilyPanel {
  readonly key: string;
  /** What it shows, in words above the picture. */
  readonly words: string;
  readonly unit: Unit;
  /** A value for each step of the timeline; null where nothing was measured. */
  readonly series: (own: MeteredResult) => readonly (number | null)[];
}

/** A number of a metered subject for its table; null where it has none. */
export interface FamilyColumn {
  readonly head: string;
  readonly unit: Unit;
  readonly value: (own: MeteredResult) => number | null;
}

/** A section of the report: what is shown of things with meters of some kinds. */
export interface Family {
  readonly id: string;
  /** Neutral name of the section. */
  readonly name: string;
  readonly kinds: readonly ComponentKind[];
  /** Whether it speaks of the parts of a component, such as the groups of a topic, or of it as a whole. */
  readonly parts: boolean;
  readonly panels: readonly FamilyPanel[];
  readonly columns: readonly FamilyColumn[];
  /** The figure whose largest value makes the title and decides who is drawn. */
  readonly worst: FamilyColumn;
  readonly headline: (subject: string, variant: string | null, worst: string) => string;
  /** Said where that is 0 everywhere. */
  readonly quiet: string;
  readonly caption: string;
}

/** Every family, in the order of the report. */
export const FAMILIES: readonly Family[] = [
  {
    id: 'messages',
    name: 'Messages',
    kinds: ['topic'],
    parts: true,
    panels: [
      gaugePanel('lag', 'messages not yet handled', 'number'),
      gaugePanel('age', 'age of the oldest of them', 'seconds'),
    ],
    columns: [
      counted('Handled', 'consumed'),
      largestOf('Most waiting', 'lag', 'number'),
      largestOf('Oldest', 'age', 'seconds'),
      quantile('Delay p50', 'delay', 'p50'),
      quantile('Delay p99', 'delay', 'p99'),
      counted('Redelivered', 'redeliveries'),
      counted('Twice', 'duplicateEffects'),
      counted('Lost', 'lostEffects'),
    ],
    worst: largestOf('Most waiting', 'lag', 'number'),
    headline: (subject, variant, worst) =>
      `Up to ${worst} messages wait for ${subject}${variant === null ? '' : ` in ${variant}`}`,
    quiet: 'No message waits',
    caption:
      'Messages published and not yet committed, and the time since the oldest of them was published; means over replications. Twice: effects that had happened before. Lost: confirmed to the publisher, never handled.',
  },
];

/** A gauge over time. */
export function gaugePanel(meter: string, words: string, unit: Unit): FamilyPanel {
  return {
    key: meter,
    words,
    unit,
    series: (own) => {
      const found = meterOf(own, meter, 'gauge');
      return found === null ? [] : found.steps;
    },
  };
}

/** Count of a run. */
export function counted(head: string, meter: string): FamilyColumn {
  return {
    head,
    unit: 'number',
    value: (own) => meterOf(own, meter, 'counter')?.total ?? null,
  };
}

/** Largest value of a gauge. */
export function largestOf(head: string, meter: string, unit: Unit): FamilyColumn {
  return { head, unit, value: (own) => meterOf(own, meter, 'gauge')?.max ?? null };
}

/** A quantile of durations. */
export function quantile(head: string, meter: string, which: 'p50' | 'p99'): FamilyColumn {
  return {
    head,
    unit: 'seconds',
    value: (own) => meterOf(own, meter, 'durations')?.[which] ?? null,
  };
}

type Form = MeterResult['form'];
type MeterOf<F extends Form> = Extract<MeterResult, { readonly form: F }>;

function meterOf<F extends Form>(own: MeteredResult, name: string, form: F): MeterOf<F> | null {
  const found = Object.hasOwn(own.meters, name) ? own.meters[name] : undefined;
  return found?.form === form ? (found as MeterOf<F>) : null;
}
