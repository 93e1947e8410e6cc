import type { SweepHost } from '../../api/sweeps/host.js';
import { runCases } from '../../run/cases.js';
import { simulators } from '../../run/replicate.js';
import { withRunners } from '../queue/runners.js';
import { splitLines } from '../../text/line.js';
import { plural } from '../../text/words.js';
import { keepSoFar } from '../interrupt.js';
import { memoryOf } from '../memory.js';
import { progressBar } from '../progress.js';
import { explainRunError } from '../run-errors.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';
import type { CaseStore } from './store.js';

/** Runs the settings of a sweep on worker threads, keeps their figures in files, and shows how far they are. */
export function sweepHost(
  path: string,
  store: CaseStore,
  options: SimulateOptions,
  terminal: Terminal,
): SweepHost {
  return {
    store,
    open: (runs, body) => {
      const { heapMiB, memory } = memoryOf(options, [], '', runs);
      // Each task contains its plan.
      return withRunners(simulators(heapMiB, [], memory), options, terminal, (workerThreads) =>
        body(async (cases, onCase) => {
          try {
            const { workers, aloneHeapMiB } = memoryOf(options, [], '');
            await runCases(cases, { workerThreads, workers, aloneHeapMiB, onCase });
          } catch (error) {
            throw explainRunError(error, path);
          } finally {
            terminal.progress('');
          }
        }),
      );
    },
    bar: (done, total) => {
      if (options.quiet === true) return () => {};
      const draw = progressBar(terminal, 'settings', total);
      draw(done);
      return draw;
    },
    onEnd: () => terminal.progress(''),
    // An interrupt leaves the settings in the store.
    onStored: (count) => {
      const are = `${plural(count, 'setting')} of the sweep ${count === 1 ? 'is' : 'are'}`;
      keepSoFar(`${are} kept in ${store.directory}: the same command goes on there.`);
    },
    note: (message) => terminal.note(splitLines(message)),
  };
}
