import { MessageChannel, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { perform, report } from './command-line.js';
import { readInputWith } from './files.js';
import { interrupt, onLeft } from './interrupt.js';
import { onOutput } from './output.js';
import { askWith } from './questions.js';
import { startedWith } from './run-errors.js';
import { postingTerminal } from './terminal.js';
import type { InputAnswer, InputRequest, ThreadMessage, ThreadSetup } from './thread-messages.js';

const host = parentPort!;
const post = (message: ThreadMessage): void => host.postMessage(message);

/**
 * Performs the command of this process in its thread. It may compute for as long as it likes: main.ts stays free for the
 * signals, and owns the terminal and standard input.
 */
export async function performForHost(): Promise<void> {
  const terminal = postingTerminal((workerData as ThreadSetup).traits, post);
  const args = process.argv.slice(2);
  host.on('message', interrupt);
  // Waiting for an interrupt does not keep the thread alive.
  host.unref();
  onLeft((left) => post({ kind: 'left', left }));
  onOutput((path, isBegun) => post({ kind: isBegun ? 'begun' : 'ended', path }));
  readInputWith(askForInput);
  askWith((question) => Buffer.from(askForInput(0, question)).toString());
  startedWith(args);
  // Any other error is a defect of the program, and must not end like a broken budget (1).
  process.once('uncaughtException', (error) => {
    post({ kind: 'exit', exitCode: report(error, terminal, args.includes('--debug')) });
    process.exit();
  });
  post({ kind: 'exit', exitCode: await perform(args, terminal) });
}

/** Sleeps until standard input is read to its end. A thread that reads it itself could not be ended meanwhile. */
function askForInput(most: number, question?: string): Uint8Array {
  const { port1, port2 } = new MessageChannel();
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const asked = question === undefined ? {} : { question };
  const request: InputRequest = { kind: 'input', port: port2, flag, most, ...asked };
  host.postMessage(request, [port2]);
  Atomics.wait(flag, 0, 0);
  const answer = receiveMessageOnPort(port1)!.message as InputAnswer;
  port1.close();
  if ('bytes' in answer) return answer.bytes;
  throw Object.assign(new Error(answer.message), { code: answer.code });
}
