import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { oneLine } from '../text/line.js';
import type { Terminal } from './terminal.js';

/** What shows a file in the browser of a system, and the arguments before the file. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};
const USUAL = ['xdg-open'] as const;

/** Shows a page in the browser, which outlives the command. Says so where the machine has no program for it. */
export async function openPage(path: string, terminal: Terminal): Promise<void> {
  const [program, ...before] = OPENERS[process.platform] ?? USUAL;
  const opener = spawn(program, [...before, resolve(path)], { detached: true, stdio: 'ignore' });
  const isOpen = await new Promise<boolean>((done) => {
    opener.once('spawn', () => done(true));
    opener.once('error', () => done(false));
  });
  opener.unref();
  if (isOpen) return;
  terminal.note(oneLine(`--open: there is no ${program} on this machine; open ${path} yourself`));
}
