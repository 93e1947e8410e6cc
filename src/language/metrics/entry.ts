import type { ComponentKind, PartKind } from '../../contracts/component-kind.js';
import type { MetricUnit } from '../../contracts/scenario/expression.js';

/** Kinds of subjects, the part of a metric before its dot. */
export type SubjectKind =
  | ComponentKind
  | PartKind
  | (typeof VERSIONED)[number]
  | 'instance'
  | 'edge'
  | 'cascade'
  | 'run'
  | 'alert';

/** A version of a component, and an endpoint of one. */
export const VERSIONED = ['version', 'versionEndpoint'] as const;

/** One metric of the language: its subjects, its unit, its statistics and its meaning. */
export interface MetricEntry<Name extends string = string> {
  /** Path after the subject, without statistic or outcome: `latency`, `pool.wait`. */
  readonly name: Name;
  readonly subjects: readonly SubjectKind[];
  readonly unit: MetricUnit;
  /**
   * `none`: no ending; `required`: one of STATISTICS; `gauge`: mean or max, mean if omitted; `level`: also min or end;
   * `outcome`: the name of an outcome; `status`: an HTTP status or a class of them.
   */
  readonly ending: 'none' | 'required' | 'gauge' | 'level' | 'outcome' | 'status';
  /** Which direction is good; `none` if neither is. */
  readonly better: 'low' | 'high' | 'none';
  /** Documentation, one or two sentences. */
  readonly help: string;
  /** True if the metric needs the clause `after FAULT`. */
  readonly needsAfter: boolean;
  /** True for a single value over the entire run, without windows and steps. */
  readonly isOfWholeRun: boolean;
  /** True if it is computed from the latency distribution although it has no statistic. */
  readonly readsLatencies: boolean;
  /** True if it is computed from `report.prices`. */
  readonly needsPrices: boolean;
  /** Words that a budget can compare it with. */
  readonly words: readonly string[];
}

/** Properties that only a few metrics have. */
type Special = Partial<
  Pick<MetricEntry, 'needsAfter' | 'isOfWholeRun' | 'readsLatencies' | 'needsPrices' | 'words'>
>;

/** One entry of a table of metrics. Its type has the name, so that a metric without a measurement is a type error. */
export function metric<const Name extends string>(
  name: Name,
  subjects: readonly SubjectKind[],
  unit: MetricUnit,
  ending: MetricEntry['ending'],
  better: MetricEntry['better'],
  help: string,
  special: Special = {},
): MetricEntry<Name> {
  const { needsAfter = false, isOfWholeRun = false, readsLatencies = false } = special;
  const { needsPrices = false, words = [] } = special;
  const plain = { name, subjects, unit, ending, better, help };
  return { ...plain, needsAfter, isOfWholeRun, readsLatencies, needsPrices, words };
}

/** Makes metrics of one unit and ending. */
function ofUnit(unit: MetricUnit, ending: MetricEntry['ending']) {
  return <const Name extends string>(
    name: Name,
    subjects: readonly SubjectKind[],
    better: MetricEntry['better'],
    text: string,
  ): MetricEntry<Name> => metric(name, subjects, unit, ending, better, text);
}

/** A metric that counts events. */
export const counted = ofUnit('number', 'none');
/** A share of requests, messages or other things. */
export const portion = ofUnit('share', 'none');
/** A level over time. */
export const gauge = ofUnit('number', 'gauge');
/** A distribution of times. */
export const timed = ofUnit('seconds', 'required');
