// Changes words and lines of all scenarios and runs those that are still valid: `npm run fuzz [MUTATIONS [SEED]]`, 60
// mutations of each file by default. Every text must either be refused with its place, or run.
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
