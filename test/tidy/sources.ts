import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One TypeScript file of the project, parsed. */
export interface Source {
  /** From the root of the project, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly tree: ts.SourceFile;
}

/** All files below a folder of the project whose names have this ending, by path. */
export function filesBelow(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** The text of a file of the project. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The parsed TypeScript files below a folder. */
export function sourcesBelow(folder: string): readonly Source[] {
  return filesBelow(folder, /\.ts$/).map((path) => {
    const text = textOf(path);
    const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    return { path, text, lines: text.split('\n').length - 1, tree };
  });
}

/** Every node of a file, outer before inner. */
export function nodesOf(source: Source): readonly ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source.tree);
  return nodes;
}

/** `path:line` of a node, for messages. */
export function placeOf(source: Source, node: ts.Node): string {
  const { line } = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree));
  return `${source.path}:${line + 1}`;
}

interface Import {
  readonly from: string;
  readonly node: ts.Node;
}

/** Nine rules ask for the imports of all files, and a walk through these takes a second. */
const known = new WeakMap<Source, readonly Import[]>();

/** The modules a file imports, statically or not. */
export function importsOf(source: Source): readonly Import[] {
  const imports = known.get(source) ?? findImports(source);
  known.set(source, imports);
  return imports;
}

function findImports(source: Source): readonly Import[] {
  return nodesOf(source).flatMap((node) => {
    const isStatic = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    const specifier = isStatic ? node.moduleSpecifier : dynamicImport(node);
    return specifier !== undefined && ts.isStringLiteral(specifier)
      ? [{ from: specifier.text, node }]
      : [];
  });
}

function dynamicImport(node: ts.Node): ts.Node | undefined {
  const isImport =
    ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isImport ? node.arguments[0] : undefined;
}

/** The strongly connected components with more than one file. Source: Tarjan 1972. */
export function circlesOf(
  graph: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): void => {
    index.set(path, index.size);
    lowest.set(path, index.get(path)!);
    open.push(path);
    for (const next of graph.get(path) ?? []) {
      if (!index.has(next)) visit(next);
      if (open.includes(next)) lowest.set(path, Math.min(lowest.get(path)!, lowest.get(next)!));
    }
    if (lowest.get(path) !== index.get(path)) return;
    const circle = open.splice(open.indexOf(path));
    if (circle.length > 1) circles.push(circle);
  };
  for (const path of graph.keys()) if (!index.has(path)) visit(path);
  return circles;
}
