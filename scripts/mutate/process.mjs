// The process that tries mutants, as seen by its parent.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../build-key.mjs';

const WORKER = join(ROOT, 'scripts', 'mutate', 'worker.mjs');

export class Worker {
  constructor() {
    this.child = fork(WORKER, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  }

  /** Returns its answer; null if it does not answer in time, or has ended. */
  ask(message, limit) {
    return new Promise((resolve) => {
      const done = (value) => {
        clearTimeout(timer);
        this.child.removeAllListeners();
        resolve(value);
      };
      const timer = setTimeout(() => done(null), limit);
      this.child.once('message', done);
      this.child.once('exit', () => done(null));
      this.child.once('error', () => done(null));
      if (this.child.connected) this.child.send(message);
      else done(null);
    });
  }

  renewed() {
    this.end();
    return new Worker();
  }

  end() {
    this.child.kill('SIGKILL');
  }
}
