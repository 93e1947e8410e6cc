import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { faultKinds, policyKinds } from '../src/patterns/registry.js';
import { linesOfLaws } from './tidy/laws.js';
import {
  circlesOf,
  filesBelow,
  importsOf,
  nodesOf,
  placeOf,
  sourcesBelow,
  textOf,
} from './tidy/sources.js';
import type { Source } from './tidy/sources.js';

/** Height of each layer, which the build uses too. */
const LAYER = JSON.parse(
  readFileSync(new URL('../scripts/layers.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, number>>;
const SOFT_CAP = 400;
const HARD_CAP = 500;
/** Files above the soft cap, each with the reason why it is not two files. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'src/kernel/engine.ts': 'the clock, the agendas and the loop over them are one machine',
  'src/lint/walker.ts': 'who calls whom how often is told by one walk over all verbs',
  'src/model/path/calls.ts':
    'what a call goes through and what a policy may do to it are one machine, law by law',
  'src/model/resources/connections/hikari-pool.ts':
    'how a connection of HikariCP is lent, tested and closed is one state machine',
  'src/model/modules/messaging/membership.ts':
    'who is in a group, and when its partitions move, is one protocol of the coordinator',
  'src/model/modules/messaging/queues/dispatch.ts':
    'who is handed what, and how a delivery comes back, is one protocol between queue and channels',
  'src/model/modules/messaging/queues/handling.ts':
    'a run of a handler and the verdict on each of its messages are one state machine',
  'src/model/modules/messaging/queues/queues.ts':
    'the writes of publishers and the ways of dead letters meet at one door for each queue',
  'src/model/modules/messaging/queues/stored-queue.ts':
    'every place that a message of a queue can be in, and every way out of it, is one state machine',
  'src/model/modules/sagas/driver.ts':
    'what a saga does next, what becomes of its commands and who drives it are one state machine',
  'src/model/resources/connections/edge-pool.ts':
    'how a call gets a connection of an edge, waits for one, dials and gives it back is one state machine',
  'src/model/resources/sections/transactions.ts':
    'what a transaction holds, and every way in which it ends, is one state machine',
  'src/model/path/server.ts':
    'one execution from arrival to answer is one state machine, its hooks included',
  'src/model/path/wire.ts':
    'an attempt on its way there and back, and who no longer waits for it, is one machine',
  'src/plan/caching.ts':
    'what a read or a write of a cache becomes is one program, level by level and pattern by pattern',
  'src/scenario/resolve/faults.ts':
    'what a fault may be aimed at is one question, kind of target by kind of target',
  'src/contracts/plan/plan.ts': 'the plan is one contract, read from top to bottom',
  'src/contracts/result/result.ts': 'the result document is one contract, read from top to bottom',
};

/** Layers that serve every pattern and must not know any of them; a lint rule may be about one policy. */
const SHARED = new Set([
  'model',
  'plan',
  'run',
  'analysis',
  'report',
  'lint',
  'api',
  'cli',
  'scenario',
]);
const OF_ONE_POLICY = /^src\/lint\/rules\//;
const ONE_WORD = 'a word that another list of kinds has too:';
/** Comparisons with a kind that are allowed, by file, each with the reason. */
const KIND_QUESTIONS: Readonly<Record<string, string>> = {
  "src/model/path/chain-shapes.ts layer.policy === 'deadline'":
    'a deadline that reaches an edge without one is laid in as an implicit layer',
  "src/model/path/chain-shapes.ts layers[0].policy === 'fallback'":
    'the implicit deadline stands inside an outermost fallback, as the language says',
  "src/model/data/holders.ts policy === 'timeout'":
    'the guard on memory says whether the calls that it names have a time limit',
  "src/model/resources/connections/pools.ts 'simple'":
    'a kind of pool, which happens to be called so',
  "src/plan/interventions/capacity.ts 'simple'": 'a kind of pool, which happens to be called so',
  "src/plan/edges.ts layer.policy === 'deadline'":
    'a deadline is no layer: it travels with the request and is laid along the edges',
  ...asked('src/lint/limits.ts', 'the policies that take time or end it make the time of a call', [
    "'bulkhead'",
    "'deadline'",
    "'rateLimit'",
    "'retry'",
    "'timeout'",
  ]),
  ...asked('src/scenario/resolve/bundles.ts', 'the language gives these policies a fixed place', [
    "layers[0]?.policy === 'fallback'",
    "policy !== 'deadline'",
    "policy === 'hedge'",
  ]),
  ...asked('src/scenario/resolve/consumer-policy.ts', 'a consumer has three policies of its own', [
    "policy === 'bulkhead'",
    "policy === 'concurrencyLimit'",
    "policy === 'rateLimit'",
    "policy === 'retry'",
    "policy === 'timeout'",
  ]),
  "src/scenario/schema/middleware.ts policy === 'coalesce'":
    'this middleware is the policy, for requests instead of calls',
  "src/cli/explain/gateway-text.ts kind === 'simple'": `${ONE_WORD} a gateway`,
  "src/scenario/resolve/chains.ts kind !== 'kong'": `${ONE_WORD} a gateway`,
  "src/scenario/resolve/gateways.ts kind === 'kong'": `${ONE_WORD} a gateway`,
  "src/scenario/resolve/gateways.ts kind === 'nginx'": `${ONE_WORD} a gateway`,
  "src/scenario/sections/connections.ts kind === 'grpc'": `${ONE_WORD} a protocol`,
  "src/scenario/sections/platform.ts kind === 'custom'": `${ONE_WORD} a platform`,
  "src/scenario/sections/pools.ts 'simple'": `${ONE_WORD} a pool`,
};

/** The same reason for several questions of a file. */
function asked(
  file: string,
  reason: string,
  questions: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(questions.map((question) => [`${file} ${question}`, reason]));
}

const sources = sourcesBelow('src');
const core = sources.filter((source) => layerOf(source.path) < LAYER['cli']!);

describe('the source tree', () => {
  it('has files to look at in every layer', () => {
    const seen = new Set(sources.map((source) => source.path.split('/')[1]));
    expect([...seen].sort()).toEqual([...Object.keys(LAYER), 'index.ts', 'node.ts'].sort());
  });

  it('imports the own layer or a lower one, never upward', () => {
    const wrong = internalImports().filter(({ source, to }) => layerOf(to) > layerOf(source.path));
    expect(wrong.map(({ place, to }) => `${place} imports ${to}`)).toEqual([]);
  });

  it('uses Node in the files of scripts/node-files.json and nowhere else', () => {
    const listed = JSON.parse(
      readFileSync(new URL('../scripts/node-files.json', import.meta.url), 'utf8'),
    ) as readonly string[];
    const ofNode =
      /^(process|Buffer|NodeJS|setTimeout|setInterval|setImmediate|performance|Date|console)$/;
    const isOfNode = (source: Source): boolean =>
      importsOf(source).some(({ from }) => from.startsWith('node:')) ||
      nodesOf(source).some(
        (node) =>
          ts.isIdentifier(node) &&
          ofNode.test(node.text) &&
          (node.text === 'NodeJS' || !isMemberName(node)) &&
          !declaredNames(source.tree).has(node.text),
      );
    const own = sources.filter(({ path }) => !path.startsWith('src/browser/page/'));
    expect(own.filter(isOfNode).map(({ path }) => path)).toEqual(listed);
    const core = listed.filter((path) => !path.startsWith('src/cli/'));
    expect(core.every((path) => /^src\/(run\/[\w-]+|node)\.ts$/.test(path))).toBe(true);
  });

  it('has no pattern file that imports another pattern file', () => {
    const isPattern = (path: string): boolean => /^src\/patterns\/(policies|faults)\//.test(path);
    const wrong = internalImports().filter(
      ({ source, to }) => isPattern(source.path) && isPattern(to),
    );
    expect(wrong.map(({ place, to }) => `${place} imports ${to}`)).toEqual([]);
  });

  it('measures runs without their story and without verdicts, and keeps these two apart', () => {
    const roomOf = (path: string): string | null =>
      /^src\/analysis\/([^/]*\/|)/.exec(path)?.[1] ?? null;
    const wrong = internalImports().filter(({ source, to }) => {
      const [from, into] = [roomOf(source.path), roomOf(to)];
      const isApart = into === null || into === from || into === 'measure/';
      return from !== null && from !== '' && !isApart;
    });
    expect(wrong.map(({ place, to }) => `${place} imports ${to}`)).toEqual([]);
  });

  it('keeps the contracts of a scenario free of the plan, and neither of them knows a record or a result', () => {
    const order = ['scenario/', 'plan/', 'record/', 'result/'];
    const roomOf = (path: string): number =>
      order.findIndex((room) => path.startsWith(`src/contracts/${room}`));
    const wrong = internalImports().filter(
      ({ source, to }) => roomOf(source.path) >= 0 && roomOf(to) > roomOf(source.path),
    );
    expect(wrong.map(({ place, to }) => `${place} imports ${to}`)).toEqual([]);
  });

  it('shows the whole world of a run only to what builds it, and to faults', () => {
    const known = internalImports().filter(({ to }) => to === 'src/model/modules/world.ts');
    expect([...new Set(known.map(({ source }) => source.path))].sort()).toEqual(
      [
        'assemble',
        'blank-world',
        'edges',
        'faults/board',
        'faults/knob',
        'modules/kind',
        'simulate',
      ].map((name) => `src/model/${name}.ts`),
    );
  });

  it('has no circle of imports, types included', () => {
    expect(circlesOf(allImports())).toEqual([]);
  });
});

describe('shared code', () => {
  it('asks no policy and no fault for its kind: kinds declare properties instead', () => {
    const names = new Set([
      ...policyKinds.flatMap(({ policy, kind }) => [policy, kind]),
      ...faultKinds.map(({ kind }) => kind),
    ]);
    const shared = sources.filter(
      ({ path }) => SHARED.has(path.split('/')[1]!) && !OF_ONE_POLICY.test(path),
    );
    const found = places(shared, (node) => comparesKind(node, names));
    const withoutLines = found.map((place) => place.replace(/:\d+ /, ' '));
    expect([...new Set(withoutLines)].sort()).toEqual(Object.keys(KIND_QUESTIONS).sort());
  });
});

describe('the core', () => {
  it('uses no arithmetic that differs between engines', () => {
    const allowed = new Set(
      'abs ceil clz32 floor fround imul max min round sign sqrt trunc PI E LN2 LN10 LOG2E SQRT2'.split(
        ' ',
      ),
    );
    const isWrong = (node: ts.Node): boolean =>
      ts.isPropertyAccessExpression(node) && node.expression.getText() === 'Math'
        ? !allowed.has(node.name.text)
        : isPower(node);
    expect(places(core, isWrong)).toEqual([]);
  });

  it('reads no clock, no locale and no environment', () => {
    const banned = new Set(
      'Date Intl performance process Buffer console setTimeout setInterval'.split(' '),
    );
    const isGlobal = (node: ts.Node): boolean =>
      ts.isIdentifier(node) &&
      banned.has(node.text) &&
      !isMemberName(node) &&
      !declaredNames(node.getSourceFile()).has(node.text);
    expect(places(core, isGlobal)).toEqual([]);
    const isLocale = (node: ts.Node): boolean =>
      ts.isIdentifier(node) && /^(toLocale|localeCompare)/.test(node.text);
    expect(places(core, isLocale)).toEqual([]);
  });

  it('iterates no object in the order of its keys by for-in', () => {
    expect(places(core, ts.isForInStatement)).toEqual([]);
  });

  it('has no async function below the plan', () => {
    const low = core.filter((source) => layerOf(source.path) <= LAYER['patterns']!);
    expect(places(low, (node) => node.kind === ts.SyntaxKind.AsyncKeyword)).toEqual([]);
  });
});

describe('the style', () => {
  it('keeps every file below the hard cap, and above the soft cap only with a reason', () => {
    // A law is no reason to split the machine that it guards.
    const longer = (cap: number): readonly Source[] =>
      sources.filter((source) => source.lines > cap && source.lines - linesOfLaws(source) > cap);
    const long = longer(SOFT_CAP);
    expect(longer(HARD_CAP).map(({ path }) => path)).toEqual([]);
    expect(long.map(({ path }) => path).filter((path) => !(path in LONG_FILES))).toEqual([]);
    const paths = sources.map(({ path }) => path);
    expect(Object.keys(LONG_FILES).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('leaves no note for later in code, tests or documents', () => {
    const own = posix.join('test', 'tidy.test.ts');
    const folders = ['src', 'test', 'bench', 'scripts', 'docs', 'scenarios'];
    const files = folders.flatMap((folder) => filesBelow(folder, /\.(ts|mjs|md|yaml)$/));
    const wrong = files.filter((path) => path !== own && /\b(TODO|FIXME|XXX)\b/.test(textOf(path)));
    expect(wrong).toEqual([]);
  });

  it('exports by name, without defaults and barrels', () => {
    const isWrong = (node: ts.Node): boolean =>
      ts.isExportAssignment(node) ||
      (node.kind === ts.SyntaxKind.DefaultKeyword && ts.isDeclarationStatement(node.parent)) ||
      (ts.isExportDeclaration(node) && node.exportClause === undefined);
    expect(places(sources, isWrong)).toEqual([]);
  });

  it('names files in kebab case', () => {
    const wrong = sources.filter(({ path }) => !/\/[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.ts$/.test(path));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('explains every exported function and class', () => {
    const isBare = (node: ts.Node): boolean =>
      (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) &&
      (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0 &&
      ts.getJSDocCommentsAndTags(node).length === 0;
    expect(places(sources, isBare)).toEqual([]);
  });
});

/** `x.kind === 'gobreaker'`, or a case of a switch over `x.kind`; the same for `policy`. */
function comparesKind(node: ts.Node, names: ReadonlySet<string>): boolean {
  const isName = (part: ts.Node): boolean => ts.isStringLiteral(part) && names.has(part.text);
  const isKind = (part: ts.Node): boolean =>
    /(^|\.)(kind|policy)$/.test(ts.isExpression(part) ? part.getText() : '');
  if (ts.isStringLiteral(node) && ts.isCaseClause(node.parent)) {
    return isName(node) && isKind(node.parent.parent.parent.expression);
  }
  if (!ts.isBinaryExpression(node)) return false;
  const isComparison = /^[!=]==?$/.test(node.operatorToken.getText());
  return (
    isComparison && [node.left, node.right].some(isName) && [node.left, node.right].some(isKind)
  );
}

function layerOf(path: string): number {
  return LAYER[path.split('/')[1]!] ?? Number.POSITIVE_INFINITY;
}

function internalImports(): readonly {
  source: Source;
  to: string;
  place: string;
  node: ts.Node;
}[] {
  return sources.flatMap((source) =>
    importsOf(source)
      .filter(({ from }) => from.startsWith('.'))
      .map(({ from, node }) => ({
        source,
        node,
        to: posix.join(posix.dirname(source.path), from).replace(/\.js$/, '.ts'),
        place: placeOf(source, node),
      })),
  );
}

/** File -> all files that it imports, for code or for types. */
function allImports(): ReadonlyMap<string, readonly string[]> {
  const graph = new Map<string, string[]>(sources.map(({ path }) => [path, []]));
  for (const { source, to } of internalImports()) graph.get(source.path)!.push(to);
  return graph;
}

function places(among: readonly Source[], isWrong: (node: ts.Node) => boolean): readonly string[] {
  return among.flatMap((source) =>
    nodesOf(source)
      .filter(isWrong)
      .map((node) => `${placeOf(source, node)} ${node.getText().slice(0, 60)}`),
  );
}

function isPower(node: ts.Node): boolean {
  return (
    node.kind === ts.SyntaxKind.AsteriskAsteriskToken ||
    node.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken
  );
}

/** Variables that a file declares itself: they hide the global of the same name. */
function declaredNames(tree: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return names;
}

/** True for the `process` of `queue.process` or of `{ process: … }`, which is no global. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isBindingElement(parent) ||
    ts.isParameter(parent) ||
    ts.isQualifiedName(parent)
  );
}
