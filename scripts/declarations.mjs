// The declarations of the library's types that its entries reach. A compiler writes those of all modules, and a package
// needs a fifth of them.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const IMPORTED = /(?:from |import\()["'](\.[^"']+)\.js["']/g;

/** Removes all declarations in a folder that no entry imports, directly or through others. */
export function keepReachable(folder, entries) {
  const reached = new Set();
  const open = entries.map((entry) => join(folder, entry));
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const [, from] of readFileSync(file, 'utf8').matchAll(IMPORTED))
      open.push(join(dirname(file), `${from}.d.ts`));
  }
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = join(folder, name);
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
  }
}
