import { prepared as prepareTexts } from '../../api/prepare.js';
import type { DriftedFigure } from '../../contracts/result/drift.js';
import type { Imported } from '../../importing/import.js';
import { observeTraces } from '../../importing/traces/observe.js';
import type { TraceSource } from '../../importing/traces/model.js';
import { subjectsOf } from '../calibrate/subjects.js';
import { searchRuns } from '../search-runs.js';
import type { Terminal } from '../terminal.js';
import { comparedFigures } from './figures.js';

/** Spans up to which an import reads its traces once more and runs: some seconds. */
const SPANS_MAX = 300_000;
/** Least relative difference of a figure that counts, as `drift` has it by default. */
const TOLERANCE = 0.1;

/** Traces, and what the user says about them. */
export interface Traced {
  readonly traces: readonly TraceSource[];
  readonly names: ReadonlyMap<string, string>;
  /** Share of all requests that is traced; null = as the spans say. */
  readonly sampled: number | null;
}

/**
 * One run of an imported scenario beside the traces that it was made from, for endpoints and calls. null without traces, for
 * more spans than an import should wait for, and for a scenario that does not run yet.
 */
export async function figuresBeside(
  { scenario, traces: model }: Imported,
  { traces, names, sampled }: Traced,
  terminal: Terminal,
): Promise<readonly DriftedFigure[] | null> {
  if (model === null || model.spans > SPANS_MAX || model.entries.length === 0) return null;
  const prepared = prepareTexts('imported', () => ({ text: scenario }), {});
  const subjects = subjectsOf(prepared, await observeTraces(traces, sampled), {
    names,
    share: 1,
    by: 'time',
  });
  if (subjects.fit.length === 0) return null;
  const { plans, path } = prepared;
  const runs = searchRuns(path, { quiet: true }, terminal, { doing: 'comparing', rest: 'ending' });
  return runs.run(plans, (execute) =>
    comparedFigures({
      prepared,
      subjects,
      runs: { execute, isOver: () => runs.isOver() },
      tolerance: TOLERANCE,
    }),
  );
}
