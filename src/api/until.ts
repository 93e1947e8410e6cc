import { isReached, judgedAt, seenAt, type Seen } from '../analysis/until.js';
import type { UntilResult } from '../contracts/result/until.js';
import type { Records } from '../run/here.js';
import { looksOf, type Look } from '../stats/looks.js';
import { fixedRuns, type Enough, type Make } from './enough.js';
import { wholeRuns, type Execute } from './execute.js';
import { lookByLook } from './look-by-look.js';
import type { Prepared } from './prepare.js';

/**
 * Makes the runs of a scenario: a fixed number of each variant, or look by look until its goals are reached. `make` makes
 * `count` replications of each variant, from replication `first` on.
 */
export async function enoughRuns(
  { file, plans, replications }: Pick<Prepared, 'file' | 'plans' | 'replications'>,
  make: Make,
): Promise<Enough> {
  const { until } = file;
  if (until === undefined) return fixedRuns({ file, replications }, make);
  const looks = looksOf(until.first, until.most);
  let records: Records = plans.map(() => []);
  // As properties, because the compiler does not see what the loop assigns.
  const last: { seen: { readonly at: Look; readonly found: Seen } | null; cut: Look | null } = {
    seen: null,
    cut: null,
  };
  await lookByLook(looks, async (look) => {
    const before = records[0]?.length ?? 0;
    const made = await make(look.replications - before, before);
    records = records.map((row, i) => [...row, ...made.records[i]!]);
    if (made.isCut) {
      last.cut = look;
      return 'enough';
    }
    const found = seenAt({ file, plans, records }, until, look);
    last.seen = { at: look, found };
    return isReached(found) ? 'enough' : 'more';
  });
  const { seen, cut } = last;
  const at = cut ?? seen!.at;
  const found = { ...NOTHING_SEEN, confidence: 1 - at.error, ...seen?.found };
  const reason = cut !== null ? 'ended' : isReached(found) ? 'reached' : 'most';
  return {
    records,
    file: judgedAt(file, at),
    asked: at.replications,
    until: { ...found, ...madeOf(looks, records), reason },
  };
}

/** The same where a run that ends early is an error: a GuardStop. */
export function wholeEnough(
  prepared: Prepared,
  how: { readonly execute: Execute; readonly path: string },
): Promise<Enough> {
  return enoughRuns(prepared, async (count, first) => ({
    records: await wholeRuns(prepared.plans, count, how, first),
    isCut: false,
  }));
}

const NOTHING_SEEN = { precisions: [] } as const;

function madeOf(looks: readonly Look[], records: Records): Pick<UntilResult, 'looks' | 'made'> {
  return {
    looks: looks.map(({ replications }) => replications),
    made: Math.min(...records.map((row) => row.length)),
  };
}
