import { formatCount } from '../text/figures.js';
import { asLines } from '../text/line.js';
import { invariant } from '../kernel/invariant.js';
import { withWorkerThreads } from '../run/worker-threads.js';
import { tasksOf } from '../run/here.js';
import { TaskFailure, runPool } from '../run/pool.js';
import type { Result } from '../contracts/result/result.js';
import type { ExportSettings } from '../telemetry/exporter.js';
import { EXPORTERS } from '../telemetry/index.js';
import { CommandError } from './exit.js';
import type { ExportRequest } from './export-flags.js';
import { interruption } from './interrupt.js';
import { beginOutput, discardOutputs } from './output.js';
import type { Prepared } from '../api/prepare.js';
import { progressBar, stopwatch } from './progress.js';
import { exitCodeOf } from './system-errors.js';
import type { Terminal } from './terminal.js';
import type { TracedTask, TraceSetup } from './trace-worker.js';

/** Limit of the heap of the thread that writes traces. Unit: MiB. */
const HEAP_MIB = 2048;

/**
 * Runs everything a second time with every request traced, and writes the traces, metrics and logs. Results still come
 * from the first runs, so that tracing cannot change a byte of them. The digests verify that both runs were the same.
 * False: an interrupt came first, and there are no files.
 */
export async function writeExports(
  prepared: Prepared,
  result: Result,
  requests: readonly ExportRequest[],
  settings: ExportSettings,
  quiet: boolean,
  terminal: Terminal,
): Promise<boolean> {
  const took = stopwatch();
  const plans = prepared.plans.map((plan) => ({ ...plan, traceShare: 1 }));
  const needsAll = requests.some(
    (request) => EXPORTERS.find(({ kind }) => kind === request.kind)!.allReplications,
  );
  const tasks = tasksOf(plans.length, needsAll ? result.replications : 1);
  const files = requests.map(({ path }) => beginOutput(path));
  const targets = requests.map((request, k) => ({ ...request, temporary: files[k]!.temporary }));
  const journals = result.variants.map(({ journal }) => journal);
  const shared: TraceSetup = { plans, journals, targets, settings, tasks: tasks.length };
  const onDone = quiet ? () => {} : progressBar(terminal, 'tracing', tasks.length);
  let traced: readonly TracedTask[];
  try {
    const entry = new URL('../cli/trace-worker.js', import.meta.url);
    // Some lines of a lost task are already in the file, so it cannot be repeated.
    const pool = { workers: 1, retries: 0, onDone, signal: interruption };
    traced = (await withWorkerThreads({ entry, shared, heapMiB: HEAP_MIB }, (workerThreads) =>
      runPool(tasks, { ...pool, workerThreads }),
    )) as readonly TracedTask[];
  } catch (error) {
    if (interruption.aborted) {
      discardOutputs();
      return false;
    }
    if (!(error instanceof TaskFailure)) throw error;
    throw new CommandError(exitCodeOf(error.error.code), error.message, { cause: error });
  }
  tasks.forEach(({ variant, replication }, index) => {
    const { digest } = result.variants[variant]!.perReplication[replication]!;
    invariant(traced[index]!.digest === digest, 'tracing-changes-the-run');
  });
  for (const file of files) file.commit();
  if (!quiet) terminal.note(asLines(exportedTexts(requests, traced, took())));
  return true;
}

function exportedTexts(
  requests: readonly ExportRequest[],
  traced: readonly TracedTask[],
  took: string,
): readonly string[] {
  const wrote = `wrote ${requests.map(({ path }) => path).join(', ')} in ${took}`;
  const partial = traced.reduce((sum, task) => sum + task.partial, 0);
  if (partial === 0) return [wrote];
  const those = partial === 1 ? 'trace lacks' : 'traces lack';
  const why = 'work that had not ended, or whose process died, has none';
  return [wrote, `${formatCount(partial)} ${those} spans: ${why}`];
}
