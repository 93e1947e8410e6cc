import { closeSync, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from '../run/pool.js';
import type { Answer, Assignment } from '../run/pool.js';
import type { RunTask } from '../run/replicate.js';
import { runPlan } from '../run/run.js';
import type { Plan } from '../spec/plan/plan.js';
import type { TraceRecord } from '../spec/record/record.js';
import { asSystemError } from './run-errors.js';
import { TraceLines } from './trace-lines.js';

/** Data with which this thread is started. */
export interface TraceSetup {
  /** Plans that trace every request. */
  readonly plans: readonly Plan[];
  /** The file that is being written, and the name by which the user knows it. */
  readonly temporary: string;
  readonly path: string;
}

/** Text is written in chunks of this size. Unit: characters. */
const CHUNK = 1 << 20;

// The only thread of `run --traces`. It runs the tasks in order and appends their traces to the file, so that traces
// of any length never have to fit in memory. The answer to each task is its digest.
const { plans, temporary, path } = workerData as TraceSetup;

parentPort?.on('message', ({ index, task }: Assignment) => {
  let answer: Answer;
  try {
    answer = { index, value: writeRun(task as RunTask) };
  } catch (error) {
    answer = { index, error: describeError(asSystemError(error, path)) };
  }
  parentPort?.postMessage(answer);
});

function writeRun({ variant, replication }: RunTask): string {
  const plan = plans[variant]!;
  const lines = new TraceLines(plan, replication);
  const descriptor = openSync(temporary, 'a');
  let text = '';
  const take = (rows: TraceRecord): void => {
    text += lines.text(rows);
    if (text.length < CHUNK) return;
    append(descriptor, text);
    text = '';
  };
  try {
    const record = runPlan(plan, replication, take);
    append(descriptor, text);
    return record.digest;
  } finally {
    closeSync(descriptor);
  }
}

function append(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
}
