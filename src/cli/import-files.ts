import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import type { SourceText } from '../importing/cell.js';
import { isDockerfile } from '../importing/dockerfile.js';
import { proxyFormat } from '../importing/documents.js';
import type { TraceSource } from '../importing/traces/model.js';
import { plural } from '../text/words.js';
import { CommandError, usageError } from './exit.js';
import { readGuarded, readStandardInput, STDIN } from './files.js';
import { canBeTraces, isPacked, tracesAt } from './import-traces.js';
import { adviceOf, codeOf, fileError, isMachineCode } from './system-errors.js';

/** Most files of one import. */
const FILES_MAX = 5000;
/** Deepest folder below one that was given. */
const FOLDERS_MAX = 32;
const READABLE = /\.(ya?ml|json)$|^(application|bootstrap)(-[\w-]+)?\.properties$/i;
/** Files with variables, which Compose files may name. */
const VARIABLES = /^\.env(\.(?!example|sample|template|dist)[\w-]+)?$|\.env$/i;
/** Files that use the variables of a `.env` file beside them. */
const COMPOSE = /^(docker-)?compose(\.[\w-]+)?\.ya?ml$/i;
/** Folders of tools, which hold copies or caches. */
const SKIPPED = /^(\.|node_modules$|vendor$|target$|dist$)/;

/** Files of an import by what they have. */
export interface ImportSources {
  readonly texts: readonly SourceText[];
  readonly traces: readonly TraceSource[];
  /** Files of a folder that cannot be read, with the reason. */
  readonly leftOut: readonly string[];
}

/** The files of files and folders, in the order given and by name within a folder. */
export function importSources(paths: readonly string[]): ImportSources {
  const files = [...new Set(paths.flatMap((path) => (path === '-' ? [path] : filesAt(path))))];
  if (files.length > FILES_MAX) {
    throw usageError(
      `${plural(files.length, 'file')} are too many: at most ${FILES_MAX}; name the folders of the manifests`,
    );
  }
  if (files.length === 0) {
    throw usageError(`${paths.join(', ')}: no .yaml, .yml, .json, .jsonl or .json.gz file there`);
  }
  const texts: SourceText[] = [];
  const traces: TraceSource[] = [];
  const leftOut: string[] = [];
  for (const path of files) {
    const isFound = !paths.includes(path);
    try {
      const source = path === '-' ? null : tracesAt(path);
      const shown = path === '-' ? STDIN : path;
      if (source === null) texts.push({ path: shown, text: textOf(path), isFound });
      else traces.push(source);
    } catch (error) {
      // One file of many says nothing of the others.
      if (!isFound || !(error instanceof CommandError)) throw error;
      leftOut.push(error.message.split('\n')[0]!);
    }
  }
  return { texts, traces, leftOut };
}

/** Largest export of metrics: a day of 2,000 series with a sample a minute. Unit: bytes. */
const METRICS_MAX = 128 * 1024 * 1024;

/** Range exports of Prometheus. */
export function metricTexts(paths: readonly string[]): readonly SourceText[] {
  return paths.map((path) => ({ path, text: textOf(path, METRICS_MAX) }));
}

function textOf(path: string, most?: number): string {
  if (isPacked(path))
    throw usageError(`${path}: has no spans, and of packed files only traces are read: unpack it`);
  try {
    return path === '-' ? readStandardInput(most) : readGuarded(path, most);
  } catch (error) {
    if (isMachineCode(codeOf(error))) throw fileError('cannot read', path, error);
    throw usageError(`${path}: ${adviceOf(error)}`);
  }
}

/** A file itself, or what can be read below a folder. */
function filesAt(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return below(path, realpathSync(path), 0, false);
  } catch (error) {
    if (isMachineCode(codeOf(error))) throw fileError('cannot read', path, error);
    throw usageError(`${path}: ${adviceOf(error)}`);
  }
}

function below(
  folder: string,
  root: string,
  depth: number,
  isInProject: boolean,
): readonly string[] {
  if (depth > FOLDERS_MAX) throw new Error(`has folders more than ${FOLDERS_MAX} deep`);
  const all = readdirSync(folder);
  const hasVariables = isInProject || all.some((name) => COMPOSE.test(name));
  const isVariables = (name: string): boolean => hasVariables && VARIABLES.test(name);
  const isProxy = (name: string): boolean => proxyFormat(name) !== undefined;
  const isImage = (name: string): boolean => isDockerfile(name) && all.some(isProxy);
  // Settings of tests, in the layout of Maven and Gradle.
  const isTest = (name: string): boolean =>
    /^\w*test(Fixtures)?$/i.test(name) && basename(folder) === 'src';
  const names = all.filter((name) => (!SKIPPED.test(name) && !isTest(name)) || isVariables(name));
  return names.sort().flatMap((name) => {
    const path = join(folder, name);
    const own = lstatSync(path);
    if (own.isSymbolicLink() && !isInside(path, root)) return [];
    // A link to a folder could lead back to one above it.
    if (own.isDirectory()) return below(path, root, depth + 1, hasVariables);
    const isRead = READABLE.test(name) || isVariables(name) || canBeTraces(name) || isProxy(name);
    return (isRead || isImage(name)) && statSync(path).isFile() ? [path] : [];
  });
}

/** Whether a link leads to something in the folder that the user named. */
function isInside(path: string, root: string): boolean {
  try {
    const real = relative(root, realpathSync(path));
    return real !== '' && real.split(sep)[0] !== '..' && !isAbsolute(real);
  } catch {
    return false;
  }
}
