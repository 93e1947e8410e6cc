import { closeSync, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { RunTask } from '../run/here.js';
import type { Answer, Assignment } from '../run/pool.js';
import { describeError } from '../run/task-error.js';
import { runPlan } from '../run/run.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { JournalEntry } from '../contracts/result/result.js';
import type { Exporter, ExporterKind, ExportSettings } from '../telemetry/exporter.js';
import { addPartial, EXPORTERS } from '../telemetry/index.js';
import { asSystemError } from './run-errors.js';

/** A file that is being written. */
export interface ExportTarget {
  /** Kind of exporter. */
  readonly kind: string;
  /** The unfinished file, and the name by which the user knows it. */
  readonly temporary: string;
  readonly path: string;
}

/** Data with which this thread is started. */
export interface TraceSetup {
  /** Plans that trace every request. */
  readonly plans: readonly Plan[];
  /** By plan: state changes of the first replication. */
  readonly journals: readonly (readonly JournalEntry[])[];
  readonly targets: readonly ExportTarget[];
  readonly settings: ExportSettings;
  /** Number of tasks; with the last one the files end. */
  readonly tasks: number;
}

/** What the program learns of a task: the digest of its run, and how many traces of a first replication lack spans. */
export interface TracedTask {
  readonly digest: string;
  readonly partial: number;
}

/** Text is written in chunks of this size. Unit: characters. */
const CHUNK = 1 << 20;

// The only thread of `run --traces`, `--spans`, `--metrics` and `--logs`. It runs the tasks in order and appends to the
// files, so that traces of any length never have to fit in memory. The answer to each task is a `TracedTask`.
const { plans, journals, targets, settings, tasks } = workerData as TraceSetup;

/** An exporter and the text that it has not written yet. */
class Output {
  private text = '';
  readonly kind: ExporterKind = EXPORTERS.find(({ kind }) => kind === this.target.kind)!;
  readonly exporter: Exporter = this.kind.create(settings);

  constructor(private readonly target: ExportTarget) {}

  add(text: string): void {
    this.text += text;
    if (this.text.length >= CHUNK) this.flush();
  }

  flush(): void {
    const { temporary, path } = this.target;
    try {
      const descriptor = openSync(temporary, 'a');
      try {
        const bytes = Buffer.from(this.text, 'utf8');
        for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      throw asSystemError(error, path);
    }
    this.text = '';
  }
}

const outputs = targets.map((target) => new Output(target));

parentPort?.on('message', ({ index, task }: Assignment) => {
  let answer: Answer;
  try {
    answer = { index, value: writeRun(task as RunTask, index === tasks - 1) };
  } catch (error) {
    answer = { index, error: describeError(error) };
  }
  parentPort?.postMessage(answer);
});

function writeRun({ variant, replication }: RunTask, isLast: boolean): TracedTask {
  const plan = plans[variant]!;
  const journal = replication === 0 ? journals[variant]! : [];
  const own = outputs.filter(({ kind }) => kind.allReplications || replication === 0);
  for (const output of own) output.add(output.exporter.begin({ plan, replication, journal }));
  const partial = new Set<number>();
  const hasSpans = own.some(({ kind }) => !kind.allReplications);
  const record = runPlan(plan, replication, (rows) => {
    if (hasSpans) addPartial(partial, rows);
    for (const output of own) output.add(output.exporter.rows(rows));
  });
  for (const output of own) output.add(output.exporter.end(record));
  if (isLast) for (const output of outputs) output.add(output.exporter.finish());
  for (const output of outputs) output.flush();
  return { digest: record.digest, partial: partial.size };
}
