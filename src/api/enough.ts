import type { UntilResult } from '../contracts/result/until.js';
import type { ScenarioFile } from '../contracts/scenario/scenario.js';
import type { Records } from '../run/here.js';
import type { Prepared } from './prepare.js';

/** Some replications of each variant; `isCut`: runs are missing, and no more are to be made. */
export interface Made {
  readonly records: Records;
  readonly isCut: boolean;
}

/** All runs of a scenario, and what they are judged by. */
export interface Enough {
  readonly records: Records;
  /** Its budgets are limited to the error of the last look. */
  readonly file: ScenarioFile;
  /** Replications of each variant that were asked for. */
  readonly asked: number;
  /** Why no more runs were made; null = their number is fixed. */
  readonly until: UntilResult | null;
}

/** Makes `count` replications of each variant, from replication `first` on. */
export type Make = (count: number, first: number) => Promise<Made>;

/** The runs of a scenario whose number is fixed. */
export async function fixedRuns(
  { file, replications }: Pick<Prepared, 'file' | 'replications'>,
  make: Make,
): Promise<Enough> {
  const { records } = await make(replications, 0);
  return { records, file, asked: replications, until: null };
}
