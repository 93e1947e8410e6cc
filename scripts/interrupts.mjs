// `npm run interrupts`: sends SIGINT and SIGTERM in each phase of each command, which takes minutes.
import { spawnSync } from 'node:child_process';
import { ROOT } from './build-key.mjs';

const args = ['node_modules/vitest/vitest.mjs', 'run', 'test/cli/interrupts.test.ts'];
const env = { ...process.env, FAULTLINE_INTERRUPTS: 'all' };
const { status } = spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
process.exitCode = status ?? 1;
