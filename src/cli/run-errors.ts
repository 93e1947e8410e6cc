import { changesOf, shellWord } from '../text/shell.js';
import { GuardStop, RunFailure } from '../run/failure.js';
import type { GuardReason, RunIdentity } from '../run/failure.js';
import type { WhatIfWords } from '../contracts/scenario/what-if.js';
import { formatInstant } from '../text/figures.js';
import { STDIN } from './files.js';
import { CommandError, EXIT } from './exit.js';
import { codeOf, fileError, isMachineCode } from './system-errors.js';

/** A message for the user about what ended a simulation; any other error is returned unchanged. */
export function explainRunError(error: unknown, path: string, whatIf?: WhatIfWords): unknown {
  if (error instanceof GuardStop) return guardError(error, path);
  if (error instanceof RunFailure) return failureError(error, path, whatIf);
  return error;
}

/** The command that repeats exactly this replication, with the changes of the command line. */
export function replayCommand(path: string, run: RunIdentity, whatIf?: WhatIfWords): string {
  const file = path === STDIN ? '-' : shellWord(path);
  const { variant, seed, replication } = run;
  return (
    `faultline run ${file} --variant ${variant} --seed ${seed} ` +
    `--replications ${replication + 1} --workers 1${whatIf === undefined ? '' : ` ${changesOf(whatIf)}`}`
  );
}

function guardError(stop: GuardStop, path: string): CommandError {
  const { run, reason, message: detail } = stop;
  const message = stopMessage(path, [{ ...run, reason, atNs: null, detail }], true);
  return new CommandError(EXIT.guard, message, { cause: stop });
}

/** A run that a guard stopped. */
export interface StoppedRun extends RunIdentity {
  readonly reason: GuardReason;
  /** Simulated time; null if it is not known. */
  readonly atNs: number | null;
  readonly detail: string;
}

/** The variants that guards stopped, and what to do about each; `isEmpty`: no other variant finished. */
export function stopMessage(path: string, stops: readonly StoppedRun[], isEmpty: boolean): string {
  const [first] = stops;
  const { what } = GUARDS[first!.reason];
  const rest = isEmpty
    ? 'the run was stopped and nothing is reported'
    : 'what finished is reported';
  const shown = stops
    .slice(0, SHOWN)
    .map(({ variant, seed, replication, atNs, detail, reason }) => {
      const at = atNs === null ? '' : `, at ${formatInstant(atNs / 1e9)} of the run`;
      const other = reason === first!.reason ? '' : `\n  ${GUARDS[reason].what}`;
      const why = detail === '' ? '' : `\n  ${detail}`;
      return `${other}\n  variant ${variant}, seed ${seed}, replication ${replication}${at}${why}`;
    });
  const left = stops.length - shown.length;
  const more = left === 0 ? '' : `\n  and ${left} more ${left === 1 ? 'variant' : 'variants'}`;
  const remedies = [...new Set(stops.map(({ reason }) => GUARDS[reason].remedy))];
  const advice = remedies.map((remedy) => `\n  ${remedy}`).join('');
  return `${path}: ${what}, ${rest}${shown.join('')}${more}${advice}`;
}

/** Most stopped variants in a message. */
const SHOWN = 5;

/** What each guard detected, and what a user can do about it. */
const GUARDS: Readonly<Record<GuardReason, { readonly what: string; readonly remedy: string }>> = {
  budget: {
    what: 'the limit of events (run.maxEvents) was reached',
    remedy: 'Shorten run.duration, lower the arrival rates, or raise run.maxEvents.',
  },
  instant: {
    what: 'a million events happened at one instant',
    remedy:
      'Something goes round without taking time: give a step on the way a time (work, wait, ' +
      'network.latency), or a backoff to the retry.',
  },
  depth: {
    what: 'a request called deeper than 64 calls',
    remedy:
      'The calls go round in a circle: break it, or let fewer requests take it (probability below 1).',
  },
  memory: {
    what: 'the limit of memory was reached',
    remedy: 'Otherwise lower the arrival rates, shorten run.duration, or raise --max-memory.',
  },
};

function failureError(failure: RunFailure, path: string, whatIf?: WhatIfWords): CommandError {
  const { error, run } = failure;
  if (isMachineCode(error.code)) {
    return new CommandError(EXIT.failed, error.message, { cause: failure });
  }
  const original = new Error(error.message);
  original.stack = error.stack === '' ? `${error.name}: ${error.message}` : error.stack;
  return new CommandError(
    EXIT.failed,
    `internal error: ${error.message}` +
      `\n  scenario ${path}, variant ${run.variant}, seed ${run.seed}, replication ${run.replication}` +
      `\n  again: ${replayCommand(path, run, whatIf)}` +
      '\n  This is a fault of faultline: please report it with the scenario. --debug shows where.',
    { cause: original },
  );
}

/** A failed write of a thread as plain words, with its code. */
export function asSystemError(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (code === '' || code.startsWith('ERR_')) return error;
  return Object.assign(new Error(fileError('cannot write', path, error).message), { code });
}
