// Threads that simulate for one command line after the other. A new thread loads the simulator and runs slowly until V8
// has compiled it: 0.5 s of the 0.6 s of a short command, and of every run that proves a cause.
import { EventEmitter } from 'node:events';
import workerThreads from 'node:worker_threads';
import { syncBuiltinESMExports } from 'node:module';

/** The module of threads that simulate. Others, such as those that write traces, are started anew. */
const SIMULATOR = '/run/worker.js';

const { Worker } = workerThreads;
/** Idle threads by what they were started with. */
const idle = new Map();

/** Makes the commands of this process use such threads. */
export function keepThreads() {
  workerThreads.Worker = function (entry, options) {
    const isSimulator = String(entry).endsWith(SIMULATOR);
    return isSimulator ? new Simulator(entry, options) : new Worker(entry, options);
  };
  syncBuiltinESMExports();
}

/** Ends the idle threads: their memory counts where a command has a limit for the whole process. */
export async function endThreads() {
  const threads = [...idle.values()].flat();
  idle.clear();
  await Promise.all(threads.map((thread) => thread.terminate()));
}

/** What the program knows as its thread: a kept one, until it ends it. */
class Simulator extends EventEmitter {
  #plans;
  #key;
  #thread;
  /** False = it has a task, or its memory must be freed. */
  #isReusable = true;

  constructor(entry, { workerData: { plans, memory, audited }, ...options }) {
    super();
    this.#plans = plans;
    this.#key = JSON.stringify([String(entry), memory, audited, options]);
    this.#thread =
      idle.get(this.#key)?.pop() ??
      new Worker(entry, { ...options, workerData: { plans: [], memory, audited } });
    this.#thread.ref();
    this.#thread.on('message', (answer) => {
      this.#isReusable = answer.error === undefined && answer.value.stop !== 'memory';
      this.emit('message', answer);
    });
    for (const event of ['error', 'exit']) {
      this.#thread.on(event, (detail) => {
        this.#isReusable = false;
        this.emit(event, detail);
      });
    }
  }

  /** A kept thread does not have the plans of this command, so each task brings its own. */
  postMessage({ index, task }) {
    this.#isReusable = false;
    const plan = task.plan ?? this.#plans[task.variant];
    this.#thread.postMessage({ index, task: { plan, replication: task.replication } });
  }

  async terminate() {
    if (!this.#isReusable) return this.#thread.terminate();
    this.#isReusable = false;
    for (const event of ['message', 'error', 'exit']) this.#thread.removeAllListeners(event);
    this.#thread.unref();
    idle.set(this.#key, [...(idle.get(this.#key) ?? []), this.#thread]);
    return 0;
  }

  ref() {
    this.#thread.ref();
  }

  unref() {
    this.#thread.unref();
  }
}
