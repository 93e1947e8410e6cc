import { setTimeout as pause } from 'node:timers/promises';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { YOUNG_MIB } from '../run/worker-threads.js';
import { asLines, oneLine, splitLines } from '../text/line.js';
import { EXIT } from './exit.js';
import type { Left } from './interrupt.js';
import { discardOutputs, leftBehind, track } from './output.js';
import { codeOf } from './system-errors.js';
import type { Terminal } from './terminal.js';
import type { InputAnswer, InputRequest, ThreadMessage, ThreadSetup } from './thread-messages.js';

/**
 * Processor time of an interrupted command to report the runs that finished, the longest time that this may take, the
 * interval between two looks at it, and the time that its threads then have to end. Unit: ms. The flagship needs 1.9 s,
 * a hundred runs of it more than twice that. A runner of GitHub sends a second signal after 7.5 s, which ends the command.
 */
const MOMENT = 7000;
const LONGEST = 15_000;
const LOOK = 20;
const END = 1000;

const REPORTING = oneLine('reporting the runs that finished; a second interrupt ends at once');

/**
 * Performs a command on a thread of its own and returns the exit code. This thread only owns the terminal, standard
 * input and the signals, so that a signal ends the command whatever it computes.
 */
export function performOnThread(args: readonly string[], terminal: Terminal): Promise<number> {
  return new Promise((resolve) => new Host(args, terminal, resolve));
}

class Host {
  private readonly thread: Worker;
  private readonly terminal: Terminal;
  private readonly resolve: (exitCode: number) => void;
  private left: Left = { words: [], isReporting: false };
  private exitCode: number | null = null;
  private isInterrupted = false;
  private isEnding = false;

  constructor(args: readonly string[], terminal: Terminal, resolve: (exitCode: number) => void) {
    this.terminal = terminal;
    this.resolve = resolve;
    const { colors, columns, isLog, hasProgress } = terminal;
    const workerData: ThreadSetup = { traits: { colors, columns, isLog, hasProgress } };
    const entry = new URL('../cli/command-thread.js', import.meta.url);
    this.thread = new Worker(entry, {
      argv: [...args],
      env: SHARE_ENV,
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    this.thread.on('message', (message: ThreadMessage) => this.receive(message));
    this.thread.once('error', (error) => this.fail(error));
    this.thread.once('exit', () => this.finish());
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => this.interrupt(signal));
    }
    // A process started by --watch ends silently when the next run begins, or when --watch itself has ended.
    process.once('disconnect', () => {
      if (!this.isInterrupted) void this.end('SIGTERM', false);
    });
    // Its message is an interrupt, which the terminal may have sent to this process too.
    process.on('message', () => {
      if (!this.isInterrupted) this.interrupt('SIGTERM');
    });
    process.channel?.unref();
  }

  private receive(message: ThreadMessage): void {
    switch (message.kind) {
      case 'begun':
      case 'ended':
        return track(message.path, message.kind === 'begun');
      case 'left':
        this.left = message.left;
        return;
      case 'input':
        return void answer(message);
      case 'exit':
        this.exitCode = message.exitCode;
        return;
      case 'out':
      case 'note':
        if (!this.isEnding) this.terminal[message.kind](message.text);
        return;
      case 'raw':
      case 'progress':
        if (!this.isEnding) this.terminal[message.kind](message.text);
    }
  }

  /** The first signal asks a command that has something to report to do so; the second ends it at once. */
  private interrupt(signal: NodeJS.Signals): void {
    const isSecond = this.isInterrupted;
    this.isInterrupted = true;
    if (isSecond || !this.left.isReporting) return void this.end(signal, true);
    this.thread.postMessage(null);
    // With --watch it is the run that reports, and it says so itself.
    if (this.left.words !== null && this.left.words.length > 0) this.terminal.note(REPORTING);
    const before = process.cpuUsage();
    const start = performance.now();
    const timer = setInterval(() => {
      const { user, system } = process.cpuUsage(before);
      if (user + system < MOMENT * 1000 && performance.now() - start < LONGEST) return;
      clearInterval(timer);
      void this.end(signal, true);
    }, LOOK);
    timer.unref();
  }

  /** Ends the thread, removes unfinished files and leaves. */
  private async end(signal: NodeJS.Signals, isSaid: boolean): Promise<void> {
    if (this.isEnding) return;
    this.isEnding = true;
    const isEnded = await Promise.race([this.thread.terminate(), pause(END, null)]);
    const remaining = discardOutputs();
    this.terminal.progress('');
    if (isSaid) this.say();
    for (const path of remaining) this.terminal.note(leftBehind(path));
    // A thread cannot be ended during a system call that hangs, and process.exit() would wait for it.
    if (isEnded === null) process.removeAllListeners(signal).kill(process.pid, signal);
    process.exit(EXIT.interrupted);
  }

  /** Says what is kept. */
  private say(): void {
    const { words } = this.left;
    if (words === null) return;
    this.terminal.note(asLines(['faultline: interrupted', ...words.map((own) => `  ${own}`)]));
  }

  /** The thread has ended by itself. */
  private finish(): void {
    if (this.isEnding) return;
    if (this.exitCode === null) this.fail(new Error('the command ended without a result'));
    this.terminal.progress('');
    if (this.isInterrupted) this.say();
    this.resolve(this.isInterrupted ? EXIT.interrupted : this.exitCode!);
  }

  /** The thread died without having said so. */
  private fail(error: unknown): void {
    if (this.isEnding) return;
    discardOutputs();
    this.terminal.progress('');
    const isFull = codeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY';
    const message = isFull
      ? 'the command needs more memory than Node.js may use\n  Raise it, such as NODE_OPTIONS=--max-old-space-size=8192 (MiB).'
      : `internal error: ${error instanceof Error ? error.message : String(error)}`;
    this.terminal.note(splitLines(`faultline: ${message}`));
    this.exitCode = EXIT.failed;
  }
}

/** Reads standard input for the thread, which sleeps until then. */
async function answer({ port, flag, most }: InputRequest): Promise<void> {
  let found: InputAnswer;
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      if ((length += chunk.length) > most) break;
    }
    found = { bytes: Buffer.concat(chunks) };
  } catch (error) {
    found = {
      message: error instanceof Error ? error.message : String(error),
      code: codeOf(error),
    };
  }
  port.postMessage(found);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
}
