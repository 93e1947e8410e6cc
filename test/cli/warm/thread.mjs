// Sends a command to the warm program while the thread that needs the result sleeps.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerData } from 'node:worker_threads';

const { port, flag, program } = workerData;
const SCRIPT = fileURLToPath(new URL('program.mjs', import.meta.url));
let child = null;

port.on('message', async (request) => {
  port.postMessage(await answerOf(request));
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
});

function answerOf(request) {
  child ??= spawn(process.execPath, [SCRIPT, program], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const own = child;
  return new Promise((resolve) => {
    const end = ({ isLast, ...answer }) => {
      own.removeAllListeners();
      if (isLast) child = null;
      resolve(answer);
    };
    own.once('message', end);
    // All that was sent has arrived by then.
    own.once('disconnect', () => {
      const { exitCode: status } = own;
      end({ isLast: true, status, stdout: '', stderr: 'the warm program has ended' });
    });
    own.send(request);
  });
}
