import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { PROGRAM } from '../harness.js';

export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** A command that is under way. */
export interface Begun {
  readonly child: ChildProcess;
  readonly args: readonly string[];
  /** What it has printed so far, on both streams. */
  text(): string;
}

/** How a command ended after a signal. */
export interface Interrupted {
  readonly code: number | null;
  /** The signal that ended it, if it did not end by itself. */
  readonly by: NodeJS.Signals | null;
  readonly text: string;
  /** From the signal to the end of the process and of all that it started. Unit: ms. */
  readonly took: number;
}

/** Starts a command whose standard input is a pipe that stays open. */
export function begin(args: readonly string[], cwd: string): Begun {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, stdio: 'pipe' });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => (text += data.toString()));
  }
  child.stdin.on('error', () => {});
  return { child, args, text: () => text };
}

/** Sends signals and waits for the end. */
export async function interrupt(begun: Begun, ...signals: readonly Signal[]): Promise<Interrupted> {
  expectAlive(begun);
  const { child, text } = begun;
  const ended = once(child, 'close');
  const start = performance.now();
  for (const [i, signal] of signals.entries()) {
    if (i > 0) await pause(50);
    child.kill(signal);
  }
  const [code, by] = (await ended) as [number | null, NodeJS.Signals | null];
  return { code, by, text: text(), took: performance.now() - start };
}

/** Throws where a command is over, instead of waiting for something that does not come. */
function expectAlive({ child, args, text }: Begun): void {
  if (child.exitCode === null && child.signalCode === null) return;
  throw new Error(`${args.join(' ')} is over:\n${text()}`);
}

/** Waits until the program has read from standard input more than a pipe holds. */
export async function untilRead(begun: Begun): Promise<void> {
  let isRead = false;
  begun.child.stdin!.write('#'.repeat(1 << 19), () => (isRead = true));
  await untilThere(begun, () => isRead);
}

/** Waits until a process has used this much time of a processor. Unit: s. */
export async function untilBusy(begun: Begun, seconds: number): Promise<void> {
  if (!existsSync('/proc/self/stat')) return pause(4000 * seconds);
  await untilThere(begun, () => usedBy(begun) >= seconds);
}

/** The time of a processor that a command needs from its start to its end. Unit: s. */
export async function timeOf(begun: Begun): Promise<number> {
  if (!existsSync('/proc/self/stat')) return 1;
  const { child } = begun;
  let used = 0;
  while (child.exitCode === null && child.signalCode === null) {
    used = Math.max(used, usedBy(begun));
    await pause(10);
  }
  return used;
}

function usedBy({ child }: Begun): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Waits until a thread of the process has ended: the one that simulates. */
export async function untilSimulated(begun: Begun): Promise<void> {
  const { pid } = begun.child;
  if (!existsSync(`/proc/${pid}/task`)) return untilBusy(begun, 4);
  let most = 0;
  await untilThere(begun, () => {
    const now = readdirSync(`/proc/${pid}/task`).length;
    most = Math.max(most, now);
    return begun.text().includes('running') && now < most;
  });
}

/** Waits for a command until something is there. */
export async function untilThere(begun: Begun, found: () => boolean): Promise<void> {
  for (;;) {
    expectAlive(begun);
    if (found()) return;
    await pause(10);
  }
}

/** Computes for 0.2 s and prints how much longer that took. */
const SAMPLE =
  'const start = performance.now(); const { user } = process.cpuUsage();' +
  'while (process.cpuUsage().user - user < 2e5); console.log((performance.now() - start) / 200)';

/** The promised second, and what a machine without other work adds. Unit: ms. */
const PROMISED = 1200;

/**
 * The time that a command has to end which took this long: what is promised, or as much more as other work makes a program
 * on this machine wait. That is measured only for a command that took longer. Unit: ms.
 */
export function limit(took: number): number {
  if (took < PROMISED) return PROMISED;
  const { stdout } = spawnSync(process.execPath, ['-e', SAMPLE], { encoding: 'utf8' });
  return Math.max(PROMISED, 1500 * Number(stdout));
}
