// Runs before `npm start` and `npm test`: installs missing dependencies and builds changed sources. It uses only
// built-in modules, so it works in a clone without node_modules. Dependencies are keyed by the lock file and the
// Node.js ABI, the build by the bytes of the sources (modification times mean nothing after a git checkout). --force
// always builds, --install-only does not build, --bundled fails if a file cannot be bundled, because a package contains
// only the bundles.
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
const BUNDLE_CONFIG = join('scripts', 'bundle.config.mjs');
const COMPILER = join('node_modules', 'typescript', 'bin', 'tsc');
/** It writes the same JavaScript in a third of the time, but does not exist for every platform. */
const NATIVE_COMPILER = join('node_modules', 'typescript-native', 'bin', 'tsc');
const NATIVE_FOR_PLATFORM = join(
  'node_modules',
  '@typescript',
  `typescript-${process.platform}-${process.arch}`,
);
const BUNDLER = join('node_modules', 'rolldown', 'bin', 'cli.mjs');
const PROGRAM_PATH = join('cli', 'main.js');
/** Next to `run`, like the program, so that both find the threads under the same relative path. */
const LIBRARY = join('library', 'index.js');
/** The threads that simulate. */
const THREADS = [join('run', 'worker.js'), join('cli', 'trace-worker.js')];
/** Output of the tools goes to standard error: standard output belongs to the command that follows. */
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
  // npm ci would empty the target of a link, which belongs to another checkout.
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

/** Compiles beside dist and swaps at the end: a failed build leaves the last good one in place. */
function build() {
  const took = stopwatch();
  const next = join('.cache', 'dist-next');
  rmSync(next, { recursive: true, force: true });
  try {
    const compiler = existsSync(NATIVE_FOR_PLATFORM) ? NATIVE_COMPILER : COMPILER;
    node(compiler, '-p', 'tsconfig.json', '--outDir', next);
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
 * Bundles a thread and all its imports into one file: V8 treats constants of the same file as constant, but looks up
 * those of another module at each use. The schemas are left out for a quick start.
 */
function bundleThread(path) {
  bundle(path, ['--config', THREADS_CONFIG, '--file', path]);
}

/**
 * Bundles the program into a few files next to its own. Otherwise every command would have to find and link hundreds of
 * modules first.
 */
function bundleProgram(path) {
  // Zod alone has a hundred modules; the others have one or two, or must not be bundled.
  const others = dependencies().filter((name) => name !== 'zod');
  bundle(path, [
    '--config',
    BUNDLE_CONFIG,
    '--dir',
    dirname(path),
    ...others.flatMap((name) => ['--external', name]),
  ]);
}

/** Bundles the library into one file, for simulations in the calling thread: see bundleThread. */
function bundleLibrary(dist) {
  const path = join(dist, LIBRARY);
  mkdirSync(dirname(path));
  writeFileSync(path, "export * from '../index.js';\n");
  const externals = dependencies().flatMap((name) => ['--external', name]);
  bundle(join(dist, 'index.js'), ['--config', BUNDLE_CONFIG, '--file', path, ...externals]);
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
