// Builds `dist` from the sources with one bundler, in about a second: `node scripts/build.mjs DIRECTORY`, called by
// bootstrap.mjs. Types are checked by `npm run check`.
//
//   cli/main.js         the program, cli/command-thread.js its thread, and the files that its commands load
//   run/worker.js       a thread that simulates; cli/trace-worker.js traces a run
//   run/warm-up.plan    what a thread simulates while it waits for its first run
//   library/index.js    the library in one file without imports: it also runs in a browser
//   library/node.js     what the library has in Node alone
//   THIRD-PARTY-NOTICES.txt  the licences of the packages whose code is in these files
//   layers/LAYER.js     every module of a layer, and PATH.js for each module: what tests and benchmarks import
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { serialize } from 'node:v8';
import { rolldown } from 'rolldown';
import { ROOT } from './build-key.mjs';
import { constantFunctions } from './constants.mjs';
import { NOTICES, noticesOf, packagesOf } from './notices.mjs';

/** The layers of docs/architecture.md, lowest first. */
const LAYERS = Object.keys(JSON.parse(readFileSync(join(ROOT, 'scripts', 'layers.json'), 'utf8')));
const PROGRAM = 'cli/main';
/** The program and the thread of its command. */
const PROGRAMS = [PROGRAM, 'cli/command-thread'];
const LIBRARY = 'index';
const LIBRARY_IN_NODE = 'node';
/** The threads that simulate. */
const TRACER = 'cli/trace-worker';
const THREADS = ['run/worker', TRACER];
/** A third smaller. Names of errors are texts, and no other name of the code is shown. */
const SMALL = { compress: false, mangle: true, codegen: { removeWhitespace: true } };
/** A stack shows names, so they stay. Indents go. */
const DENSE = { compress: false, mangle: false, codegen: { removeWhitespace: true } };
/** Started and never imported: to load one is to run it. */
const STARTED = new Set([...PROGRAMS, ...THREADS]);
/** What runs in the page of a report, and the module that has it as a text. */
const PAGE = 'browser/page/main';
const PAGE_TEXT = join(ROOT, 'src', 'browser', 'built.js');
const NO_SCHEMAS = fileURLToPath(new URL('no-schemas.mjs', import.meta.url));
/** In place of a module of Node that one of the packages would use for a seed of its own. */
const NO_CRYPTO = fileURLToPath(new URL('no-crypto.mjs', import.meta.url));

/** Builds everything below a directory. Throws if a source cannot be read. */
export async function build(directory) {
  const [, ...shipped] = await Promise.all([
    buildLayers(directory),
    ...THREADS.map((thread) => buildThread(thread, directory)),
    buildProgram(directory),
    buildLibrary(directory),
    buildLibraryInNode(directory),
  ]);
  await writeWarmUp(directory);
  writeFileSync(join(directory, NOTICES), noticesOf(packagesOf(shipped.flat(), ROOT)));
  chmodSync(join(directory, `${PROGRAM}.js`), 0o755);
}

/** The plan of `src/run/warm-up.yaml`, made by the library that was just built. */
async function writeWarmUp(directory) {
  const library = pathToFileURL(join(directory, 'library', 'index.js'));
  const { compile, loadScenario } = await import(library);
  const text = readFileSync(join(ROOT, 'src', 'run', 'warm-up.yaml'), 'utf8');
  const { file, problems } = loadScenario('warm-up.yaml', () => ({ text }));
  if (file === null) throw new Error(`warm-up.yaml: ${problems[0].message}`);
  const plan = compile(file.variants[0], file);
  writeFileSync(join(directory, 'run', 'warm-up.plan'), serialize(plan));
}

/** Every module in a file of its own, for tools that replace one of them. */
export function buildModules(directory) {
  const output = { dir: directory, preserveModules: true, preserveModulesRoot: join(ROOT, 'src') };
  return bundle(importedModules(), { external: dependencies(), treeshake: false }, output);
}

/**
 * A thread and all its imports in one file: V8 treats constants of the same file as constant, but looks up those of
 * another module at each use. Functions are constants too. The schemas are left out for a quick start.
 */
function buildThread(thread, directory) {
  const options = {
    external: ['seedrandom'],
    resolve: { alias: { zod: NO_SCHEMAS } },
    plugins: [constantFunctions],
  };
  const minify = thread === TRACER ? SMALL : DENSE;
  return bundle(sourceOf(thread), options, { file: join(directory, `${thread}.js`), minify });
}

/** The program in a few files: otherwise every command would have to find and link hundreds of modules first. */
function buildProgram(directory) {
  // Zod alone has a hundred modules; the others have one or two, or must not be bundled.
  const external = dependencies().filter((name) => name !== 'zod');
  // The hash keeps a part of the program apart from the module of that name: see buildLayers.
  const output = { dir: directory, chunkFileNames: 'cli/[name]-[hash].js', minify: DENSE };
  const entries = Object.fromEntries(PROGRAMS.map((name) => [name, sourceOf(name)]));
  return bundle(entries, { external }, output);
}

