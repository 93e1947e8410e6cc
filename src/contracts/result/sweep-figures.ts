import { z } from 'zod';
import { verdict } from './budgets.js';
import { eventKind } from './cascade.js';
import { componentHeadroom } from './headroom.js';
import {
  count,
  digest,
  exactShape,
  figure,
  interval,
  isOfUnit,
  isWithin,
  list,
  number,
  shape,
  text,
  unit,
} from './shapes.js';

const sweepFigure = shape({
  /** null = nothing was measured, or (for recoveries) some run never recovers. */
  value: figure,
  ci95: interval,
  /** Runs that never recover; 0 for all other metrics. */
  never: count,
  /** By replication. All settings and variants use the same random numbers. */
  each: list(figure),
}).check(isWithin);
/** A metric over all runs of a variant at one setting. */
export type SweepFigure = z.output<typeof sweepFigure>;

const gives = z.union([
  exactShape({ subject: text, kind: eventKind, at: number, text }),
  /** `holds`: requests of all users per second that the resource serves. `fault`: while this one is active. */
  exactShape({ subject: text, full: componentHeadroom, holds: count, fault: text.nullable() }),
]);
export type GivesIn = z.output<typeof gives>;

const began = exactShape({ component: text, replicas: z.int().min(0) });
/** The replicas of an autoscaled component at the start of the runs. */
export type Began = z.output<typeof began>;

const judged = exactShape({
  verdict,
  value: figure,
  ci95: interval,
  limit: figure,
  unit,
  note: text.nullable(),
}).check(isWithin, isOfUnit);

export const sweepFigures = exactShape({
  name: text,
  digest,
  replications: count,
  /** Why its runs stopped early (`events`, `depth`, ...), so that nothing was measured; null = they finished. */
  stop: text.nullable(),
  /** By metric. */
  figures: list(sweepFigure),
  /** By budget; null if it does not apply to this variant. */
  budgets: list(verdict.nullable()),
  /**
   * Verdicts on the point estimates alone, without intervals. They decide a search if the intervals are
   * inconclusive.
   */
  points: list(verdict.nullable()),
  /** For `bisect`: result of `expect`; else null. */
  expect: judged.nullable(),
  /** Replicas with which autoscaled components began; absent where all began as the file says. */
  began: list(began).optional(),
  /** Warnings that reports show first, because the figures answer another question. Absent without any. */
  alarms: list(text).optional(),
  /**
   * Where the expectation or a budget is not met: the resource that is full, as in the headroom of `run`. If none is, the
   * event of the component that gives in first, in the first run. Absent where all are met, and where no component
   * gives in.
   */
  gives: gives.optional(),
});
/** Figures of a variant at one setting. */
export type SweepFigures = z.output<typeof sweepFigures>;
