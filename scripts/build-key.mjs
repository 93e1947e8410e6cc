// Keys of a build: they show whether `dist` is up to date with the sources.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const PROGRAM = join('dist', 'cli', 'main.js');
export const BUILD_STAMP = join('.cache', 'build-key');
/** Scripts that affect the result of a build. */
const BUILDERS = [
  'bootstrap.mjs',
  'build.mjs',
  'constants.mjs',
  'layers.json',
  'no-crypto.mjs',
  'no-schemas.mjs',
  'notices.mjs',
];

/** Returns true if `dist` was built from the current bytes of the sources. */
export function isBuilt() {
  return stampIs(BUILD_STAMP, buildKey()) && existsSync(join(ROOT, PROGRAM));
}

/** Changes with the sources, the build scripts and the dependencies. */
export function buildKey() {
  const builders = BUILDERS.map((name) => join('scripts', name));
  const sources = [
    'tsconfig.json',
    'tsconfig.browser.json',
    'package.json',
    ...builders,
    ...filesBelow('src'),
  ];
  return `${digest(sources)} ${dependencyKey()}`;
}

/** Changes with the lock file and with the Node.js for which modules were installed. */
export function dependencyKey() {
  const { versions, platform, arch } = process;
  return `${digest(['package-lock.json'])} ${versions.modules} ${platform} ${arch}`;
}

/** Returns true if a file contains this key. */
export function stampIs(path, key) {
  const stamp = join(ROOT, path);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === key;
}

function digest(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const bytes = readFileSync(join(ROOT, path));
    hash.update(path.replaceAll('\\', '/')).update('\0').update(bytes).update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(directory) {
  return readdirSync(join(ROOT, directory), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}
