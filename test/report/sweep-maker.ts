import type { Verdict } from '../../src/contracts/result/budgets.js';
import type { SweepCase, SweepResult, SweepValue } from '../../src/contracts/result/sweep.js';
import type { SweepKind } from '../../src/contracts/scenario/sweeps.js';
import type { SweepFigure, SweepFigures } from '../../src/contracts/result/sweep-figures.js';

type Axis = SweepResult['axes'][number];
type Metric = SweepResult['metrics'][number];
type Budget = SweepResult['budgets'][number];

/** Result of a setting; fields other than `value` have usual defaults. */
export interface Made {
  readonly values?: readonly (number | null)[];
  /** Half the width of the intervals, relative to the value; null = no interval. */
  readonly spread?: number | null;
  readonly never?: readonly number[];
  readonly stop?: string | null;
  readonly budgets?: readonly (Verdict | null)[];
  readonly expect?: SweepFigures['expect'];
}

export interface Making {
  readonly kind?: SweepKind;
  readonly title?: string;
  readonly description?: string | null;
  readonly axes: readonly Axis[];
  readonly variants?: readonly string[];
  readonly metrics?: readonly Metric[];
  readonly budgets?: readonly Budget[];
  readonly leftOut?: readonly string[];
  readonly replications?: number;
  /** The settings; all combinations where they are not given. */
  readonly at?: readonly (readonly number[])[];
  readonly make: (
    numbers: readonly number[],
    variant: string,
    at: readonly number[],
  ) => Made | null;
  readonly expect?: string | null;
  readonly edges?: SweepResult['edges'];
}

export const LATENCY: Metric = {
  text: 'users.latency.p99 during outage',
  unit: 'seconds',
  better: 'low',
};
export const SUCCESS: Metric = { text: 'users.success', unit: 'share', better: 'high' };
export const METASTABLE: Metric = { text: 'cascade.metastable', unit: 'number', better: 'low' };
export const RECOVERY: Metric = {
  text: 'users.recovery after outage',
  unit: 'seconds',
  better: 'low',
};

export function budget(text: string, severity: Budget['severity'] = 'error'): Budget {
  return { text, name: null, severity };
}

/** An axis of numbers, written with a unit. */
export function numeric(
  path: string,
  numbers: readonly number[],
  options: {
    readonly unit?: Axis['unit'];
    readonly scale?: Axis['scale'];
    readonly text?: (n: number) => string;
  } = {},
): Axis {
  const { unit = 'number', scale = 'list', text = String } = options;
  return { path, unit, scale, values: numbers.map((n) => ({ text: text(n), number: n })) };
}

/** An axis of words. */
export function wordy(path: string, words: readonly string[]): Axis {
  const values: SweepValue[] = words.map((text) => ({ text, number: null }));
  return { path, unit: null, scale: 'list', values };
}

/** A sweep's result from the result of each setting. */
export function makeSweep(making: Making): SweepResult {
  const {
    kind = 'grid',
    axes,
    variants = ['base'],
    metrics = [],
    budgets = [],
    replications = 10,
  } = making;
  const settings = making.at ?? product(axes.map((axis) => axis.values.length));
  const cases: SweepCase[] = settings.map((at) => {
    const numbers = at.map((value, i) => axes[i]!.values[value]!.number ?? value);
    return {
      at,
      variants: variants.flatMap((name) => {
        const made = making.make(numbers, name, at);
        return made === null ? [] : [figuresFrom(name, made, metrics, budgets, replications)];
      }),
    };
  });
  return {
    faultline: 1,
    scenario: {
      title: making.title ?? 'Checkout with a hanging payment provider',
      description: making.description ?? null,
      sha256: 'a'.repeat(64),
    },
    sweep: {
      name: 'retry-storm',
      kind,
      expect: making.expect ?? null,
      resolution: kind === 'bisect' ? 0.02 : null,
      start: 'written',
    },
    seed: 7,
    replications,
    engine: { version: '0.1.0' },
    run: { duration: 120, warmup: 20 },
    axes,
    variants,
    metrics,
    budgets,
    leftOut: making.leftOut ?? [],
    cases,
    edges: making.edges ?? [],
  };
}

function figuresFrom(
  name: string,
  made: Made,
  metrics: readonly Metric[],
  budgets: readonly Budget[],
  replications: number,
): SweepFigures {
  const { spread = 0.02, stop = null } = made;
  const figures = metrics.map((metric, m): SweepFigure => {
    const value = stop === null ? (made.values?.[m] ?? null) : null;
    const half = Math.abs(value ?? 0) * (metric.unit === 'share' ? 0.002 : (spread ?? 0));
    const isBare = value === null || spread === null || replications === 1;
    return {
      value,
      ci95: isBare
        ? null
        : [value - half, metric.unit === 'share' ? Math.min(1, value + half) : value + half],
      never: made.never?.[m] ?? 0,
      each: isBare
        ? []
        : Array.from(
            { length: replications },
            // Another pattern for each value: the differences of two settings vary.
            (_, run) => value + (half * (((run * 7 + Math.round(value * 100) * 3) % 5) - 2)) / 2,
          ),
    };
  });
  return {
    name,
    digest: '0123456789abcdef',
    replications,
    stop,
    figures,
    budgets: budgets.map((_, i) => made.budgets?.[i] ?? null),
    points: budgets.map((_, i) => made.budgets?.[i] ?? null),
    expect: made.expect ?? null,
  };
}

function product(lengths: readonly number[]): number[][] {
  return lengths.reduce<number[][]>(
    (all, length) => all.flatMap((each) => Array.from({ length }, (_, value) => [...each, value])),
    [[]],
  );
}
