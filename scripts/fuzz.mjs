// Changes words and lines of all scenarios and runs what is still right: `npm run fuzz [MUTATIONS [SEED]]`,
// mutations of each file, 60 unless given. Nothing may break: a text is refused with its place, or runs.
import { spawnSync } from 'node:child_process';

const [mutations = '60', seed = '1'] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/scenarios/mutations.test.ts'],
  {
    stdio: 'inherit',
    env: { ...process.env, FAULTLINE_MUTATIONS: mutations, FAULTLINE_SEED: seed },
  },
);
process.exit(status ?? 1);
