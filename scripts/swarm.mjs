// Tries many more random worlds than the tests do: `npm run swarm:messages [WORLDS [SEED]]`, and the same for sagas and
// platforms; 6000 worlds by default. Failures of messages and sagas are shrunk; all are printed.
import { spawnSync } from 'node:child_process';

const FILES = {
  messages: ['test/model/messaging', 'test/model/queues-conserved.test.ts'],
  sagas: ['test/model/sagas-random.test.ts'],
  platform: ['test/model/platform-random.test.ts'],
};
const [what, worlds = '6000', seed = '1'] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--testTimeout=0', ...FILES[what]],
  {
    stdio: 'inherit',
    env: { ...process.env, FAULTLINE_WORLDS: worlds, FAULTLINE_SEED: seed },
  },
);
process.exit(status ?? 1);
