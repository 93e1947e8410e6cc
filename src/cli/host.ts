import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { YOUNG_MIB } from '../run/ahead.js';
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
const END = 900;

/**
 * The same signal again within this time is the same interrupt: Ctrl-C reaches each process of the terminal, and npm and
 * timeout (coreutils) pass on to their child the signal that it has already. Unit: ms.
 */
const SAME = 250;

const HOW_TO_END = 'a second signal or Ctrl-C ends at once, without it';

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
  private left: Left = { words: [], rest: null };
  private exitCode: number | null = null;
  /** The first signal, null if it is the message of --watch, and when it came. */
  private first: { readonly signal: NodeJS.Signals | null; readonly at: number } | null = null;
  private isEnding = false;

  constructor(args: readonly string[], terminal: Terminal, resolve: (exitCode: number) => void) {
    this.terminal = terminal;
    this.resolve = resolve;
    const { colors, columns, isLog, hasProgress, canAsk } = terminal;
    const workerData: ThreadSetup = { traits: { colors, columns, isLog, hasProgress, canAsk } };
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
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => this.interrupt(signal));
    }
    process.once('SIGHUP', () => process.once('exit', endByHangUp));
    // A process started by --watch ends silently when the next run begins, or when --watch itself has ended.
    process.once('disconnect', () => void this.end('SIGTERM', false));
    // Its message is an interrupt, which the terminal may have sent to this process too.
    process.on('message', () => {
      if (this.first === null) this.interrupt(null);
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
        if (!this.isEnding) this.terminal.raw(message.text);
        return;
      case 'progress':
        // What the command does after an interrupt is the last line that it shows.
        if (this.first === null) this.terminal.progress(message.text);
    }
  }

  /** The first signal asks a command that has something to report to do so; the second ends it at once. */
  private interrupt(signal: NodeJS.Signals | null): void {
    const { first, left } = this;
    const at = performance.now();
    if (first !== null && at - first.at < SAME && [null, signal].includes(first.signal)) return;
    this.first ??= { signal, at };
    if (first !== null || left.rest === null) return void this.end(signal ?? 'SIGTERM', true);
    this.thread.postMessage(null);
    if (left.rest !== '') this.terminal.note(oneLine(`interrupted: ${left.rest}; ${HOW_TO_END}`));
    // A person at a terminal can decide how long to wait. A supervisor may kill a process that does not end.
    if (signal === 'SIGINT' && this.terminal.hasProgress) return;
    this.endAfterMoment(signal ?? 'SIGTERM', at);
  }

  private endAfterMoment(signal: NodeJS.Signals, start: number): void {
    const before = process.cpuUsage();
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
    if (this.first !== null) this.say();
    this.resolve(this.first !== null ? EXIT.interrupted : this.exitCode!);
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

/**
 * The terminal was closed, or the connection to it was lost. Node.js ends with an abort where it cannot reset a terminal,
 * so the process ends by the signal, as it would without a handler.
 */
function endByHangUp(): void {
  process.removeAllListeners('SIGHUP').kill(process.pid, 'SIGHUP');
}

/** Reads standard input for the thread, which sleeps until then. */
async function answer({ port, flag, most, question }: InputRequest): Promise<void> {
  let found: InputAnswer;
  try {
    const bytes = question === undefined ? await allOf(most) : Buffer.from(await lineFor(question));
    found = { bytes };
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

/** All of standard input, or more than `most` bytes. */
async function allOf(most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    if ((length += chunk.length) > most) break;
  }
  return Buffer.concat(chunks);
}

/** The line that a person answers; '' at the end of the input. The terminal edits it, and sends its signals. */
function lineFor(question: string): Promise<string> {
  const { stdin: input, stderr: output } = process;
  const lines = createInterface({ input, output, terminal: false });
  return new Promise((resolve) => {
    lines.on('close', () => resolve(''));
    lines.question(question, (line) => {
      resolve(line);
      lines.close();
    });
  });
}
