import { examples, withOwnThreads, type Add } from './command-parts.js';
import { queueAddress } from './queue/address.js';

/** `worker ADDRESS`. */
export const addWorker: Add = (program, action) => {
  const command = program
    .command('worker')
    .summary('make runs for commands with --queue on other machines')
    .description(
      'Takes runs from a queue in Redis until it gets a signal; the runs that it has begun go back then. It needs the packages ' +
        'bullmq and ioredis, and serves commands of the same build only.',
    )
    .argument('<address>', 'the Redis, such as redis://host:6379', queueAddress);
  withOwnThreads(command)
    .option('--quiet', 'print nothing')
    .addHelpText(
      'after',
      examples(
        'faultline worker redis://localhost:6379',
        'faultline worker rediss://user:password@queue.example:6380 --workers 8',
        'faultline sweep scenarios/retry-metastable.yaml map --queue redis://localhost:6379   # on your machine',
      ),
    )
    .action(action(async () => (await import('./commands/worker.js')).work));
};
