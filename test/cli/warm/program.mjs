// Runs command lines one after the other in one process, without the thread that the program starts for each. The
// modules are loaded and compiled once, which is two thirds of the time of a short command.
import os from 'node:os';
import { syncBuiltinESMExports } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { endThreads, keepThreads } from './threads.mjs';

// As in vitest.config.mjs: many short commands in one process.
setFlagsFromString('--interrupt-budget=270000');
const [, , program] = process.argv;
const { perform, report } = await load('command-line.js');
const { processTerminal } = await load('terminal.js');
const exit = process.exit.bind(process);

// The tests keep every core busy already: one more thread for each command only costs its start.
os.availableParallelism = () => 1;
syncBuiltinESMExports();
keepThreads();

process.on('message', (request) => void run(request));

async function run({ args, cwd, env }) {
  if (args.includes('--max-memory')) await endThreads();
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (text) => {
      written[name] += text;
      return true;
    };
  }
  // The state of a process that ends early is of no use to the next command.
  process.exit = (status = process.exitCode ?? 0) =>
    process.send({ isLast: true, status, ...written }, () => exit(0));
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv = [process.execPath, program, ...args];
  process.exitCode = undefined;
  const terminal = processTerminal(args.includes('--no-color'));
  const fail = (error) => process.exit(report(error, terminal, args.includes('--debug')));
  process.once('uncaughtException', fail);
  process.exitCode = await perform(args, terminal);
  process.removeListener('uncaughtException', fail);
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
  process.channel.ref();
  process.send({ isLast: false, status: process.exitCode ?? 0, ...written });
}

/** A module of the program as it was built for tests. */
function load(name) {
  return import(new URL(name, `file://${program}`).href);
}