/**
 * The library in one file, for simulations in the calling thread (see buildThread), with all packages that it uses: the
 * same file runs in Node, in a browser and in a worker of one.
 */
function buildLibrary(directory) {
  const options = { platform: 'browser', resolve: { alias: { crypto: NO_CRYPTO } } };
  const output = { file: join(directory, 'library', 'index.js'), minify: SMALL };
  return bundle(sourceOf(LIBRARY), options, output);
}

/** What the library has in Node alone. Errors are those of the library, so that `instanceof` is true for them. */
function buildLibraryInNode(directory) {
  const options = { external: dependencies(), plugins: [errorsOfLibrary] };
  const output = { file: join(directory, 'library', 'node.js') };
  return bundle(sourceOf(LIBRARY_IN_NODE), options, output);
}

const errorsOfLibrary = {
  name: 'errors-of-library',
  resolveId: (source) =>
    source.endsWith('/failure.js') ? { id: './index.js', external: true } : null,
};

/** One file for each layer, since a test that loads 1,600 files waits for them; a module re-exports its part. */
function buildLayers(directory) {
  // A group takes its modules and what they import: the lowest layer chooses first.
  const groups = LAYERS.map((layer, place) => ({
    name: `layers/${layer}`,
    test: new RegExp(`[\\\\/]src[\\\\/]${layer}[\\\\/]`),
    priority: LAYERS.length - place,
  }));
  const options = { external: dependencies(), treeshake: false };
  return bundle(importedModules(), options, { dir: directory, codeSplitting: { groups } });
}

/** The script of a page: a module in the place of its declaration exports it as a text. */
const pageScript = {
  name: 'page-script',
  resolveId: (source) => (source.endsWith('/browser/built.js') ? PAGE_TEXT : null),
  load: async (id) => (id === PAGE_TEXT ? scriptModule(await builtPage()) : null),
};

function scriptModule(script) {
  const hash = createHash('sha256').update(script).digest('base64');
  return `export const SCRIPT = ${JSON.stringify(script)};\nexport const SCRIPT_HASH = '${hash}';`;
}

let page = null;

/** The same for every file of a build. */
function builtPage() {
  page ??= (async () => {
    const bundler = await rolldown({
      input: sourceOf(PAGE),
      cwd: ROOT,
      platform: 'browser',
      tsconfig: join(ROOT, 'tsconfig.browser.json'),
    });
    try {
      const { output } = await bundler.generate({ format: 'iife', minify: true, comments: false });
      return output[0].code.trim();
    } finally {
      await bundler.close();
    }
  })();
  return page;
}

/** Returns the ids of the modules with code in the files that it writes. */
async function bundle(input, options, output) {
  const bundler = await rolldown({
    platform: 'node',
    ...options,
    input,
    cwd: ROOT,
    tsconfig: join(ROOT, 'tsconfig.json'),
    plugins: [pageScript, ...(options.plugins ?? [])],
    preserveEntrySignatures: 'strict',
    checks: { ineffectiveDynamicImport: false, bundlerTimings: false },
    // Without the name of its source before each module.
    experimental: { attachDebugInfo: 'none' },
  });
  try {
    // Comments are for readers of the source, and a third of the size.
    const names = { entryFileNames: '[name].js', chunkFileNames: '[name].js', comments: false };
    const written = await bundler.write({ format: 'esm', ...names, ...output });
    return written.output.flatMap(({ modules = {} }) =>
      Object.keys(modules).filter((id) => modules[id].renderedLength > 0),
    );
  } finally {
    await bundler.close();
  }
}

/** Name and path of each module that another file may import. */
function importedModules() {
  const names = modulesBelow('').filter(
    (name) => !STARTED.has(name) && !name.startsWith('browser/page/'),
  );
  return Object.fromEntries(names.map((name) => [name, sourceOf(name)]));
}

function modulesBelow(folder) {
  const entries = readdirSync(join(ROOT, 'src', folder), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return modulesBelow(path);
      return path.endsWith('.ts') && !path.endsWith('.d.ts') ? [path.slice(0, -'.ts'.length)] : [];
    });
}

function sourceOf(name) {
  return join(ROOT, 'src', `${name}.ts`);
}

function dependencies() {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  const { dependencies, peerDependencies } = JSON.parse(text);
  const peers = Object.keys(peerDependencies).map((name) => new RegExp(`^${name}(?:/|$)`));
  return [...Object.keys(dependencies), ...peers];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await build(resolve(process.argv[2]));
  } catch (error) {
    // The message shows the places; the stack would show the bundler.
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
