import type { Study } from '../analysis/verdicts/study.js';
import type { Prepared } from '../api/prepare.js';
import type { Result, VariantResult } from '../contracts/result/result.js';
import { simulators } from '../run/replicate.js';
import type { ExplainFlags } from './explain-flags.js';
import { memoryOf } from './memory.js';
import { stopwatch } from './progress.js';
import { withRunners } from './queue/runners.js';
import { simulateAll } from './simulate.js';
import type { Ending } from './simulate.js';
import type { Terminal } from './terminal.js';

/** The result of a scenario, how its runs ended, and the time since then in words. */
export interface Explained {
  /** null if no run finished. */
  readonly result: Result | null;
  readonly ending: Ending;
  readonly took: () => string;
}

/**
 * Runs a scenario, and further runs without possible causes on the same threads: a thread that simulated before is
 * several times as fast as a new one. `isAsked`: the variants that are explained with `--explain`. The records are
 * dropped before the result is reported. The analysis is loaded while the threads run.
 */
export function explained(
  prepared: Prepared,
  saved: Study['saved'],
  isAsked: (variant: VariantResult) => boolean,
  flags: ExplainFlags,
  terminal: Terminal,
): Promise<Explained> {
  const { path, plans } = prepared;
  const { heapMiB, memory } = memoryOf(flags, plans, path);
  return withRunners(simulators(heapMiB, plans, memory), flags, terminal, async (threads) => {
    const running = simulateAll(prepared, flags, terminal, threads);
    const [simulated, { provedResult }, { withGuesses }] = await Promise.all([
      running,
      import('./counterfactuals.js'),
      import('./guesses.js'),
    ]);
    const took = stopwatch();
    const setting = { prepared, flags, terminal, threads, spent: { events: 0 } };
    const result = await provedResult(simulated, saved, isAsked, setting);
    const { shortfall, words } = simulated;
    const whole = result === null ? null : withGuesses(result, prepared);
    return { result: whole, ending: { shortfall, words }, took };
  });
}
