import { closeSync, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from '../run/pool.js';
import type { Answer, Assignment } from '../run/pool.js';
import type { RunTask } from '../run/replicate.js';
import { runPlan } from '../run/run.js';
import type { Plan } from '../spec/plan.js';
import type { TraceRecord } from '../spec/record.js';
import { asSystemError } from './run-errors.js';
import { TraceLines } from './trace-lines.js';

/** What this thread is started with. */
export interface TraceSetup {
  /** Plans that trace every request. */
  readonly plans: readonly Plan[];
  /** The file that is being written, and the name the user knows it by. */
  readonly temporary: string;
  readonly path: string;
}

/** Text that is gathered before it is written. Unit: characters. */
const CHUNK = 1 << 20;

// The one thread of `run --traces`: it runs the tasks in order and appends what they trace to the file,
// so that traces of any length pass through without being kept. Each is answered with its digest.
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
