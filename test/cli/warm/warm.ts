import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';

/** A command line, where it runs, and its whole environment. */
export interface Command {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Result of a command, with the names of `spawnSync`. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Warm {
  readonly flag: Int32Array;
  readonly port: MessagePort;
}

/** Longest time of one command. Unit: ms. */
const LIMIT = 500_000;
/** The test files of a thread share its warm program, although each file loads these modules again. */
const held = globalThis as { faultlineWarm?: Warm };

/** Runs a command line of `program` in a process that ran others before, and waits for its end. */
export function runWarm(program: string, command: Command): Ended {
  held.faultlineWarm ??= start(program);
  const { flag, port } = held.faultlineWarm;
  Atomics.store(flag, 0, 0);
  port.postMessage(command);
  if (Atomics.wait(flag, 0, 0, LIMIT) === 'timed-out') {
    throw new Error(`no end within ${LIMIT / 1000} s: ${command.args.join(' ')}`);
  }
  return receiveMessageOnPort(port)!.message as Ended;
}

function start(program: string): Warm {
  const { port1, port2 } = new MessageChannel();
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('thread.mjs', import.meta.url), {
    workerData: { port: port2, flag, program },
    transferList: [port2],
  });
  worker.unref();
  port1.unref();
  return { flag, port: port1 };
}
