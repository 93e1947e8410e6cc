import { loopIn } from '../../analysis/tipping.js';
import { worstVariantOf } from '../../report/view/worst-variant.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import type { Tipping } from '../../contracts/result/tipping.js';
import { oneLine } from '../../text/line.js';
import { interruption } from '../interrupt.js';
import type { PlanRuns } from '../plan-runs.js';
import type { Prepared } from '../../api/prepare.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';
import { eventsOf } from '../../api/proving/events.js';
import { tippingOf } from './search.js';
import { ROOM } from './variant-runs.js';

/** Inputs of the search for tipping points. */
export interface TippingInputs {
  readonly prepared: Prepared;
  /** The runs of each variant, in the order of the file. */
  readonly records: readonly (readonly RunRecord[])[];
  /** Events that the further runs may handle. */
  readonly events: number;
  /** Every variant with a loop, in several runs of each setting. */
  readonly isAll: boolean;
  readonly hasMap: boolean;
  readonly runs: PlanRuns;
  readonly options: SimulateOptions;
  readonly terminal: Terminal;
}

/** Runs that are always made, if they are worth one: two for each end. */
const FEWEST = 4;
/** Replications of each setting where all runs are asked for. */
const SEVERAL = 3;

/** The result, in which variants with a loop say how close they are to the point of no return; and the number of runs for it. */
export async function withTipping(
  result: Result,
  by: TippingInputs,
): Promise<{ readonly made: Result; readonly count: number }> {
  const chosen = chosenIn(result, by);
  const found = new Map<VariantResult, Tipping>();
  let count = 0;
  const { prepared, terminal, runs, hasMap, options } = by;
  for (const own of chosen) {
    if (interruption.aborted) break;
    const k = prepared.plans.findIndex(({ variant }) => variant === own.name);
    const replications = by.isAll ? Math.min(SEVERAL, by.records[k]!.length) : 1;
    const perRun = eventsOf(by.records[k]!) / Math.max(1, by.records[k]!.length);
    const onRun = (): void => {
      count += replications;
      if (options.quiet !== true)
        terminal.progress(`searching the tipping point of ${own.name}: ${count} runs were made`);
    };
    const tipping = await tippingOf({
      prepared,
      plan: prepared.plans[k]!,
      variant: prepared.file.variants[k]!,
      result: own,
      records: by.records[k]!.slice(0, replications),
      events: hasMap ? Infinity : Math.max(by.events / chosen.length, ROOM * FEWEST * perRun),
      runs,
      hasMap,
      onRun,
    });
    if (tipping !== null) found.set(own, tipping);
  }
  terminal.progress('');
  const maps = [...found.values()].filter(({ map }) => map !== undefined);
  if (hasMap && maps.length === 0 && !interruption.aborted)
    terminal.note(oneLine('no recovery map: no variant has a loop and a fault with one length'));
  if (found.size === 0) return { made: result, count };
  const variants = result.variants.map((own) => {
    const tipping = found.get(own);
    return tipping === undefined ? own : { ...own, tipping };
  });
  return { made: { ...result, variants }, count };
}

/** The variants with a loop: the one that the report is about and the baseline, or all of them. */
function chosenIn(result: Result, { isAll }: TippingInputs): readonly VariantResult[] {
  const { variants } = result;
  const some = isAll
    ? variants
    : [worstVariantOf(result), variants.find(({ baseline }) => baseline) ?? variants[0]!];
  return [...new Set(some)].filter(
    ({ cascade, unfinished }) => unfinished === undefined && loopIn(cascade) !== null,
  );
}
