import type { SearchRuns } from '../api/searching.js';
import { simulators } from '../run/replicate.js';
import { UNREPORTED, interruption, reporting } from './interrupt.js';
import { memoryOf } from './memory.js';
import { runEach } from './plan-runs.js';
import { progressBar } from './progress.js';
import { withRunners } from './queue/runners.js';
import type { SimulateOptions } from './simulate.js';
import type { Terminal } from './terminal.js';

/** What a search says while it runs. */
export interface SearchWords {
  /** What it does, such as `fixing`. */
  readonly doing: string;
  /** What it does after an interrupt, such as `writing the report`. */
  readonly rest: string;
  /** What is counted. Default: `runs were made`. */
  readonly counted?: string;
}

/** Makes the runs of a search on worker threads or at a queue, and shows how far they are. An interrupt ends the search. */
export function searchRuns(
  path: string,
  options: SimulateOptions,
  terminal: Terminal,
  { doing, rest, counted = 'runs were made' }: SearchWords,
): SearchRuns {
  const isQuiet = options.quiet === true;
  let bar: ((done: number) => void) | null = null;
  return {
    run: (plans, body) => {
      bar = null;
      const share = memoryOf(options, plans, path);
      const setup = simulators(share.heapMiB, [], share.memory);
      return withRunners(setup, options, terminal, (threads) =>
        body((own, count, first) => runEach(own, count, { threads, share, path }, first)),
      );
    },
    isOver: () => interruption.aborted,
    onDone: (done, most) => {
      const words = `${done} ${counted}`;
      if (most !== null) {
        bar ??= isQuiet ? () => {} : progressBar(terminal, `${doing} (at most)`, most);
        bar(Math.min(most, done));
      } else if (!isQuiet) terminal.progress(`${doing}: ${words}`);
      reporting(`${rest}: ${words}`, `${words}, and are lost: ${UNREPORTED}.`);
    },
    onEnd: () => terminal.progress(''),
  };
}
