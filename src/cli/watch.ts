import { asLines, oneLine } from '../text/line.js';
import { spawn, type ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Source } from '../scenario/load.js';
import { EXIT, usageError } from './exit.js';
import { scenarioReader } from './files.js';
import { interruption, leave } from './interrupt.js';
import type { Terminal } from './terminal.js';

/**
 * Interval at which files are polled. File events get lost for editors that replace a file, and in remote folders.
 */
const POLL_MS = 200;

/** For each path, a text that changes with the state of the file. */
type States = ReadonlyMap<string, string>;

/**
 * Runs the command line now and after each change of the scenarios or of their includes, until interrupted. Each run is
 * a separate process, which ends before the next one begins.
 */
export async function watch(files: readonly string[], terminal: Terminal): Promise<number> {
  if (files.length === 0) throw usageError('--watch needs a file to watch');
  if (files.includes('-')) throw usageError('--watch needs a file: standard input never changes');
  for (let run = 2; ; run++) {
    const states = statesOf(files);
    const child = start();
    // The run itself says what it keeps.
    leave({ words: [], rest: '' });
    let isUnwanted = false;
    const ended = endOf(child);
    const waiting = oneLine(`--- ${files.join(', ')}: waiting for a change, Ctrl-C ends ---`);
    void ended.then(() => {
      if (!isUnwanted && !interruption.aborted) terminal.note(waiting);
    });
    const changed = await changeOf(states);
    isUnwanted = true;
    if (changed === null) {
      if (child.connected) child.send('interrupt');
      if ((await ended) === EXIT.interrupted) leave({ words: null, rest: '' });
      return EXIT.interrupted;
    }
    // The run notices that its channel is closed, removes unfinished files, and ends.
    if (child.connected) child.disconnect();
    await ended;
    leave({ words: [], rest: null });
    terminal.note(asLines(['', `--- ${changed} was saved: run ${run} ---`]));
  }
}

/** The same command without --watch. It ends when the channel to it is closed. */
function start(): ChildProcess {
  // The first of the arguments is this thread.
  const program = fileURLToPath(new URL('../cli/main.js', import.meta.url));
  const own = process.argv.slice(2).filter((arg) => arg !== '--watch');
  return spawn(process.execPath, [...process.execArgv, program, ...own], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
}

/** The exit code. */
function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

/** The states of the scenarios and of all files that they read, each taken before its text was read. */
function statesOf(files: readonly string[]): States {
  const states = new Map<string, string>();
  for (const file of files) {
    const read = scenarioReader(file);
    const noted = (path: string): ReturnType<typeof read> => {
      states.set(path, stateOf(path));
      return read(path);
    };
    // The run reports any problems.
    new Source(file, noted).load();
  }
  return states;
}

function stateOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? 'absent' : `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
}

/** The file that has changed, once no file changes any more; null if an interrupt came first. */
async function changeOf(states: States): Promise<string | null> {
  let before = '';
  for (;;) {
    if (interruption.aborted) return null;
    await pause(POLL_MS);
    const now = [...states.keys()].map(stateOf);
    const text = now.join(' ');
    const changed = [...states].find(([, state], i) => state !== now[i]);
    if (changed !== undefined && text === before) return changed[0];
    before = text;
  }
}
