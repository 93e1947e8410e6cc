import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { Incomplete, StoppedRun, UnfinishedVariant } from '../../contracts/result/result.js';
import type { ScenarioFile } from '../../contracts/scenario/scenario.js';
import { formatCount, formatInstant } from '../../text/figures.js';
import { plural } from '../../text/words.js';

/** The completed runs of a file, by variant in the order of the file. */
export interface EndedRuns {
  /** Replications requested per variant. */
  readonly asked: number;
  readonly records: readonly (readonly RunRecord[])[];
  readonly stops: readonly (RunStop | null)[];
  readonly interrupted: boolean;
}

/** Where and why a guard stopped a variant. */
export interface RunStop {
  readonly reason: 'budget' | 'instant' | 'depth' | 'memory';
  readonly replication: number;
  /** Simulated time; null if unknown. */
  readonly atNs: number | null;
  readonly detail: string;
}

/** The requested runs that did not finish; null if all did. */
export function incompleteOf(
  file: ScenarioFile,
  plans: readonly Plan[],
  { asked, records, stops, interrupted }: EndedRuns,
): Incomplete | null {
  const variants = file.variants.flatMap(({ name }, i): UnfinishedVariant[] => {
    const finished = records[i].length;
    if (finished === asked) return [];
    return [{ variant: name, finished, stopped: stoppedRun(stops[i], plans[i]) }];
  });
  return variants.length === 0 ? null : { asked, interrupted, variants };
}

/** Text that replaces a budget's figure: `2 of 5 replications, stopped at 12.3 s (memory)`. */
export function unfinishedNotes({ asked, variants }: Incomplete): ReadonlyMap<string, string> {
  return new Map(
    variants.map(({ variant, finished, stopped }) => {
      const at = stopped === null || stopped.at === null ? '' : ` at ${formatInstant(stopped.at)}`;
      const why = stopped === null ? 'interrupted' : `stopped${at} (${stopped.reason})`;
      return [variant, `${formatCount(finished)} of ${plural(asked, 'replication')}, ${why}`];
    }),
  );
}

function stoppedRun(stop: RunStop | null, { warmupNs }: Plan): StoppedRun | null {
  if (stop === null) return null;
  const { reason, replication, atNs, detail } = stop;
  return {
    // The event limit is not a budget of the scenario.
    reason: reason === 'budget' ? 'events' : reason,
    replication,
    at: atNs === null ? null : (atNs - warmupNs) / 1e9,
    detail,
  };
}
