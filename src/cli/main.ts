#!/usr/bin/env node
import { performOnThread } from './host.js';
import { processTerminal } from './terminal.js';

const args = process.argv.slice(2);
const terminal = processTerminal(args.includes('--no-color'));

process.exitCode = await (isShort() ? performHere() : performOnThread(args, terminal));

/**
 * Help and version compute nothing, so that a thread would take longer than they do. A server owns standard input, and
 * its calls have processes of their own.
 */
function isShort(): boolean {
  const [first = 'help'] = args;
  return ['mcp', 'help', '-h', '--help', '-v', '-V', '--version'].includes(first);
}

async function performHere(): Promise<number> {
  const { perform } = await import('./command-line.js');
  return perform(args, terminal);
}
