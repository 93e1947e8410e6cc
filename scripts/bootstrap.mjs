// Runs before `npm start` and `npm test`: installs what is missing and builds what has changed.
// Only built-in modules, so that it works in a clone that has no node_modules yet. What is up to date
// is left alone: dependencies are keyed by the lock file and the Node.js ABI, the build by the bytes
// of the sources (modification times say nothing after a git checkout). --force builds in any case,
// --install-only does not build, --bundled fails where a file cannot be bundled: a package has only the bundles.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  BUILD_STAMP,
  PROGRAM,
  ROOT,
  buildKey,
  dependencyKey,
  isBuilt,
  stampIs,
} from './build-key.mjs';
import { withLock } from './lock.mjs';
import { requireNode } from './node-version.mjs';

const DEPENDENCY_STAMP = join('node_modules', '.faultline-dependencies');
const THREADS_CONFIG = join('scripts', 'threads.config.mjs');
const COMPILER = join('node_modules', 'typescript', 'bin', 'tsc');
const BUNDLER = join('node_modules', 'rolldown', 'bin', 'cli.mjs');
const PROGRAM_PATH = join('cli', 'main.js');
/** Beside `run`, as the program is: from both, the threads are found at the same place. */
const LIBRARY = join('library', 'index.js');
/** The threads that simulate. */
const THREADS = [join('run', 'worker.js'), join('cli', 'trace-worker.js')];
/** What the tools print goes to standard error: standard output belongs to the command that follows. */
const STDIO = ['ignore', process.stderr, 'inherit'];
const QUIET = ['ignore', 'ignore', 'inherit'];

requireNode();
process.chdir(ROOT);
mkdirSync('.cache', { recursive: true });
const force = process.argv.includes('--force');
const installOnly = process.argv.includes('--install-only');
if (force || !isInstalled() || (!installOnly && !isBuilt())) {
  withLock(join('.cache', 'bootstrap.lock'), () => {
    if (!isInstalled()) install();
    if (force || (!installOnly && !isBuilt())) build();
  });
}

function isInstalled() {
  return stampIs(DEPENDENCY_STAMP, dependencyKey()) && existsSync(COMPILER);
}

function install() {
  const took = stopwatch();
  say('installing dependencies (first time, or package-lock.json has changed)');
  // npm ci empties what a link points to, which belongs to another checkout.
  const own = lstatSync('node_modules', { throwIfNoEntry: false });
  if (own?.isSymbolicLink() === true) unlinkSync('node_modules');
  try {
    npm('ci');
  } catch {
    say('npm ci did not succeed; trying npm install');
    npm('install');
  }
  writeFileSync(DEPENDENCY_STAMP, dependencyKey());
  say(`installed dependencies in ${took()} s`);
}

/** Compiles beside dist and swaps at the end: a build that fails leaves the last good one in place. */
function build() {
  const took = stopwatch();
  const next = join('.cache', 'dist-next');
  rmSync(next, { recursive: true, force: true });
  try {
    node(COMPILER, '-p', 'tsconfig.json', '--outDir', next);
  } catch {
    say('the build failed; see the messages above');
    process.exit(3);
  }
  for (const thread of THREADS) bundleThread(join(ROOT, next, thread));
  bundleProgram(join(ROOT, next, PROGRAM_PATH));
  bundleLibrary(join(ROOT, next));
  chmodSync(join(next, PROGRAM_PATH), 0o755);
  rmSync('dist', { recursive: true, force: true });
  renameSync(next, 'dist');
  writeFileSync(BUILD_STAMP, buildKey());
  say(`built in ${took()} s`);
}

/**
 * Puts a thread and all that it imports into one file: V8 takes what is constant in a file for constant,
 * but looks it up at each use where it comes from another module. The schemas are left out, for a quick start.
 */
function bundleThread(path) {
  bundle(path, ['--config', THREADS_CONFIG, '--file', path]);
}

/**
 * Puts the program into a few files beside its own: else every command has to find and link hundreds of modules
 * before it begins.
 */
function bundleProgram(path) {
  // Zod is a hundred modules itself; all others are one or two, or are not for bundling.
  const others = dependencies().filter((name) => name !== 'zod');
  bundle(path, ['--dir', dirname(path), ...others.flatMap((name) => ['--external', name])]);
}

/** The library in one file, for what it simulates in the thread that calls it: see bundleThread. */
function bundleLibrary(dist) {
  const path = join(dist, LIBRARY);
  mkdirSync(dirname(path));
  writeFileSync(path, "export * from '../index.js';\n");
  const externals = dependencies().flatMap((name) => ['--external', name]);
  bundle(join(dist, 'index.js'), ['--file', path, ...externals]);
}

function dependencies() {
  return Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).dependencies);
}

function bundle(path, options) {
  const args = [BUNDLER, '--input', path, '--platform', 'node', '--format', 'esm', ...options];
  try {
    execFileSync(process.execPath, args, { stdio: QUIET });
  } catch {
    if (process.argv.includes('--bundled')) {
      say(`could not bundle ${path}; see the messages above`);
      process.exit(3);
    }
    say(`could not bundle ${path}: all is the same, and a little slower`);
  }
}

function npm(command) {
  const args = [command, '--no-audit', '--no-fund', '--loglevel=error'];
  // npm_execpath is npm's own script, set by npm when it runs this; calling it through node avoids npm.cmd.
  const script = process.env.npm_execpath;
  if (script !== undefined && script.endsWith('.js')) node(script, ...args);
  else execFileSync('npm', args, { stdio: STDIO, shell: process.platform === 'win32' });
}

function node(...args) {
  execFileSync(process.execPath, args, { stdio: STDIO });
}

function stopwatch() {
  const start = process.hrtime.bigint();
  return () => (Number(process.hrtime.bigint() - start) / 1e9).toFixed(1);
}

function say(text) {
  process.stderr.write(`faultline: ${text}\n`);
}
