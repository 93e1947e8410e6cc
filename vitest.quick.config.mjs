import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configDefaults, mergeConfig } from 'vitest/config';
import { ROOT } from './scripts/build-key.mjs';
import all from './vitest.config.mjs';

// `npm test`: all tests but the suites of test/suites.json, which take a third of the time (`npm run suites`).
const suites = Object.values(JSON.parse(readFileSync(join(ROOT, 'test', 'suites.json'), 'utf8')));
const left = suites.flatMap(({ files }) => files.map((path) => path.replace(/\/$/, '/**')));

export default mergeConfig(all, { test: { exclude: [...configDefaults.exclude, ...left] } });
